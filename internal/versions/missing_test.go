package versions

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/ledger"
)

// TestWhatWorkersSayCounts: a build whose workers have said that they work, and no
// longer do, is gone whatever Temporal still remembers of their polls.
func TestWhatWorkersSayCounts(t *testing.T) {
	v := &Versions{Workers: func(context.Context) (ledger.Workers, error) {
		return ledger.Workers{{Build: "there", AtWork: true}, {Build: "half", AtWork: true}, {Build: "half"}, {Build: "gone"}}, nil
	}}
	for build, c := range map[string]struct {
		polling int
		want    error
		says    string
	}{
		"there": {1, nil, ""},
		"half":  {2, nil, ""},
		"old":   {1, nil, ""}, // says nothing of itself, and polls
		"new":   {0, ErrNoWorker, "new"},
		"gone":  {1, ErrGone, "gone: Temporal still lists 1"},
	} {
		why, err := v.missing(t.Context(), build, c.polling)
		require.NoError(t, err)
		require.ErrorIs(t, why, c.want, build)
		if c.want != nil {
			require.ErrorContains(t, why, c.says)
		}
	}
	why, err := v.missing(t.Context(), "there", 0)
	require.NoError(t, err)
	require.ErrorContains(t, why, "TEMPORAL_ADDRESS", "it works elsewhere")
	why, err = (&Versions{}).missing(t.Context(), "gone", 1)
	require.NoError(t, err)
	require.NoError(t, why, "without the table Temporal alone is asked")
}
