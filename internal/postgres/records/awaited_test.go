package records_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
	"percorso/internal/undoing"
)

// awaited are the mistakes among somebody's notices.
func (p *play) awaited(account string) (all []undoing.Awaited) {
	p.T.Helper()
	notices, err := p.Records.Notices(p.T.Context(), p.Accounts[account])
	require.NoError(p.T, err)
	for _, n := range notices {
		if n.Mistake != nil {
			all = append(all, *n.Mistake)
		}
	}
	count, err := p.Records.CountNotices(p.T.Context(), p.Accounts[account])
	require.NoError(p.T, err)
	require.Equal(p.T, len(notices), count)
	return all
}

// What somebody says to be a mistake waits for a second person with a term: who may confirm
// it has it among their notices and is reminded. Then it lapses, and who said it is told.
func TestAMistakeWaitsForASecondPersonWithATerm(t *testing.T) {
	for what, prepare := range map[string]func() (*play, string){
		"closure": func() (*play, string) {
			p := newPlay(t)
			return p, ledger.BareID(p.closedCase())
		},
		"merge": func() (*play, string) {
			f := files(t)
			f.merges()
			return f.play, ledger.BareID(f.from)
		},
	} {
		t.Run(what, func(t *testing.T) {
			p, id := prepare()
			p.T = t
			file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], id)
			require.NoError(t, err)
			cmd, err := p.assigns("social_worker.prato", catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
			require.NoError(t, err)
			want := undoing.Awaited{SaidBy: p.Accounts["social_worker.prato"].Name, Why: "Prova", Until: file.Closed.Add(undoing.Term), Merge: what == "merge"}
			for _, account := range []string{"supervisor.prato", "social_worker_2.prato"} {
				require.Equal(t, []undoing.Awaited{want}, p.awaited(account), "who can confirm it")
			}
			for _, account := range []string{"social_worker.prato", "desk_operator.prato", "supervisor.lucca"} {
				require.Empty(t, p.awaited(account), account)
			}
			require.ErrorIs(t, p.Records.DismissNotice(t.Context(), p.Accounts["supervisor.prato"], cmd.ID), ledger.ErrNotFound, "it stays until it is done")

			worker := outbox.New(p.Pool(standalone.Worker))
			comes := func(column string) {
				_, err := p.Owner.Exec(t.Context(), `UPDATE mistake SET `+column+` = clock_timestamp() WHERE command_id = $1`, cmd.ID)
				require.NoError(t, err)
				for range 2 {
					_, err = worker.WakeOverdue(t.Context(), 10)
					require.NoError(t, err)
				}
			}
			supervisors := p.Count(`staff WHERE active AND zone = 'prato' AND role = 'supervisor'`)
			require.Equal(t, supervisors, p.Count(`mail WHERE case_id = $1 AND template = 'mistake_said'`, id))
			comes("remind_at")
			require.Equal(t, 2*supervisors, p.Count(`mail WHERE case_id = $1 AND template = 'mistake_said'`, id), "once more, and once")
			require.Len(t, p.awaited("supervisor.prato"), 1)
			comes("until")
			require.Empty(t, p.awaited("supervisor.prato"), "it has lapsed")
			require.Equal(t, 1, p.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.template = 'mistake_lapsed' AND s.id = $2`, id, p.Accounts["social_worker.prato"].ID))
			require.Equal(t, []string{"mistake_reminded", "mistake_lapsed"}, p.Moments(ledger.CaseRun(id))[len(p.Moments(ledger.CaseRun(id)))-2:])
			told := p.awaited("social_worker.prato")
			require.Len(t, told, 1, "who said it is told")
			require.True(t, told[0].Lapsed)
			require.NoError(t, p.Records.DismissNotice(t.Context(), p.Accounts["social_worker.prato"], cmd.ID))
			require.Empty(t, p.awaited("social_worker.prato"))
		})
	}
}

// What is confirmed waits for nobody any more, nor what was opened again otherwise.
func TestAMistakeThatIsConfirmedWaitsForNobody(t *testing.T) {
	p := newPlay(t)
	says := func() string {
		id := ledger.BareID(p.closedCase())
		_, err := p.assigns("social_worker.prato", catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
		require.NoError(t, err)
		return id
	}
	confirmed, opened := says(), says()
	require.Len(t, p.awaited("social_worker_2.prato"), 2)
	_, err := p.assigns("supervisor.prato", catalogue.Undo.Command("", confirmed, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `UPDATE case_file SET closed_at = NULL, outcome = '' WHERE id = $1`, opened)
	require.NoError(t, err)
	require.Empty(t, p.awaited("social_worker_2.prato"))
	_, err = outbox.New(p.Pool(standalone.Worker)).WakeOverdue(t.Context(), 10)
	require.NoError(t, err)
	for id, outcome := range map[string]string{confirmed: "undone", opened: "open"} {
		require.Equal(t, outcome, p.Row(`SELECT outcome FROM mistake WHERE case_id = $1`, id)["outcome"])
		require.Zero(t, p.Count(`mail WHERE case_id = $1 AND template = 'mistake_lapsed'`, id))
	}
}
