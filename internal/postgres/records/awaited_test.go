package records_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/outbox"
	"percorso/internal/protection"
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
	count, _, err := p.Records.CountNotices(p.T.Context(), p.Accounts[account])
	require.NoError(p.T, err)
	require.Equal(p.T, len(notices), count)
	return all
}

// undoing is how the closure of a case, or its merge, can be taken back.
func (p *play) undoing(id string) ledger.Undoing {
	p.T.Helper()
	file, err := p.Records.CaseFile(p.T.Context(), p.Accounts["supervisor.prato"], id)
	require.NoError(p.T, err)
	require.NotNil(p.T, file.Undoing)
	return *file.Undoing
}

// Who is away has no mail of a mistake, and their substitute does; where all of them are away
// it is the supervisors'; and the lapse is told to who stands in for its author.
func TestWhoIsAwayHasNoMailOfAMistake(t *testing.T) {
	for name, c := range map[string]struct {
		away, substitute string
		said, lapsed     []string
	}{
		"the second one is away": {"social_worker_2.prato", "", []string{"supervisor.prato", "supervisor_2.prato"}, []string{"social_worker.prato"}},
		"a supervisor besides":   {"social_worker_2.prato supervisor.prato", "", []string{"supervisor_2.prato"}, []string{"social_worker.prato"}},
		"its author is, later":   {"social_worker.prato", "social_worker_2.prato", []string{"social_worker_2.prato"}, []string{"social_worker_2.prato"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			id := ledger.BareID(p.closedCase())
			for _, account := range strings.Fields(c.away) {
				var substitute any
				if c.substitute != "" {
					substitute = p.Accounts[c.substitute].ID
				}
				_, err := p.Owner.Exec(t.Context(), `INSERT INTO absence (id, staff, first_day, last_day, substitute)
					SELECT gen_random_uuid(), $1, LEAST($2::date, current_date) - 60, GREATEST($2::date, current_date) + 60, $3::uuid`, p.Accounts[account].ID, p.Now, substitute)
				require.NoError(t, err)
			}
			_, err := p.assigns("social_worker.prato", catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"}).NewCommand)(uuid.NewString())
			require.NoError(t, err)
			mailed := func(template string) (accounts []string) {
				rows, err := p.Owner.Query(t.Context(), `SELECT s.subject FROM mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.template = $2 ORDER BY 1`, id, template)
				require.NoError(t, err)
				accounts, err = pgx.CollectRows(rows, pgx.RowTo[string])
				require.NoError(t, err)
				return accounts
			}
			require.Equal(t, c.said, mailed("mistake_said"))
			_, err = p.Owner.Exec(t.Context(), `UPDATE mistake SET until = clock_timestamp() WHERE case_id = $1`, id)
			require.NoError(t, err)
			_, err = outbox.New(p.Pool(standalone.Worker)).WakeOverdue(t.Context(), 10)
			require.NoError(t, err)
			require.Equal(t, c.lapsed, mailed("mistake_lapsed"))
		})
	}
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
			want := undoing.Awaited{Person: file.Person, SaidBy: p.Accounts["social_worker.prato"].Name, Why: "Prova", Until: file.Closed.Add(undoing.Term), Merge: what == "merge"}
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
			mailed := func(role string) int {
				return p.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.template = 'mistake_said' AND s.role = $2`, id, role)
			}
			waits := p.undoing(id)
			require.Equal(t, []care.Role{care.SocialWorker}, waits.Roles)
			require.Equal(t, []string{p.Accounts["social_worker_2.prato"].Name}, waits.WaitsFor, "its colleague, and never who said it")
			require.Equal(t, 1, mailed("social_worker"))
			require.Zero(t, mailed("supervisor"))
			mails, err := worker.TakeMails(t.Context(), 100)
			require.NoError(t, err)
			i := slices.IndexFunc(mails, func(m ledger.Mail) bool { return m.Template == "mistake_said" })
			require.GreaterOrEqual(t, i, 0)
			require.WithinDuration(t, want.Until, *mails[i].About.Until, time.Second, "by when it can be confirmed")
			comes("remind_at")
			require.Equal(t, 2, mailed("social_worker"), "once more, and once")
			require.Zero(t, mailed("supervisor"))
			comes("escalate_at")
			supervisors := p.Count(`staff WHERE active AND zone = 'prato' AND role = 'supervisor'`)
			require.Equal(t, supervisors, mailed("supervisor"), "once")
			waits = p.undoing(id)
			require.NotNil(t, waits.Escalated)
			require.Equal(t, []care.Role{care.Supervisor}, waits.Roles)
			require.Len(t, p.awaited("supervisor.prato"), 1)
			comes("until")
			require.Empty(t, p.awaited("supervisor.prato"), "it has lapsed")
			require.Equal(t, 1, p.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.template = 'mistake_lapsed' AND s.id = $2`, id, p.Accounts["social_worker.prato"].ID))
			require.Equal(t, []string{"mistake_reminded", "mistake_escalated", "mistake_lapsed"}, p.Moments(ledger.CaseRun(id))[len(p.Moments(ledger.CaseRun(id)))-3:])
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

// Of a protected person's closure a second keeper is told, who may confirm it, and nobody else:
// no supervisor when it is late, nor a keeper who may take nothing back. Where no other keeper
// may, the timeline says that nobody was reached, and whoever is named afterwards may confirm it.
func TestKeepersConfirmAMistake(t *testing.T) {
	p := newPlay(t)
	worker := outbox.New(p.Pool(standalone.Worker))
	comes := func(id, column string) {
		_, err := p.Owner.Exec(t.Context(), `UPDATE mistake SET `+column+` = clock_timestamp() WHERE case_id = $1`, id)
		require.NoError(t, err)
		_, err = worker.WakeOverdue(t.Context(), 10)
		require.NoError(t, err)
	}
	asks := func(account string, c catalogue.Command) error {
		_, err := p.assigns(account, c.NewCommand)(uuid.NewString())
		return err
	}
	says := func(keeper string) string {
		id := ledger.BareID(p.closedCase())
		require.NoError(t, asks("social_worker.prato", catalogue.Protect.Command("", id, protection.Form{
			Keeper: p.Accounts[keeper].ID, Elsewhere: p.Accounts["cpi_operator.prato"].ID, Reason: "sought"})))
		require.NoError(t, asks("social_worker.prato", catalogue.Mistake.Command("", id, catalogue.ReasonForm{Note: "Prova"})))
		comes(id, "remind_at")
		comes(id, "escalate_at")
		return id
	}
	mailed := func(id string) (to []string) {
		for _, row := range p.Rows(`SELECT DISTINCT s.subject FROM mail m JOIN staff s ON s.email = m.recipient WHERE m.case_id = $1 AND m.template LIKE 'mistake%' ORDER BY 1`, id) {
			to = append(to, row["subject"].(string))
		}
		return to
	}
	confirms := func(account, id string) error {
		return asks(account, catalogue.Undo.Command("", id, catalogue.ReasonForm{Note: "Prova"}))
	}
	waitsFor := func(id string) []string {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], id)
		require.NoError(t, err)
		return file.Undoing.WaitsFor
	}

	id := says("social_worker_2.prato")
	require.Equal(t, []string{"social_worker_2.prato"}, mailed(id))
	require.Equal(t, []string{p.Accounts["social_worker_2.prato"].Name}, waitsFor(id))
	for account := range p.Accounts {
		if account != "social_worker_2.prato" {
			require.Empty(t, p.awaited(account), account)
		}
	}
	require.Len(t, p.awaited("social_worker_2.prato"), 1)
	require.ErrorIs(t, confirms("supervisor.prato", id), ledger.ErrNotFound)
	require.Error(t, confirms("social_worker.prato", id), "who said it")
	require.NoError(t, confirms("social_worker_2.prato", id))

	id = says("desk_operator.prato")
	require.Empty(t, mailed(id), "of her keepers none may confirm it")
	require.Empty(t, waitsFor(id))
	require.Contains(t, p.Moments(ledger.CaseRun(id)), "mistake_unreached")
	require.ErrorIs(t, confirms("desk_operator.prato", id), ledger.ErrForbidden)
	require.NoError(t, asks("desk_operator.prato", catalogue.NameKeeper.Command("", id, protection.NewKeeper{Keeper: p.Accounts["supervisor.prato"].ID})))
	require.Equal(t, []string{p.Accounts["supervisor.prato"].Name}, waitsFor(id))
	require.Len(t, p.awaited("supervisor.prato"), 1)
	require.NoError(t, confirms("supervisor.prato", id))
}
