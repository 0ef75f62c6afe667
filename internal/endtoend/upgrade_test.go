package endtoend

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/client"
	"percorso/internal/postgres/postgrestest"
)

// TestReleasedDataFolderGoesOn: a data folder that the first released version filled
// is started with today's code. The schema is upgraded, what a zone had stays, an
// answer that was accepted under the old code is worked by the new one, and the path
// goes on from there.
func TestReleasedDataFolderGoesOn(t *testing.T) {
	t.Parallel()
	options := stacktest.Options(t)
	released := options
	released.Parts = []standalone.Part{standalone.Postgres}
	stack, err := standalone.Start(t.Context(), released)
	require.NoError(t, err)
	err = postgrestest.FillReleased(t.Context(), stack.AdministratorURL("percorso"))
	stack.Stop()
	require.NoError(t, err)

	var said strings.Builder
	options.Out = &said
	stack = stacktest.Start(t, func(o *standalone.Options) { *o = options })
	require.Contains(t, said.String(), "prato: policy left as stored")
	require.NotContains(t, said.String(), "staff left as stored")
	require.NoError(t, stack.Command(t.Context(), standalone.Ops, "rebuild").Run())

	const underWay = "01a21495-76c7-7008-9ad2-d675a6b1b469"
	connection, err := pgx.Connect(t.Context(), stack.AdministratorURL("percorso"))
	require.NoError(t, err)
	defer func() { _ = connection.Close(context.WithoutCancel(t.Context())) }()
	require.Eventually(t, func() bool {
		var on bool // its permit's renewal may be open too, as the day has it
		err := connection.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM task WHERE case_id = $1 AND ended_at IS NULL AND kind = 'orientation')`, underWay).Scan(&on)
		return err == nil && on
	}, time.Minute, 200*time.Millisecond, "the answer of before was never worked")

	supervisor := client.New(stack.Addresses().Pages, stacktest.Token(t, stack, "supervisor.prato"), 1)
	page, err := supervisor.CaseFiles(t.Context(), 100)
	require.NoError(t, err)
	require.Len(t, page.Items, 4)
	for _, file := range page.Items {
		require.NotEmpty(t, file.Sentence, file.Number)
	}
}

// databaseOf is how the migrations log in.
func databaseOf(t *testing.T, stack *standalone.Stack) string {
	t.Helper()
	for _, v := range stack.Env(standalone.Migrate) {
		if url, ok := strings.CutPrefix(v, "PERCORSO_DATABASE_URL="); ok {
			return url
		}
	}
	t.Fatal("no database")
	return ""
}
