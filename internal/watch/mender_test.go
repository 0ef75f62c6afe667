package watch

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// nobodys is a database that is marked as nobody's while its runs are looked for, of which
// Temporal has none. Whatever else the mender asks ends the test.
type nobodys struct{ Troubles }

func (nobodys) Unattended(context.Context) (bool, error)             { return true, nil }
func (nobodys) Counts(context.Context) (map[care.RunKind]int, error) { return nil, nil }
func (nobodys) OpenOf(_ context.Context, _ care.RunKind, after string, _ int) ([]string, error) {
	if after != "" {
		return nil, nil
	}
	return []string{"case/1"}, nil
}

func (nobodys) StillOpen(context.Context, []string) ([]ledger.OpenRun, error) {
	return []ledger.OpenRun{{ID: "case/1"}}, nil
}

// empty is a Temporal that has no run.
type empty struct{ Lost }

func (empty) Count(context.Context, care.RunKind) (int, error) { return 0, nil }
func (empty) Open(context.Context, care.RunKind, []byte) ([]string, []byte, error) {
	return nil, nil, nil
}

// A database that is marked as nobody's is left alone by a look that had begun before.
func TestNothingOfAMarkedDatabaseIsStarted(t *testing.T) {
	require.NoError(t, NewMender(nobodys{}, empty{}, zap.NewNop()).compare(t.Context(), care.RunCase))
}
