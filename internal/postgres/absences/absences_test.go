package absences_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/absence"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

const (
	worker, colleague, desk, supervisor, other = "social_worker.prato", "social_worker_2.prato", "desk_operator.prato", "supervisor.prato", "supervisor_2.prato"
	third                                      = "social_worker_3.prato"
)

// office is a play with the health that is kept, and a third social worker.
type office struct {
	*postgrestest.Play
	health *machine.Health
}

func newOffice(t *testing.T) *office {
	o := &office{Play: postgrestest.NewPlay(t)}
	o.health = machine.NewHealth(o.API, testclock.Rome)
	o.health.Clock = func() time.Time { return o.Now }
	_, err := o.Owner.Exec(t.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ($1, 'Personale Prova terza', 'social_worker', 'prato', 'comune', 'terza@prova.invalid')`, third)
	require.NoError(t, err)
	o.Accounts[third], err = o.Records.Staff(t.Context(), third)
	require.NoError(t, err)
	return o
}

// day is so many days from today, where the zones are.
func (o *office) day(days int) *care.Date {
	return care.DateOf(o.Now.In(testclock.Rome).AddDate(0, 0, days))
}

// away enters that somebody is away for some days from today on.
func (o *office) away(account string, days int, substitute string) absence.Entry {
	o.T.Helper()
	form := absence.Days{First: o.day(0), Last: o.day(days - 1)}
	if substitute != "" {
		form.Substitute = o.Accounts[substitute].ID
	}
	entered, err := o.Records.EnterAbsence(o.T.Context(), o.Accounts[account], uuid.NewString(), "", form)
	require.NoError(o.T, err)
	return entered
}

// held opens a case with a task that a social worker holds, and in which they note
// something for the social service.
func (o *office) held() (run, task string) {
	o.T.Helper()
	run, _ = o.Begin(ledger.Person{}, ledger.Effects{})
	first, next := postgrestest.Opens(run, "first", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"}), postgrestest.Opens(run, "next", ledger.TaskChange{Kind: care.SocialConsult, Role: care.SocialWorker, Agency: "comune"})
	o.Does(run, o.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{first, next}}, nil)
	o.Complete(worker, run, first.ID, care.Completion{Outcome: care.Continue, Note: "Prova riservata"}, ledger.Effects{}, nil)
	require.NoError(o.T, o.Claim(worker, next.ID))
	return run, next.ID
}

// completes has somebody send the answer to a task, and gives what becomes of it.
func (o *office) completes(account, run, task string) (ledger.Verdict, care.Refusal) {
	o.T.Helper()
	e := o.Ask(account, run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Continue, Note: "Prova"}))
	res := o.Tries(run, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Continue}}}, nil)
	if res.Verdict == ledger.Refused {
		return res.Verdict, o.Refusal(e.ID)
	}
	return res.Verdict, care.Refusal{}
}

// reads says whether somebody reads what was noted for the social service.
func (o *office) reads(account, run string) bool {
	o.T.Helper()
	page, err := o.Records.WrittenIn(o.T.Context(), o.Accounts[account], ledger.BareID(run), "", ledger.Paging{})
	require.NoError(o.T, err)
	return slices.ContainsFunc(page.Items, func(r ledger.Record) bool { return r.Form == string(care.SocialService) && r.Readable })
}

// waiting is what a case waits for, whose run nothing keeps from looking at its clock.
func (o *office) waiting(run string) health.Waiting {
	o.T.Helper()
	_, err := o.Owner.Exec(o.T.Context(), `UPDATE run SET next_due = NULL`)
	require.NoError(o.T, err)
	_, err = o.health.Refresh(o.T.Context(), 100)
	require.NoError(o.T, err)
	file, err := o.Records.CaseFile(o.T.Context(), o.Accounts[supervisor], ledger.BareID(run))
	require.NoError(o.T, err)
	return file.Waiting
}

// onBehalf are the tasks that an account does for who is away: those that are listed, which are
// those of which each is asked alone.
func (o *office) onBehalf(account string) (ids []string) {
	o.T.Helper()
	page, err := o.Records.Tasks(o.T.Context(), o.Accounts[account], ledger.TaskFilter{OnBehalf: true}, ledger.Paging{})
	require.NoError(o.T, err)
	for _, t := range page.Items {
		ids = append(ids, t.ID)
	}
	tx, err := o.Owner.Begin(o.T.Context())
	require.NoError(o.T, err)
	defer func() { _ = tx.Rollback(o.T.Context()) }()
	_, err = tx.Exec(o.T.Context(), `SELECT set_config('percorso.staff', $1, true)`, o.Accounts[account].ID) // of a protected person it sees nothing
	require.NoError(o.T, err)
	rows, _ := tx.Query(o.T.Context(), `SELECT id::text FROM task WHERE state = 'reserved' AND ended_at IS NULL AND on_behalf(id, $1, $2)`, o.Accounts[account].ID, o.Now)
	each, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(o.T, err)
	require.ElementsMatch(o.T, each, ids)
	return ids
}

// A social worker is away for two weeks. The substitute works what they hold, reads what is written in
// those cases, and loses sight of both when the last day is over.
func TestTheSubstituteWorksWhileSomebodyIsAway(t *testing.T) {
	o := newOffice(t)
	run, task := o.held()
	verdict, refusal := o.completes(colleague, run, task)
	require.Equal(t, ledger.Refused, verdict)
	require.Equal(t, care.RefusedTaken, refusal.Code, "they are there")
	require.False(t, o.reads(colleague, run))

	before := o.waiting(run)
	require.Nil(t, before.Away)
	o.away(worker, 14, colleague)
	w := o.waiting(run)
	require.Equal(t, &health.Away{Last: *o.day(13).Time(), Substitute: o.Accounts[colleague].Name}, w.Away)
	require.Equal(t, before.Health, w.Health)
	require.True(t, o.reads(colleague, run), "the circle of who follows the case")
	require.False(t, o.reads(third, run), "and no more")
	require.Equal(t, []string{task}, o.onBehalf(colleague))
	require.Empty(t, o.onBehalf(third))

	verdict, refusal = o.completes(third, run, task)
	require.Equal(t, []any{ledger.Refused, care.RefusedTaken}, []any{verdict, refusal.Code}, "a colleague beside the substitute")
	verdict, refusal = o.completes(desk, run, task)
	require.Equal(t, []any{ledger.Refused, care.RefusedTaken}, []any{verdict, refusal.Code})
	require.Error(t, o.Claim(colleague, task), "it is not taken from them")

	shown, err := o.Records.Task(t.Context(), o.Accounts[colleague], task)
	require.NoError(t, err)
	require.Equal(t, o.Accounts[worker].ID, shown.HolderID)
	require.True(t, shown.Actors().OnBehalf(o.Accounts[colleague]))

	o.Now = o.Now.AddDate(0, 0, 13)
	verdict, _ = o.completes(colleague, run, task)
	require.Equal(t, ledger.Recorded, verdict, "on the last day")
	lines, err := o.Records.Timeline(t.Context(), o.Accounts[supervisor], ledger.BareID(run), ledger.Paging{})
	require.NoError(t, err)
	i := slices.IndexFunc(lines.Items, func(m ledger.Moment) bool { return m.Code == "task_on_behalf" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, []string{o.Accounts[colleague].Name, o.Accounts[worker].Name, string(care.SocialConsult)}, []string{lines.Items[i].ByName, lines.Items[i].FromName, lines.Items[i].Detail})
	require.True(t, o.reads(colleague, run), "they are still the lead")

	o.Now = o.Now.AddDate(0, 0, 1)
	require.False(t, o.reads(colleague, run), "the last day is over")
	again, open := o.held()
	require.False(t, o.reads(colleague, again))
	verdict, refusal = o.completes(colleague, again, open)
	require.Equal(t, []any{ledger.Refused, care.RefusedTaken}, []any{verdict, refusal.Code})
	list, err := o.Records.Absences(t.Context(), o.Accounts[worker])
	require.NoError(t, err)
	require.Empty(t, list, "nobody is shown what is over")
}

// Where nobody is named, or the one who is cannot, whoever has the role there may.
func TestNobodyByName(t *testing.T) {
	o := newOffice(t)
	run, task := o.held()
	entered := o.away(worker, 5, "")
	w := o.waiting(run)
	require.Equal(t, &health.Away{Last: *o.day(4).Time(), Others: true}, w.Away)
	require.Contains(t, w.StandIns, care.SocialWorker)
	require.Equal(t, []string{task}, o.onBehalf(colleague))
	require.Equal(t, []string{task}, o.onBehalf(third))
	require.Empty(t, o.onBehalf(desk))
	require.False(t, o.reads(third, run), "doing a task opens no circle")

	_, err := o.Records.ChangeAbsence(t.Context(), o.Accounts[worker], entered.ID, absence.Days{First: o.day(0), Last: o.day(4), Substitute: o.Accounts[colleague].ID})
	require.NoError(t, err)
	require.Equal(t, o.Accounts[colleague].Name, o.waiting(run).Away.Substitute, "computed anew as it changes")
	o.away(colleague, 2, "")
	require.Equal(t, &health.Away{Last: *o.day(4).Time(), Others: true}, o.waiting(run).Away, "the substitute is away too")
	require.Equal(t, []string{task}, o.onBehalf(third))
	o.Now = o.Now.AddDate(0, 0, 2)
	require.Equal(t, o.Accounts[colleague].Name, o.waiting(run).Away.Substitute, "and back: nothing told so but the time")
	_, err = o.Owner.Exec(t.Context(), `UPDATE staff SET active = false WHERE subject = $1`, colleague)
	require.NoError(t, err)
	require.True(t, o.waiting(run).Away.Others, "and has left")
	verdict, _ := o.completes(third, run, task)
	require.Equal(t, ledger.Recorded, verdict)

	run, _ = o.held()
	require.NotNil(t, o.waiting(run).Away)
	require.NoError(t, o.Records.EndAbsence(t.Context(), o.Accounts[worker], entered.ID, ""))
	require.Nil(t, o.waiting(run).Away, "back before the last day")
	require.ErrorIs(t, o.Records.EndAbsence(t.Context(), o.Accounts[worker], entered.ID, ""), ledger.ErrNotFound)
}

// A referral is answered on behalf of who has acknowledged it.
func TestAReferralIsAnsweredOnBehalf(t *testing.T) {
	o := newOffice(t)
	const operator, second = "cpi_operator.prato", "cpi_operator_2.prato"
	sent, _ := o.Begin(ledger.Person{}, ledger.Effects{})
	run, referral := postgrestest.NewRun(care.RunPlacement), uuid.NewString()
	ask := postgrestest.Opens(run, "answer", ledger.TaskChange{Kind: care.ReferralAnswer, Agency: "cpi", Referral: referral})
	o.Branch(sent, run, care.Answer{Agency: "cpi", Matter: "labour"}, ledger.Effects{
		Referrals: []ledger.ReferralChange{{ID: referral, State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}}, Tasks: []ledger.TaskChange{ask},
	})
	moves := func(account string, op care.Operation, to care.ReferralState, state care.TaskState) ledger.Verdict {
		e := o.Ask(account, run, catalogue.Moves[op].Command("", referral, catalogue.ReferralMoveForm{}))
		return o.Tries(run, e, ledger.Effects{Referrals: []ledger.ReferralChange{{ID: referral, State: to}}, Tasks: []ledger.TaskChange{{ID: ask.ID, State: state}}}, nil).Verdict
	}
	require.Equal(t, ledger.Recorded, moves(operator, care.OpAcknowledge, care.ReferralReceived, care.TaskReserved))
	require.Equal(t, ledger.Refused, moves(second, care.OpAccept, care.ReferralInProgress, care.TaskObsolete), "a colleague has it, who is there")
	o.away(operator, 3, second)
	require.Equal(t, []string{ask.ID}, o.onBehalf(second))
	require.Equal(t, ledger.Recorded, moves(second, care.OpAccept, care.ReferralInProgress, care.TaskObsolete))
	require.Contains(t, o.Moments(sent), "task_on_behalf")
}

// A substitute of a keeper does not become one.
func TestAProtectedPersonStaysWithHerKeepers(t *testing.T) {
	o := newOffice(t)
	run, task := o.held()
	c := catalogue.Protect.Command(uuid.NewString(), ledger.BareID(run), protection.Form{Keeper: o.Accounts[colleague].ID, Reason: "sought"})
	_, err := o.Records.Assign(t.Context(), o.Accounts[worker], c.NewCommand)
	require.NoError(t, err)
	o.away(worker, 5, third)
	_, err = o.Records.Task(t.Context(), o.Accounts[third], task)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.Empty(t, o.onBehalf(third))
	_, err = o.Records.Accept(t.Context(), o.Accounts[third], catalogue.Complete.Command(uuid.NewString(), task, care.Completion{Outcome: care.Continue, Note: "Prova"}).NewCommand)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	_, err = o.health.Refresh(t.Context(), 100)
	require.NoError(t, err)
	file, err := o.Records.CaseFile(t.Context(), o.Accounts[colleague], ledger.BareID(run))
	require.NoError(t, err)
	require.Equal(t, &health.Away{Last: *o.day(4).Time(), Others: true}, file.Waiting.Away, "another keeper of the role")
	require.Equal(t, []string{task}, o.onBehalf(colleague))
	verdict, _ := o.completes(colleague, run, task)
	require.Equal(t, ledger.Recorded, verdict)
}

// What is new comes to the substitute of the lead first, and is in the pool where there is none.
func TestWhatIsNewComesToTheSubstituteFirst(t *testing.T) {
	o := newOffice(t)
	run, _ := o.held()
	entered := o.away(worker, 5, colleague)
	next := postgrestest.Opens(run, "more", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	o.Does(run, o.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{next}}, nil)
	first := func(account string) (name string, mine bool) {
		shown, err := o.Records.Task(t.Context(), o.Accounts[account], next.ID)
		require.NoError(t, err)
		page, err := o.Records.Tasks(t.Context(), o.Accounts[account], ledger.TaskFilter{Mine: true}, ledger.Paging{})
		require.NoError(t, err)
		return shown.FirstName, slices.ContainsFunc(page.Items, func(t ledger.Task) bool { return t.ID == next.ID })
	}
	name, mine := first(colleague)
	require.Equal(t, o.Accounts[colleague].Name, name)
	require.True(t, mine)
	_, err := o.Records.ChangeAbsence(t.Context(), o.Accounts[worker], entered.ID, absence.Days{First: o.day(0), Last: o.day(4)})
	require.NoError(t, err)
	name, mine = first(colleague)
	require.Empty(t, name)
	require.False(t, mine)
	require.NoError(t, o.Records.EndAbsence(t.Context(), o.Accounts[worker], entered.ID, ""))
	name, mine = first(worker)
	require.Equal(t, o.Accounts[worker].Name, name)
	require.True(t, mine)
}

// Who is away is passed over by mails; where nobody is there, that is said.
func TestMailsGoToWhoIsThere(t *testing.T) {
	o := newOffice(t)
	mailed := func(template string) (to []string) {
		for _, m := range o.Rows(`SELECT recipient FROM mail WHERE template = $1 AND created_at = $2 ORDER BY recipient`, template, o.Now) {
			to = append(to, m["recipient"].(string))
		}
		return to
	}
	at := func(account string) string { return o.Accounts[account].Email }
	run, task := o.held()
	o.away(worker, 60, colleague)
	o.away(other, 60, "")
	ring := func() {
		o.T.Helper()
		var next time.Time
		require.NoError(t, o.Owner.QueryRow(t.Context(), `SELECT next_at FROM task WHERE id = $1`, task).Scan(&next))
		o.Now = next
		o.Does(run, o.Clock(), ledger.Effects{}, nil)
	}
	ring()
	require.Equal(t, []string{at(colleague)}, mailed("reminder"), "the substitute")
	ring()
	require.Equal(t, []string{at(supervisor)}, mailed("escalation"), "the supervisor who is there")
	require.NotContains(t, o.Moments(run), "escalation_unsent")

	o.away(supervisor, 30, "")
	run, task = o.held()
	ring()
	ring()
	require.ElementsMatch(t, []string{at(supervisor), at(other)}, mailed("escalation"), "who find it when they are back")
	require.Contains(t, o.Moments(run), "escalation_unsent")
}

// Where all who may take a free task are away, or all supervisors, the case says until when.
func TestNobodyIsThere(t *testing.T) {
	o := newOffice(t)
	run, _ := o.Begin(ledger.Person{}, ledger.Effects{})
	free := postgrestest.Opens(run, "free", ledger.TaskChange{Kind: care.SocialService, Role: care.SocialWorker, Agency: "comune"})
	o.Does(run, o.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{free}}, nil)
	o.away(worker, 9, "")
	o.away(colleague, 3, "")
	o.away(supervisor, 5, "")
	w := o.waiting(run)
	require.Equal(t, []*time.Time{nil, nil}, []*time.Time{w.NobodyUntil, w.NoSupervisorUntil}, "one of each is there")
	o.away(third, 6, "")
	entered := o.away(other, 2, "")
	w = o.waiting(run)
	require.Equal(t, []*time.Time{o.day(2).Time(), o.day(1).Time()}, []*time.Time{w.NobodyUntil, w.NoSupervisorUntil}, "the first who is back")
	require.NoError(t, o.Records.EndAbsence(t.Context(), o.Accounts[other], entered.ID, ""))
	require.Nil(t, o.waiting(run).NoSupervisorUntil)
	_, err := o.Owner.Exec(t.Context(), `INSERT INTO staff (subject, name, role, zone, agency, email) VALUES ('fourth.prato', 'Personale Prova quarta', 'social_worker', 'prato', 'comune', 'quarta@prova.invalid')`)
	require.NoError(t, err)
	require.Nil(t, o.waiting(run).NobodyUntil, "somebody new")
}

// Of two who name each other for the same days one comes first.
func TestTwoAtOnce(t *testing.T) {
	o := newOffice(t)
	form := func(substitute string) absence.Days {
		return absence.Days{First: o.day(1), Last: o.day(3), Substitute: o.Accounts[substitute].ID}
	}
	enter := func(account, key, of string, form absence.Days) error {
		_, err := o.Records.EnterAbsence(t.Context(), o.Accounts[account], key, of, form)
		return err
	}
	both := func(one, two func() error) (refused []error) {
		errs := make([]error, 2)
		var at sync.WaitGroup
		at.Go(func() { errs[0] = one() })
		at.Go(func() { errs[1] = two() })
		at.Wait()
		return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	}
	refused := both(func() error { return enter(worker, "a", "", form(colleague)) }, func() error { return enter(colleague, "b", "", form(worker)) })
	require.Len(t, refused, 1)
	o.breaks(refused[0], "substitute", absence.SubstituteAway)
	require.Equal(t, 1, o.Count(`absence`))

	// The same days, by oneself and by the supervisor; and one key twice.
	same := absence.Days{First: o.day(10), Last: o.day(12)}
	refused = both(func() error { return enter(third, "c", "", same) }, func() error { return enter(supervisor, "d", o.Accounts[third].ID, same) })
	require.Len(t, refused, 1)
	o.breaks(refused[0], "first", absence.Overlaps)
	later := absence.Days{First: o.day(20), Last: o.day(21)}
	require.Empty(t, both(func() error { return enter(third, "e", "", later) }, func() error { return enter(third, "e", "", later) }))
	require.Equal(t, 3, o.Count(`absence`))
	require.ErrorIs(t, enter(third, "e", "", same), ledger.ErrKeyReused)
	require.Equal(t, 3, o.Count(`audit WHERE action = $1`, absence.LineEntered))

	// Two who change one from what it was: the second is told, and changes what is there now.
	was := o.away(third, 1, "")
	changes := func(account string, last int, seen string) func() error {
		return func() error {
			_, err := o.Records.ChangeAbsence(t.Context(), o.Accounts[account], was.ID, absence.Days{First: o.day(1), Last: o.day(last), Seen: seen})
			return err
		}
	}
	refused = both(changes(third, 5, was.Seen()), changes(supervisor, 6, was.Seen()))
	require.Len(t, refused, 1)
	require.Equal(t, care.RefuseChanged(absence.Meanwhile), refused[0])
	now := was
	now.First, now.Last = *o.day(1).Time(), *o.day(5).Time()
	if changes(supervisor, 6, now.Seen())() != nil { // the supervisor was first
		now.Last = *o.day(6).Time()
		require.NoError(t, changes(third, 5, now.Seen())())
	}
	require.Equal(t, refused[0], o.Records.EndAbsence(t.Context(), o.Accounts[third], was.ID, was.Seen()), "nor is it ended unseen")
	list, err := o.Records.Absences(t.Context(), o.Accounts[third])
	require.NoError(t, err)
	is := list[slices.IndexFunc(list, func(e absence.Entry) bool { return e.ID == was.ID })]
	ends := func(account string) func() error {
		return func() error { return o.Records.EndAbsence(t.Context(), o.Accounts[account], is.ID, is.Seen()) }
	}
	refused = both(ends(third), ends(supervisor))
	require.Len(t, refused, 1, "it ends once")
	require.ErrorIs(t, refused[0], ledger.ErrNotFound)

	// Who is back and who works for them, at once: the answer is recorded once, or refused whole.
	run, task := o.held()
	entered := o.away(worker, 1, "")
	e := o.Ask(third, run, catalogue.Complete.Command("", task, care.Completion{Outcome: care.Continue, Note: "Prova"}))
	require.Empty(t, both(func() error { return o.Records.EndAbsence(t.Context(), o.Accounts[worker], entered.ID, "") }, func() error {
		o.Tries(run, e, ledger.Effects{Tasks: []ledger.TaskChange{{ID: task, State: care.TaskCompleted, Outcome: care.Continue}}}, nil)
		return nil
	}))
	recorded := o.Count(`timeline WHERE case_id = $1 AND code = 'task_on_behalf'`, ledger.BareID(run))
	require.Equal(t, recorded, o.Count(`command WHERE id = $1 AND state = 'worked'`, e.ID))
	require.Equal(t, 1-recorded, o.Count(`command WHERE id = $1 AND state = 'refused'`, e.ID))
}

func (o *office) breaks(err error, field, rule string) {
	o.T.Helper()
	var refused *care.Refusal
	require.True(o.T, errors.As(err, &refused), "%v", err)
	require.Equal(o.T, []care.Fault{{Field: field, Rule: rule}}, refused.Faults)
}

// Whose absences somebody enters and sees.
func TestWhoSeesAbsences(t *testing.T) {
	o := newOffice(t)
	ctx, form := t.Context(), absence.Days{First: o.day(0), Last: o.day(3)}
	entered := o.away(worker, 4, colleague)
	for account, n := range map[string]int{worker: 1, colleague: 1, third: 0, desk: 0, "cpi_operator.prato": 0, supervisor: 1, "supervisor.lucca": 0} {
		list, err := o.Records.Absences(ctx, o.Accounts[account])
		require.NoError(t, err)
		require.Len(t, list, n, account)
	}
	for _, account := range []string{third, colleague, desk} {
		_, err := o.Records.EnterAbsence(ctx, o.Accounts[account], uuid.NewString(), o.Accounts[worker].ID, absence.Days{First: o.day(9), Last: o.day(9)})
		require.ErrorIs(t, err, ledger.ErrForbidden, account)
		_, err = o.Records.ChangeAbsence(ctx, o.Accounts[account], entered.ID, form)
		require.ErrorIs(t, err, ledger.ErrNotFound, account)
		require.ErrorIs(t, o.Records.EndAbsence(ctx, o.Accounts[account], entered.ID, ""), ledger.ErrNotFound, account)
	}
	_, err := o.Records.EnterAbsence(ctx, o.Accounts["supervisor.lucca"], uuid.NewString(), o.Accounts[worker].ID, form)
	require.ErrorIs(t, err, ledger.ErrNotFound, "nobody of another zone is known")
	require.ErrorIs(t, o.Records.EndAbsence(ctx, o.Accounts["supervisor.lucca"], entered.ID, ""), ledger.ErrNotFound)
	_, err = o.Records.ChangeAbsence(ctx, o.Accounts[supervisor], entered.ID, form)
	require.NoError(t, err)
	require.NoError(t, o.Records.EndAbsence(ctx, o.Accounts[supervisor], entered.ID, ""))
	line := o.Row(`SELECT staff::text, asked FROM audit WHERE action = $1`, absence.LineEnded)
	require.Equal(t, map[string]any{"staff": o.Accounts[supervisor].ID, "asked": o.Accounts[worker].ID}, line)
}
