package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/care"
	"percorso/internal/client"
	"percorso/internal/walk"
)

// TestDemoFillsEveryStage runs the demo twice on a real stack: in each zone
// every stage of the path has people afterwards, and so has what goes on beside
// it; the second run adds to the first.
func TestDemoFillsEveryStage(t *testing.T) {
	stack := stacktest.Start(t, nil)
	for _, variable := range stack.Env(standalone.API) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	for run := 1; run <= 2; run++ {
		require.NoError(t, demo(t.Context(), t.Output()))
		for _, zone := range []string{"prato", "pistoia", "lucca"} {
			supervisor := client.New(stack.Addresses().Pages, stacktest.Token(t, stack, "supervisor."+zone), 1)
			page, err := supervisor.CaseFiles(t.Context(), 100)
			require.NoError(t, err)
			require.Len(t, page.Items, run*len(walk.Stories), zone)
			stages, outcomes, waits := map[care.Stage]int{}, map[string]int{}, map[care.TaskKind]int{}
			suspended := 0
			for _, c := range page.Items {
				stages[c.Stage]++
				outcomes[c.Outcome]++
				waits[c.Waiting.Task]++
				if c.Suspended != nil {
					suspended++
				}
				require.NotEmpty(t, c.Sentence)
			}
			require.Equal(t, run, suspended, zone)
			for _, kind := range []care.TaskKind{care.EquipeInvitation, care.EquipeOpinion, care.PlanDraft, care.PlanSignOff, care.PlanAgreement, care.PermitRenewal} {
				require.GreaterOrEqual(t, waits[kind], run, "%s: no case waits for %s", zone, kind)
			}
			for _, stage := range care.Stages {
				require.GreaterOrEqual(t, stages[stage], run, "%s: nobody at %s", zone, stage)
			}
			require.Greater(t, len(outcomes), 4, "%s: cases end in different ways", zone)
		}
	}
}
