package waiting_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/critical"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/worklist"
)

// dayIn is the day so many days from now.
func (c *clinic) dayIn(days int) *care.Date { return care.DateOf(c.Now.AddDate(0, 0, days)) }

// adds adds a day to a case, which somebody watches.
func (c *clinic) adds(account, caseRun string, kind critical.Kind, days int, watcher string) (id string, err error) {
	cmd, err := c.Records.Assign(c.T.Context(), c.Accounts[account], catalogue.AddDate.Command(uuid.NewString(), ledger.BareID(caseRun), critical.Added{
		Kind: string(kind), On: c.dayIn(days), Source: "una lettera di prova", Watcher: c.Accounts[watcher].ID, Note: "Nota di prova"}).NewCommand)
	return cmd.ID, err
}

func (c *clinic) dates(account, caseRun string) []critical.Date {
	c.T.Helper()
	file, err := c.Records.CaseFile(c.T.Context(), c.Accounts[account], ledger.BareID(caseRun))
	require.NoError(c.T, err)
	return file.Dates
}

// A day after which something is lost counts before what is late, from ten days before on,
// and the sentence of the case names it with who watches it.
func TestADayNears(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, _ := c.withTask(care.SocialConsult)
	_, err := c.adds("social_worker.prato", caseRun, critical.Eviction, 12, "social_worker.prato")
	require.NoError(t, err)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	before := c.kept(caseRun)
	require.Nil(t, before.Waiting.Day)
	c.sameAsComputed(caseRun)
	c.put(`UPDATE task SET remind_at = NULL, escalate_at = NULL`)
	c.refresh()
	var changes time.Time
	near := time.Date(c.Now.Year(), c.Now.Month(), c.Now.Day()+2, 0, 0, 0, 0, c.Now.Location())
	c.Now = near.Add(-time.Hour)
	c.refresh()
	require.NoError(t, c.Owner.QueryRow(t.Context(), `SELECT changes_at FROM case_health WHERE case_id = $1`, ledger.BareID(caseRun)).Scan(&changes))
	require.True(t, near.Equal(changes), "%s", changes)
	c.Now = near
	c.refresh()
	k := c.kept(caseRun)
	require.Less(t, k.Harm, before.Harm)
	require.Equal(t, &health.Day{Kind: "eviction", On: *c.dayIn(10), Watcher: c.Accounts["social_worker.prato"].Name, Role: care.SocialWorker, Agency: "comune"}, k.Waiting.Day)

	list, err := c.Records.WatchedDates(t.Context(), c.Accounts["social_worker.prato"], near.AddDate(0, 0, 10))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NotEmpty(t, list[0].Person)
	page, err := c.Records.WorkList(t.Context(), c.Accounts["social_worker.prato"], worklist.Ask{Tab: worklist.Free, There: c.Now.Location()})
	require.NoError(t, err)
	require.Equal(t, "eviction", page.Rows[0].DayKind)

	// While she is away her substitute watches it; when she has left, whoever has the role.
	c.put(`INSERT INTO absence (id, staff, first_day, last_day, substitute) VALUES (gen_random_uuid(), $1, $2, $3, $4)`, c.Accounts["social_worker.prato"].ID,
		c.dayIn(0).Time(), c.dayIn(1).Time(), c.Accounts["social_worker_2.prato"].ID)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.Equal(t, c.Accounts["social_worker_2.prato"].Name, c.kept(caseRun).Waiting.Day.Watcher)
	for account, watches := range map[string]int{"social_worker.prato": 0, "social_worker_2.prato": 1, "desk_operator.prato": 0, "supervisor.prato": 0} {
		list, err := c.Records.WatchedDates(t.Context(), c.Accounts[account], near.AddDate(0, 0, 10))
		require.NoError(t, err)
		require.Len(t, list, watches, account)
	}
	c.put(`SELECT dates_fall_due($1)`, c.Now.Add(9*time.Hour))
	require.Equal(t, 1, c.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.template = 'date_nears' AND s.id = $1`, c.Accounts["social_worker_2.prato"].ID))
	require.Equal(t, 1, c.Count(`mail m, critical_date d WHERE m.template = 'date_nears' AND day_of(mail_date(m.id)) = d.on_day`), "the mail says which day")
	c.put(`UPDATE staff SET active = false WHERE id = $1`, c.Accounts["social_worker.prato"].ID)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.Empty(t, c.kept(caseRun).Waiting.Day.Watcher)
	require.Empty(t, c.dates("social_worker_2.prato", caseRun)[0].Watcher)
	c.put(`UPDATE critical_date SET remind_at = $1`, c.Now)
	c.put(`SELECT dates_fall_due($1)`, c.Now)
	require.Equal(t, 2, c.Count(`mail m JOIN staff s ON s.email = m.recipient WHERE m.template = 'date_nears' AND s.id = $1`, c.Accounts["social_worker_2.prato"].ID))
	c.sameAsComputed(caseRun)
}

// Whoever leaves, somebody watches a day, and the sentence says who: the supervisors where nobody of
// the role is there any more, and of a protected person one of her keepers.
func TestSomebodyWatchesWhoeverLeaves(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, _ := c.withTask(care.SocialConsult)
	kept, _ := c.withTask(care.SocialConsult)
	for _, run := range []string{caseRun, kept} {
		_, err := c.adds("social_worker.prato", run, critical.Eviction, 4, "social_worker.prato")
		require.NoError(t, err)
	}
	c.assign("social_worker.prato", catalogue.Protect.Command("", ledger.BareID(kept), protection.Form{Keeper: c.Accounts["desk_operator.prato"].ID, Reason: "sought"}))
	watches := func(run string) care.Role { return c.kept(run).Waiting.Day.Role }
	c.put(`UPDATE staff SET active = false WHERE id = $1`, c.Accounts["social_worker.prato"].ID)
	c.refresh()
	require.Equal(t, []care.Role{care.SocialWorker, care.DeskOperator}, []care.Role{watches(caseRun), watches(kept)})
	c.put(`UPDATE staff SET active = false WHERE zone = 'prato' AND role = 'social_worker'`)
	require.True(t, c.kept(caseRun).Marked)
	c.refresh()
	require.Equal(t, []care.Role{care.Supervisor, care.DeskOperator}, []care.Role{watches(caseRun), watches(kept)})
	require.Equal(t, care.Supervisor, c.dates("supervisor.prato", caseRun)[0].Role)
	c.put(`UPDATE critical_date SET remind_at = $1`, c.Now)
	c.put(`DELETE FROM mail WHERE template = 'date_nears'`)
	c.put(`SELECT dates_fall_due($1)`, c.Now)
	for run, role := range map[string]care.Role{caseRun: care.Supervisor, kept: care.DeskOperator} {
		told := `mail m JOIN staff s ON s.email = m.recipient WHERE m.template = 'date_nears' AND m.case_id = $1 AND (s.role = $2) = $3`
		require.NotZero(t, c.Count(told, ledger.BareID(run), role, true))
		require.Zero(t, c.Count(told, ledger.BareID(run), role, false))
	}
	list, err := c.Records.WatchedDates(t.Context(), c.Accounts["desk_operator.prato"], c.Now.AddDate(0, 0, 10))
	require.NoError(t, err)
	require.Len(t, list, 1, "hers")
	c.sameAsComputed(caseRun)
}

// A day is corrected, which keeps what was said before, and ended with what happened. What it
// is stays with those whom the record is for where that is for few.
func TestADayIsCorrectedAndOver(t *testing.T) {
	c := newClinic(postgrestest.NewPlay(t))
	caseRun, _ := c.withTask(care.SocialConsult)
	refused := func(err error, field, rule string) {
		t.Helper()
		var refusal *care.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, []care.Fault{{Field: field, Rule: rule}}, refusal.Faults)
	}
	id, err := c.adds("social_worker.prato", caseRun, critical.Hearing, 5, "desk_operator.prato")
	require.NoError(t, err)
	c.put(`SELECT dates_fall_due($1)`, c.Now)
	require.Equal(t, 1, c.Count(`mail WHERE template = 'date_nears'`), "whom another names is told at once")
	_, err = c.adds("social_worker.prato", caseRun, critical.Hearing, 5, "social_worker.prato")
	refused(err, "on", critical.There)
	_, err = c.adds("social_worker.prato", caseRun, critical.Birth, 5, "cpi_operator.prato")
	refused(err, "watcher", critical.ReadsNoFile)
	_, err = c.adds("social_worker.prato", caseRun, critical.Birth, 5, "social_worker.lucca")
	refused(err, "watcher", care.RuleNotHere)
	_, err = c.adds("social_worker.lucca", caseRun, critical.Birth, 5, "social_worker.lucca")
	require.ErrorIs(t, err, ledger.ErrNotFound)

	for account, kind := range map[string]critical.Kind{"social_worker.prato": critical.Hearing, "desk_operator.prato": "", "supervisor.prato": ""} {
		d := c.dates(account, caseRun)
		require.Len(t, d, 1)
		require.Equal(t, kind, d[0].Kind, account)
		require.Equal(t, kind != "", d[0].ReadsAll && d[0].Source != "" && d[0].Note != "", account)
		require.Equal(t, c.Accounts["desk_operator.prato"].Name, d[0].Watcher)
	}
	c.refresh()
	require.Empty(t, c.kept(caseRun).Waiting.Day.Kind, "of what is kept for all it is one that matters")

	// Of several who correct it at once, one does.
	worked, wait := make(chan error, 4), sync.WaitGroup{}
	for range 4 {
		wait.Go(func() {
			_, err := c.Records.Assign(t.Context(), c.Accounts["social_worker.prato"], catalogue.MoveDate.Command(uuid.NewString(), ledger.BareID(caseRun), critical.Moved{
				Date: id, On: c.dayIn(7), Source: "la cancelleria di prova", Watcher: c.Accounts["social_worker.prato"].ID, Note: "Rinviata (prova)"}).NewCommand)
			worked <- err
		})
	}
	wait.Wait()
	close(worked)
	done := 0
	for err := range worked {
		if err == nil {
			done++
		} else {
			refused(err, "date", critical.NotOpen)
		}
	}
	require.Equal(t, 1, done)
	d := c.dates("social_worker.prato", caseRun)
	require.Len(t, d, 2)
	require.Equal(t, []any{*c.dayIn(7), id, critical.Hearing}, []any{d[0].Day, d[0].Replaces, d[0].Kind})
	require.Equal(t, []any{*c.dayIn(5), "corrected", "Rinviata (prova)"}, []any{d[1].Day, d[1].Outcome, d[1].What})

	c.Now = c.Now.Add(time.Minute)
	c.assign("social_worker_2.prato", catalogue.EndDate.Command("", ledger.BareID(caseRun), critical.Passed{Date: d[0].ID, Note: "Si è tenuta (prova)"}))
	d = c.dates("social_worker.prato", caseRun)
	require.Equal(t, []any{"over", ""}, []any{d[0].Outcome, c.dates("desk_operator.prato", caseRun)[0].What})
	require.Nil(t, c.kept(caseRun).Waiting.Day)

	// Of a protected person nobody else knows of any; and a closed case has none to watch.
	_, err = c.adds("social_worker.prato", caseRun, critical.Eviction, 5, "social_worker.prato")
	require.NoError(t, err)
	c.assign("social_worker.prato", catalogue.Protect.Command("", ledger.BareID(caseRun), protection.Form{Keeper: c.Accounts["social_worker_2.prato"].ID, Reason: "sought"}))
	_, err = c.Records.CaseFile(t.Context(), c.Accounts["desk_operator.prato"], ledger.BareID(caseRun))
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = c.adds("desk_operator.prato", caseRun, critical.Birth, 5, "desk_operator.prato")
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = c.adds("social_worker.prato", caseRun, critical.Birth, 5, "desk_operator.prato")
	refused(err, "watcher", "keepers_only")
	require.Equal(t, critical.Eviction, c.dates("social_worker_2.prato", caseRun)[0].Kind)
}
