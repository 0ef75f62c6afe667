package demo_test

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/care"
	"percorso/internal/client"
	"percorso/internal/health"
)

// The demo is given as people give it, beside a stack that runs. In each zone every stage has
// people afterwards, of every month and in every health; all of their processes are at work;
// what is kept of each case is what is computed; and a second demo adds nothing.
func TestDemoFillsEveryAge(t *testing.T) {
	var options standalone.Options
	stack := stacktest.Start(t, func(o *standalone.Options) { options = *o })
	demo := func() string {
		command := exec.CommandContext(t.Context(), filepath.Join(stacktest.BinDir(t), "percorso-stack"), "demo")
		command.Env = append(command.Environ(), "PERCORSO_DATA="+options.DataDir)
		var said bytes.Buffer
		command.Stdout, command.Stderr = &said, &said
		require.NoError(t, command.Run(), "%s", &said)
		t.Log(said.String())
		return said.String()
	}
	require.Contains(t, demo(), "people with a case file")

	all := map[health.Health]int{}
	for _, zone := range []string{"prato", "pistoia", "lucca"} {
		supervisor := client.New(stack.Addresses().Pages, stacktest.Token(t, stack, "supervisor."+zone), 1)
		page, err := supervisor.CaseFiles(t.Context(), 100)
		require.NoError(t, err)
		stages, outcomes, suspended := map[care.Stage]int{}, map[string]int{}, 0
		for _, c := range page.Items {
			stages[c.Stage]++
			outcomes[c.Outcome]++
			if c.Suspended != nil {
				suspended++
			}
			if c.Stage != care.StageClosed {
				all[c.Waiting.Health]++
				alone, err := supervisor.CaseFile(t.Context(), c.ID)
				require.NoError(t, err)
				require.NotEmpty(t, c.Sentence)
				require.Equal(t, alone.Sentence, c.Sentence, "kept of %s, and computed", c.Number)
			}
		}
		for _, stage := range care.Stages {
			require.Positive(t, stages[stage], "%s: nobody at %s", zone, stage)
		}
		require.Greater(t, len(outcomes), 3, "%s: %v", zone, outcomes)
		require.Positive(t, suspended, zone)
	}
	require.Greater(t, all[health.Planned], 30, all)
	require.Greater(t, all[health.Late], 10, all)
	require.Equal(t, 1, all[health.Orphaned], all)
	require.Equal(t, 1, all[health.Broken], all)

	require.Contains(t, demo(), "nothing was added")
	var lost, months int
	admin, err := pgx.Connect(t.Context(), stack.AdministratorURL("percorso"))
	require.NoError(t, err)
	defer func() { _ = admin.Close(context.WithoutCancel(t.Context())) }()
	require.NoError(t, admin.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM run WHERE ended_at IS NULL AND epoch < 2),
		(SELECT count(DISTINCT date_trunc('month', opened_at)) FROM case_file)`).Scan(&lost, &months))
	require.Zero(t, lost, "runs that nobody took up")
	require.Greater(t, months, 6, "months in which files were opened")
}
