package versions

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/ledger"
)

// TestWhatWorkersSayCounts: a build whose workers have said that they work, and no
// longer do, is gone whatever Temporal still remembers of their polls; and of one that
// says nothing more it is not known whether it was killed.
func TestWhatWorkersSayCounts(t *testing.T) {
	then := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	now := then.Add(5 * time.Second)
	begun := ledger.Workers{{ID: "1", Build: "there", AtWork: true, Seen: then}, {ID: "2", Build: "killed", AtWork: true, Seen: then}, {ID: "3", Build: "half", AtWork: true, Seen: then}}
	said := ledger.Workers{{ID: "1", Build: "there", AtWork: true, Seen: now}, {ID: "2", Build: "killed", AtWork: true, Seen: then},
		{ID: "3", Build: "half", AtWork: true, Seen: then}, {ID: "4", Build: "half", AtWork: true, Seen: now}, {ID: "5", Build: "half"}, {ID: "6", Build: "gone"}}
	for build, c := range map[string]struct {
		polling int
		want    error
		says    string
	}{
		"there":  {1, nil, ""},
		"half":   {2, nil, ""}, // one has started since
		"old":    {1, nil, ""}, // says nothing of itself, and polls
		"new":    {0, ErrNoWorker, "new"},
		"gone":   {1, ErrGone, "gone: Temporal still lists 1"},
		"killed": {1, errSilent, "killed: 1 said of late"},
	} {
		why := missingOf(said, begun, build, c.polling)
		require.ErrorIs(t, why, c.want, build)
		if c.want != nil {
			require.ErrorContains(t, why, c.says)
		}
	}
	require.ErrorIs(t, errSilent, ErrNoWorker, "it is waited for, and then nothing is changed")
	require.ErrorContains(t, missingOf(said, begun, "there", 0), "TEMPORAL_ADDRESS", "it works elsewhere")
	require.NoError(t, missingOf(nil, nil, "gone", 1), "without the table Temporal alone is asked")
}
