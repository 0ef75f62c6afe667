package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

func TestRunWalksAnewWithoutDoingAnythingAgain(t *testing.T) {
	tr := newTrial(t, firstDone()).bring(time.Hour, completes("second"))
	tr.walks(twoTasks).ends()
	require.Len(t, tr.store.steps, 1)
	require.Equal(t, []ledger.TaskChange{{ID: taskAt("second"), State: care.TaskCompleted, Outcome: "done"}}, tr.store.steps[0].Effects.Tasks)
}

// A path that was changed although its course kept its number is not followed.
func TestRunSeesThatItsPathStrays(t *testing.T) {
	more := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		r.OpenTask("extra", ledger.TaskChange{Kind: "extra"})
		return twoTasks(r)
	}
	other := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		r.DropTask("first")
		_, err := r.Await("nothing", func(ledger.Entry) bool { return false })
		return "", err
	}
	for name, c := range map[string]struct {
		path Path
		says string
	}{
		"opens":  {more, `the path of course 1 does not lead where the run stands at revision 1: it opens the task "extra"`},
		"closes": {other, `the path of course 1 does not lead where the run stands at revision 1: it closes the task "first"`},
	} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t, opened()).bring(time.Hour, completes("first"))
			tr.walks(c.path)
			require.ErrorContains(t, tr.env.GetWorkflowError(), c.says)
			require.Empty(t, tr.store.steps)
		})
	}
}
