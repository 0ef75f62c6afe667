package workflows_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/worker"
)

// Who looks up a code finds it in the guide to the processes.
func TestProcessesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/processes.md")
	require.NoError(t, err)
	names := func(code string) { require.Contains(t, string(text), "`"+code+"`") }
	for _, k := range care.TaskKinds {
		names(string(k.Kind))
	}
	for _, form := range care.TaskForms {
		for _, o := range form.Outcomes {
			names(o.Code)
		}
	}
	for _, stage := range care.Stages {
		names(string(stage))
	}
	for _, outcome := range care.ClosureOutcomes {
		names(outcome)
	}
	for _, move := range care.ReferralMoves { // in the diagram
		for _, from := range move.From {
			require.Regexp(t, string(from)+" --> "+string(move.To)+": "+string(move.Operation), string(text))
		}
	}
	all := &registered{}
	worker.Register(all)
	for _, process := range all.names {
		require.Contains(t, string(text), "## "+process+"\n")
	}
}
