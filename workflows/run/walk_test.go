package run

import (
	"slices"
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

func TestRunOpensWhatANewerVersionAdds(t *testing.T) {
	withExtra := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		r.OpenTask("extra", ledger.TaskChange{Kind: "extra"})
		for _, point := range []string{"first", "second"} {
			if _, err := r.Perform(point, ledger.TaskChange{Kind: care.TaskKind(point)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}
	// Even if the first step that could carry it is refused.
	store := opened()
	other := ledger.Entry{ID: "of another task", Target: "another task", Answer: care.Answer{Operation: care.OpComplete}}
	tr := newTrial(t, store).bring(time.Hour, other).bring(2*time.Hour, completes("first")).bring(3*time.Hour, completes("second"))
	tr.walks(withExtra).ends()
	opened := func(e ledger.Effects) bool {
		return slices.ContainsFunc(e.Tasks, func(c ledger.TaskChange) bool { return c.Kind == "extra" && c.State == care.TaskReady })
	}
	require.False(t, store.steps[0].Taken)
	require.True(t, opened(store.steps[1].Effects), "the extra task goes with the next step: %v", store.steps[1].Effects)
	require.False(t, opened(store.steps[2].Effects), "and with no other")
	require.Contains(t, store.steps[1].State.Open, care.OpenPoint{Point: "extra", Kind: care.OpenTask, ID: taskAt("extra")})
}

func TestRunLeavesOutWhatANewerVersionPutsBeforeWhereItStands(t *testing.T) {
	inFront := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		for _, point := range []string{"first", "in front", "second"} {
			_, open := r.state.Opened("second")
			_, done := r.state.Answer("second")
			if point == "in front" && (open || done) {
				continue
			}
			if _, err := r.Perform(point, ledger.TaskChange{Kind: care.TaskKind(point)}); err != nil {
				return "", err
			}
		}
		return "done", nil
	}
	old := newTrial(t, firstDone()).bring(time.Hour, completes("second"))
	old.walks(inFront).ends()
	require.Len(t, old.store.steps, 1)

	young := newTrial(t, opened()).bring(time.Hour, completes("first")).bring(2*time.Hour, completes("in front")).bring(3*time.Hour, completes("second"))
	young.walks(inFront).ends()
	require.Len(t, young.store.steps, 3)
}
