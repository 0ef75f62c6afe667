package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/care"
	"percorso/internal/client"
)

// TestDemoFillsEveryStage runs the demo twice on a real stack: in each zone
// every stage of the path has people afterwards, and the second run adds to the first.
func TestDemoFillsEveryStage(t *testing.T) {
	stack := stacktest.Start(t, nil)
	for _, variable := range stack.Env(standalone.API) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	for run := 1; run <= 2; run++ {
		require.NoError(t, demo(t.Context(), nil))
		for _, zone := range []string{"prato", "pistoia", "lucca"} {
			supervisor := client.New(stack.Addresses().Pages, stacktest.Token(t, stack, "supervisor."+zone), 1)
			page, err := supervisor.CaseFiles(t.Context(), 100)
			require.NoError(t, err)
			require.Len(t, page.Items, run*len(stories), zone)
			stages, outcomes := map[care.Stage]int{}, map[string]int{}
			for _, c := range page.Items {
				stages[c.Stage]++
				outcomes[c.Outcome]++
				require.NotEmpty(t, c.Sentence)
			}
			for _, stage := range care.Stages {
				require.GreaterOrEqual(t, stages[stage], run, "%s: nobody at %s", zone, stage)
			}
			require.Greater(t, len(outcomes), 4, "%s: cases end in different ways", zone)
		}
	}
}
