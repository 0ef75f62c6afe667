package waitlist_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/postgrestest"
	store "percorso/internal/postgres/waitlist"
	"percorso/internal/protection"
	"percorso/internal/testclock"
	"percorso/internal/waitlist"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

const supervisor, worker, desk, keeper = "supervisor.prato", "social_worker.prato", "desk_operator.prato", "social_worker_2.prato"

// office is a play in which the desk's service receives one person on Thursdays at nine.
type office struct {
	*postgrestest.Play
	*store.Store
	offering *store.Offering
}

func newOffice(t *testing.T) office {
	o := office{Play: postgrestest.NewPlay(t)}
	o.Law("agenda", func(policy *care.Policy) {
		for i, s := range policy.Services {
			if s.Code == "pas" {
				policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"thu"}, From: "09:00", To: "09:30", Seconds: 1800, Places: 1, Mode: agenda.InPerson}}
			}
		}
	})
	o.Store = store.New(o.API, postgres.NewRules(calendar.New), func() time.Time { return o.Now })
	o.offering = store.NewOffering(o.Pool(standalone.Worker), calendar.New)
	return o
}

// thursday is the hour at which the service receives in the first week.
var thursday = time.Date(2026, time.November, 26, 9, 0, 0, 0, testclock.Rome)

func (o office) begins() string {
	o.T.Helper()
	run, _ := o.Begin(ledger.Person{}, ledger.Effects{})
	return run
}

func (o office) books(caseRun string) ledger.Command {
	cmd, err := o.Records.Accept(o.T.Context(), o.Accounts[worker], catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun),
		catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: thursday}}).NewCommand)
	if err != nil {
		o.T.Error(err)
	}
	return cmd
}

// has works a booking that was accepted: the service's run has the appointment.
func (o office) has(caseRun string, cmd ledger.Command) (run, appointment string) {
	o.T.Helper()
	require.Equal(o.T, ledger.CommandAccepted, cmd.State, cmd.Refusal)
	run, appointment = postgrestest.NewRun(care.RunService), uuid.NewString()
	o.Does(caseRun, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Service: "pas", At: &thursday}}}}, nil)
	o.Does(run, o.Hear(run, care.OpOpen), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentBooked, Service: "pas", At: thursday}}}, nil)
	return run, appointment
}

// full has somebody take Thursday's place, and gives what takes it back.
func (o office) full() (cancels func()) {
	o.T.Helper()
	caseRun := o.begins()
	run, appointment := o.has(caseRun, o.books(caseRun))
	return func() {
		o.T.Helper()
		o.Does(run, o.Clock(), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentCancelled}}}, nil)
	}
}

// puts puts the person of a case on the list, for this Thursday or never.
func (o office) puts(account, caseRun string) (id string) {
	o.T.Helper()
	by := care.DayOf(thursday)
	id, err := o.Put(o.T.Context(), o.Accounts[account], uuid.NewString(), ledger.BareID(caseRun), waitlist.Wish{Service: "pas", Language: "ur", By: &by})
	require.NoError(o.T, err)
	o.Now = o.Now.Add(time.Minute)
	return id
}

func (o office) round() {
	o.T.Helper()
	require.NoError(o.T, o.offering.Round(o.T.Context(), o.Now))
}

// called are the entries whom somebody is to call.
func (o office) called(account string) (entries []string, first waitlist.Call) {
	o.T.Helper()
	list, err := o.ToTell(o.T.Context(), o.Accounts[account])
	require.NoError(o.T, err)
	for _, c := range list {
		entries = append(entries, c.ID)
	}
	if len(list) > 0 {
		first = list[0]
	}
	return entries, first
}

func (o office) waits(account string) (entries []string) {
	o.T.Helper()
	list, err := o.Waiting(o.T.Context(), o.Accounts[account], "pas", "")
	require.NoError(o.T, err)
	require.Empty(o.T, list.Next)
	for i, e := range list.Items {
		require.Equal(o.T, i+1, e.Place)
		entries = append(entries, e.ID)
	}
	if len(entries) > 1 { // from behind the first on
		rest, err := o.Waiting(o.T.Context(), o.Accounts[account], "", entries[0])
		require.NoError(o.T, err)
		require.Equal(o.T, []any{entries[1], 2}, []any{rest.Items[0].ID, rest.Items[0].Place})
	}
	_, err = o.Waiting(o.T.Context(), o.Accounts[account], "", uuid.NewString())
	require.ErrorIs(o.T, err, ledger.ErrCursor, "behind nobody")
	return entries
}

func rule(t *testing.T, err error) string {
	t.Helper()
	var refused *care.Refusal
	require.ErrorAs(t, err, &refused)
	return refused.Faults[0].Rule
}

// TestAPlaceThatBecomesFree is kept for the first of the list: nobody else books it, she does,
// and leaves the list with her appointment.
func TestAPlaceThatBecomesFree(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	first, second, other := o.begins(), o.begins(), o.begins()
	by := care.DayOf(thursday)
	wish := waitlist.Wish{Service: "pas", By: &by}
	_, err := o.Put(ctx, o.Accounts[desk], "chiave", ledger.BareID(first), wish)
	require.Equal(t, agenda.PlaceFree, rule(t, err), "there is a place")
	cancels := o.full()
	_, err = o.Put(ctx, o.Accounts["cpi_operator.prato"], "chiave", ledger.BareID(first), wish)
	require.ErrorIs(t, err, ledger.ErrForbidden)
	a, b := o.puts(desk, first), o.puts(worker, second)
	_, err = o.Put(ctx, o.Accounts[desk], "ancora", ledger.BareID(first), wish)
	require.Equal(t, waitlist.RuleTwice, rule(t, err))
	require.Equal(t, []string{a, b}, o.waits(worker))
	o.round()
	require.Zero(t, o.Count(`waiting_offer`), "there is none")

	cancels()
	o.round()
	o.round()
	entries, call := o.called(desk)
	require.Equal(t, []string{a}, entries, "one place, one offer")
	require.True(t, call.Offered.Equal(thursday) && call.EndsAt.Equal(time.Date(2026, time.November, 24, 18, 0, 0, 0, testclock.Rome)), call)
	require.Equal(t, "Persona Prova 0001", call.Person)
	require.Equal(t, agenda.NoPlace, o.books(other).Refusal.Faults[0].Rule, "it is hers")
	free, err := o.Records.Offers(ctx, o.Accounts[desk], "pas", o.Now, 1)
	require.NoError(t, err)
	require.False(t, free[0].At.Equal(thursday))

	beyond := catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: thursday}, Beyond: "urgent"}
	cmd, err := o.Records.Accept(ctx, o.Accounts[supervisor], catalogue.Book.Command(uuid.NewString(), ledger.BareID(other), beyond).NewCommand)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State)
	o.round()
	o.has(first, o.books(first)) // it is hers all the same
	require.Equal(t, []string{b}, o.waits(worker), "who has an appointment waits for none")
	require.Equal(t, 1, o.Count(`waiting_offer WHERE state = 'booked' AND said_by IS NOT NULL`))
	_, err = o.Put(ctx, o.Accounts[desk], "di nuovo", ledger.BareID(first), wish)
	require.Equal(t, waitlist.RuleHasOne, rule(t, err))
	require.Positive(t, o.Count(`audit WHERE asked = 'waiting' AND case_id = $1`, ledger.BareID(first)))
}

// TestWhatCameOfACall: who is not reached or wants another place keeps her turn, and the next
// one is asked; who wants none leaves.
func TestWhatCameOfACall(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	who := o.Accounts[desk]
	cancels := o.full()
	runs := []string{o.begins(), o.begins(), o.begins(), o.begins()}
	var ids []string
	for _, run := range runs {
		ids = append(ids, o.puts(desk, run))
	}
	cancels()
	for i, outcome := range waitlist.Outcomes {
		o.round()
		entries, call := o.called(desk)
		require.Equal(t, ids[i:i+1], entries)
		require.NoError(t, o.Said(ctx, who, call.Offer, outcome))
		require.Equal(t, waitlist.RuleOver, rule(t, o.Said(ctx, who, call.Offer, outcome)))
		require.ErrorIs(t, o.Said(ctx, o.Accounts["cpi_operator.prato"], call.Offer, outcome), ledger.ErrForbidden)
	}
	require.Equal(t, []string{ids[0], ids[2], ids[3]}, o.waits(desk))
	require.NotContains(t, o.Moments(runs[0]), "waiting_left")
	require.Contains(t, o.Moments(runs[1]), "waiting_left")
	require.Contains(t, o.Moments(runs[2]), "waiting_called")

	require.NoError(t, o.Leave(ctx, who, ids[2]))
	require.NoError(t, o.Leave(ctx, who, ids[2]), "once more it changes nothing")
	o.round()
	entries, _ := o.called(desk)
	require.Equal(t, ids[3:], entries)
	_, err := o.Owner.Exec(ctx, `UPDATE case_file SET closed_at = now(), outcome = 'withdrew', stage = 'closed', last_stage = 'first_level' WHERE id = $1`, ledger.BareID(runs[3]))
	require.NoError(t, err)
	require.Equal(t, ids[:1], o.waits(desk), "whose case is closed waits for nothing")
	require.Equal(t, 1, o.Count(`waiting_offer WHERE state = 'gone'`))
	_, err = o.Owner.Exec(ctx, `UPDATE case_file SET closed_at = NULL, outcome = '', stage = 'first_level' WHERE id = $1`, ledger.BareID(runs[3]))
	require.NoError(t, err)
	require.Equal(t, []string{ids[0], ids[3]}, o.waits(desk), "the closure was a mistake")
}

// TestWhomNobodyCalls: from the end of the term on she stands there as late, and who asks for
// the place has it; that is in her timeline, and she keeps her turn.
func TestWhomNobodyCalls(t *testing.T) {
	o := newOffice(t)
	cancels := o.full()
	first, other := o.begins(), o.begins()
	id := o.puts(desk, first)
	cancels()
	o.round()
	_, call := o.called(supervisor)
	require.False(t, call.Late(o.Now))
	o.Now = call.EndsAt.Add(time.Minute)
	o.round()
	entries, call := o.called(supervisor)
	require.Equal(t, []string{id}, entries, "it stays until somebody has the place")
	require.True(t, call.Late(o.Now))
	require.Equal(t, ledger.CommandAccepted, o.books(other).State)
	o.round()
	entries, _ = o.called(supervisor)
	require.Empty(t, entries)
	require.Equal(t, []string{id}, o.waits(desk))
	require.Contains(t, o.Moments(first), "waiting_lost")
	o.Now = thursday.AddDate(0, 0, 1)
	_, call = o.called(desk)
	require.Equal(t, []any{id, ""}, []any{call.ID, call.Offer}, "the day by which she needed it is over")
	require.NoError(t, o.Stay(t.Context(), o.Accounts[desk], id))
	entries, _ = o.called(desk)
	require.Empty(t, entries)
	o.round()
	entries, _ = o.called(desk)
	require.Equal(t, []string{id}, entries, "she waits on, and the next Thursday is free")
	require.NoError(t, o.Leave(t.Context(), o.Accounts[desk], id))
	var refused *care.Refusal
	require.ErrorAs(t, o.Stay(t.Context(), o.Accounts[desk], id), &refused)
	require.Equal(t, waitlist.RuleLeft, refused.Faults[0].Rule)
}

// TestOneOfferOfAPlace: of workers who offer it, and of clerks who book it, at the same moment,
// one has it.
func TestOneOfferOfAPlace(t *testing.T) {
	o := newOffice(t)
	cancels := o.full()
	var runs []string
	for range 4 {
		runs = append(runs, o.begins())
		o.puts(desk, runs[len(runs)-1])
	}
	others := []string{o.begins(), o.begins()}
	cancels()
	cmds := make([]ledger.Command, len(others))
	var group sync.WaitGroup
	for i, run := range others {
		group.Go(func() {
			if err := o.offering.Round(t.Context(), o.Now); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() { cmds[i] = o.books(run) })
	}
	group.Wait()
	taken := o.Count(`waiting_offer WHERE state = 'open'`)
	for _, cmd := range cmds {
		if cmd.State == ledger.CommandAccepted {
			taken++
		}
	}
	require.Equal(t, 1, taken)
}

// TestAProtectedPersonWaitsUnseen: her keepers alone see her; her place is taken for everybody.
func TestAProtectedPersonWaitsUnseen(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	cancels := o.full()
	run := o.begins()
	_, err := o.Records.Assign(ctx, o.Accounts[worker], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(run), protection.Form{Keeper: o.Accounts[keeper].ID, Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	id := o.puts(keeper, run)
	cancels()
	o.round()
	for account, sees := range map[string][]string{desk: nil, supervisor: nil, keeper: {id}} {
		entries, call := o.called(account)
		require.Equal(t, sees, entries, account)
		require.Equal(t, sees, o.waits(account), account)
		require.Equal(t, sees != nil, call.Protected)
	}
	_, call := o.called(keeper)
	require.ErrorIs(t, o.Said(ctx, o.Accounts[desk], call.Offer, waitlist.Leaves), ledger.ErrNotFound)
	require.ErrorIs(t, o.Leave(ctx, o.Accounts[supervisor], id), ledger.ErrNotFound)
	require.Equal(t, agenda.NoPlace, o.books(o.begins()).Refusal.Faults[0].Rule)
}

// TestATurnGoesWithItsFile into another one, where the earlier of two counts.
func TestATurnGoesWithItsFile(t *testing.T) {
	o := newOffice(t)
	o.full()
	kept, merged := o.begins(), o.begins()
	earlier, later := o.puts(worker, merged), o.puts(worker, kept)
	res, _ := o.Merge(worker, merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	list, err := o.WaitingOf(t.Context(), o.Accounts[worker], ledger.BareID(kept))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, earlier, list[0].ID)
	// Where both ended with the case, one comes back with it.
	for _, sql := range []string{`UPDATE waiting SET left_why = 'closed', left_at = clock_timestamp() WHERE case_id = $1`,
		`UPDATE case_file SET closed_at = now(), outcome = 'withdrew', stage = 'closed', last_stage = 'first_level' WHERE id = $1`,
		`UPDATE case_file SET closed_at = NULL, outcome = '', stage = 'first_level' WHERE id = $1`,
		`UPDATE waiting SET left_why = 'merged' WHERE case_id = $1 AND left_at IS NOT NULL`} {
		_, err = o.Owner.Exec(t.Context(), sql, ledger.BareID(kept))
		require.NoError(t, err, sql)
	}
	require.Equal(t, []string{earlier}, o.waits(worker))
	_, err = o.Owner.Exec(t.Context(), `UPDATE file_merge SET undone_at = now()`)
	require.NoError(t, err)
	require.Equal(t, ledger.BareID(merged), o.Row(`SELECT case_id::text FROM waiting WHERE id = $1`, earlier)["case_id"])
	require.Equal(t, 1, o.Count(`waiting WHERE id = $1 AND left_at IS NULL`, later))
}

// TestATurnEndsWhereTheOtherFileHasAnAppointment there, and comes back where the two are taken
// apart again.
func TestATurnEndsWhereTheOtherFileHasAnAppointment(t *testing.T) {
	o := newOffice(t)
	o.full()
	kept, merged := o.begins(), o.begins()
	turn := o.puts(worker, merged)
	o.Branch(kept, postgrestest.NewRun(care.RunService), care.Answer{Service: "pas"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "pas", At: thursday.Add(2 * time.Hour)}}})
	res, _ := o.Merge(worker, merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	require.Empty(t, o.waits(worker))
	_, err := o.Owner.Exec(t.Context(), `UPDATE file_merge SET undone_at = now()`)
	require.NoError(t, err)
	require.Equal(t, 1, o.Count(`waiting WHERE id = $1 AND left_at IS NULL AND case_id = $2`, turn, ledger.BareID(merged)))
}

// TestWhoIsExpectedElsewhere at that hour is passed over, and so is whose case stands still.
func TestWhoIsExpectedElsewhere(t *testing.T) {
	o := newOffice(t)
	cancels := o.full()
	elsewhere, still, free := o.begins(), o.begins(), o.begins()
	for _, run := range []string{elsewhere, still} {
		o.puts(desk, run)
	}
	id := o.puts(desk, free)
	o.Branch(elsewhere, postgrestest.NewRun(care.RunService), care.Answer{Service: "spac"}, ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "spac", At: thursday.Add(15 * time.Minute)}}})
	_, err := o.Owner.Exec(t.Context(), `UPDATE case_file SET suspended_at = $2, suspended_until = $3 WHERE id = $1`, ledger.BareID(still), o.Now, o.Now.AddDate(0, 1, 0))
	require.NoError(t, err)
	// What is said of an appointment that had been before takes nobody off.
	_, err = o.Owner.Exec(t.Context(), `INSERT INTO appointment (id, run_id, case_id, zone, agency, service, state, at) SELECT gen_random_uuid(), 'case/' || id, id, zone, agency, 'pas', 'confirmed', $2 FROM case_file WHERE id = $1`,
		ledger.BareID(free), o.Now.AddDate(0, 0, -1))
	require.NoError(t, err)
	cancels()
	// The list of a zone that has no rules keeps no other one waiting.
	_, err = o.Owner.Exec(t.Context(), `INSERT INTO waiting (id, case_id, zone, service, matter, language, interpreter, mode, hours, with_child, pua, put_by, since)
		SELECT gen_random_uuid(), case_id, 'nessuna', service, 'altra', '', '', '', '', false, false, put_by, since FROM waiting WHERE id = $1`, id)
	require.NoError(t, err)
	require.Error(t, o.offering.Round(t.Context(), o.Now))
	entries, _ := o.called(desk)
	require.Equal(t, []string{id}, entries)
}
