package queues_test

import (
	"os"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/postgres/queues"
	"percorso/internal/queue"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// A day at the desk: numbers are given, called and ended, each once; on the next day they
// begin anew, and of the day before there are counts.
func TestADayAtTheDesk(t *testing.T) {
	p := postgrestest.NewPlay(t)
	store, ctx := queues.New(p.Pool(standalone.API), calendar.New, p.Records.Clock), t.Context()
	desk := p.Accounts["desk_operator.prato"]
	topic := p.Row(`SELECT policy -> 'desk' -> 'topics' -> 0 ->> 'code' AS code FROM zone_policy WHERE zone = 'prato' AND current`)["code"].(string)
	takes := func(language string) queue.Ticket {
		n, err := store.Take(ctx, desk, uuid.NewString(), queue.NewNumber{Topic: topic, Language: language})
		require.NoError(t, err)
		return n
	}
	_, err := store.Take(ctx, desk, "nome", queue.NewNumber{Topic: "Persona Prova", Language: "ur"})
	require.Equal(t, care.Refuse(care.Fault{Field: "topic", Rule: care.RuleUnknownCode}), err)
	var refusal *care.Refusal
	_, err = store.CallNext(ctx, desk, "nessuno")
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, queue.Nobody, refusal.Faults[0].Rule)

	first, err := store.Take(ctx, desk, "una", queue.NewNumber{Topic: topic, Language: "ur"})
	require.NoError(t, err)
	again, err := store.Take(ctx, desk, "una", queue.NewNumber{Topic: topic, Language: "ur"})
	require.NoError(t, err)
	_, err = store.Take(ctx, desk, "una", queue.NewNumber{Topic: topic, Language: "bn"})
	require.ErrorIs(t, err, ledger.ErrKeyReused)
	require.Equal(t, []any{"S1", first.ID}, []any{again.Said(), again.ID}, "the same form sent twice is one number")
	require.Equal(t, "S2", takes("bn").Said())

	// Two take at once, two call at once: nobody has the number of somebody else.
	var both sync.WaitGroup
	said, called := make([]string, 2), make([]string, 2)
	for i := range 2 {
		both.Go(func() { said[i] = takes("ur").Said() })
	}
	both.Wait()
	require.ElementsMatch(t, []string{"S3", "S4"}, said)
	for i, account := range []string{"desk_operator.prato", "social_worker.prato"} {
		both.Go(func() {
			n, err := store.CallNext(ctx, p.Accounts[account], "avanti")
			if err == nil {
				called[i] = n.Said()
			}
		})
	}
	both.Wait()
	require.ElementsMatch(t, []string{"S1", "S2"}, called)
	twice, err := store.CallNext(ctx, desk, "avanti")
	require.NoError(t, err)
	require.Equal(t, called[0], twice.Said())

	served, err := store.Becomes(ctx, desk, first.ID, queue.Served)
	require.NoError(t, err)
	require.Equal(t, queue.Served, served.State)
	_, err = store.Becomes(ctx, desk, first.ID, queue.Gone)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, queue.NotNow, refusal.Faults[0].Rule)

	// Who does not receive there has nothing of it; a supervisor reads how many, and calls none.
	list, err := store.Numbers(ctx, p.Accounts["supervisor.prato"])
	require.NoError(t, err)
	require.Len(t, list, 4)
	_, err = store.Becomes(ctx, p.Accounts["supervisor.prato"], first.ID, queue.Gone)
	require.ErrorIs(t, err, ledger.ErrForbidden)
	_, err = store.Numbers(ctx, p.Accounts["cpi_operator.prato"])
	require.ErrorIs(t, err, ledger.ErrForbidden)
	elsewhere, err := store.Numbers(ctx, p.Accounts["desk_operator.lucca"])
	require.NoError(t, err)
	require.Empty(t, elsewhere)
	_, err = store.Becomes(ctx, p.Accounts["desk_operator.lucca"], first.ID, queue.Gone)
	require.ErrorIs(t, err, ledger.ErrNotFound)

	p.Now = p.Now.AddDate(0, 0, 1)
	list, err = store.Numbers(ctx, desk)
	require.NoError(t, err)
	require.Empty(t, list)
	require.Equal(t, "S1", takes("ur").Said())
	days, err := store.Days(ctx, desk)
	require.NoError(t, err)
	require.Len(t, days, 1)
	require.Equal(t, []int{4, 1, 3}, []int{days[0].Taken, days[0].Served, days[0].Gone})
	require.Equal(t, 1, p.Count(`desk_number`))
}
