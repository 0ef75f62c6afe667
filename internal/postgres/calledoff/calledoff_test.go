package calledoff_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/testclock"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

const supervisor, worker, desk, keeper = "supervisor.prato", "social_worker.prato", "desk_operator.prato", "social_worker_2.prato"

// office is a play in which the desk's service receives on Mondays and Thursdays.
type office struct{ *postgrestest.Play }

func newOffice(t *testing.T) office {
	o := office{postgrestest.NewPlay(t)}
	o.Law("agenda", func(policy *care.Policy) {
		for i, s := range policy.Services {
			if s.Code == "pas" {
				policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"mon", "thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: 25, Mode: agenda.InPerson}}
			}
		}
	})
	return o
}

// thursday is a time of the first Thursday after the play's Monday.
func thursday(hour, minute int) time.Time {
	return time.Date(2026, time.November, 26, hour, minute, 0, 0, testclock.Rome)
}

// off is a form that calls off that Thursday and the Friday after it.
func off() calledoff.Form {
	return calledoff.Form{Service: "pas", First: care.DateOf(thursday(0, 0)), Last: care.DateOf(thursday(0, 0).AddDate(0, 0, 1)), Reason: "premises", Note: "Allagamento (prova)."}
}

func (o office) books(caseRun string, when time.Time) ledger.Command {
	cmd, err := o.Records.Accept(o.T.Context(), o.Accounts[worker], catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun),
		catalogue.BookingForm{Booking: care.Booking{Service: "pas", At: when}}).NewCommand)
	if err != nil {
		o.T.Error(err)
	}
	return cmd
}

// has works a booking that was accepted: the service's run has the appointment.
func (o office) has(caseRun string, cmd ledger.Command) (run, appointment string) {
	o.T.Helper()
	require.Equal(o.T, ledger.CommandAccepted, cmd.State, cmd.Refusal)
	when := cmd.Answer.Bookings[0].At
	run, appointment = postgrestest.NewRun(care.RunService), uuid.NewString()
	o.Does(caseRun, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Service: "pas", At: &when}}}}, nil)
	o.Does(run, o.Hear(run, care.OpOpen), ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentBooked, Service: "pas", At: when}}}, nil)
	return run, appointment
}

func (o office) begins() string {
	run, _ := o.Begin(ledger.Person{}, ledger.Effects{})
	return run
}

func rule(t *testing.T, err error) string {
	t.Helper()
	var refused *care.Refusal
	require.ErrorAs(t, err, &refused)
	return refused.Faults[0].Rule
}

// TestADayCalledOff: it offers nothing any more, whoever was expected is cancelled by the
// service and stands in the list of whom to tell, and it is taken back for days to come.
func TestADayCalledOff(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	who := o.Accounts[supervisor]
	caseRun := o.begins()
	run, appointment := o.has(caseRun, o.books(caseRun, thursday(9, 0)))
	later := o.begins()
	_, stays := o.has(later, o.books(later, thursday(9, 0).AddDate(0, 0, 4)))

	list, err := o.Records.Proposal(ctx, who, off())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, []string{appointment, "Persona Prova 0001"}, []string{list[0].ID, list[0].Person})

	id, err := o.Records.CallOff(ctx, who, "chiave", off())
	require.NoError(t, err)
	again, err := o.Records.CallOff(ctx, who, "chiave", off())
	require.NoError(t, err)
	require.Equal(t, id, again, "sent twice it is called off once")
	require.Equal(t, 1, o.Count(`command WHERE operation = 'cancel_appointment'`))
	_, err = o.Records.CallOff(ctx, who, "un'altra", off())
	require.Equal(t, calledoff.Already, rule(t, err))

	cancel := o.Row(`SELECT id::text, target, answer ->> 'case' AS case, answer ->> 'reason' AS reason FROM command WHERE operation = 'cancel_appointment'`)
	require.Equal(t, []any{appointment, caseRun, string(care.ServiceUnavailable)}, []any{cancel["target"], cancel["case"], cancel["reason"]})
	o.Does(run, ledger.Entry{ID: cancel["id"].(string), Target: appointment, Answer: care.Answer{Operation: care.OpCancelMeeting, Reason: care.ServiceUnavailable, Case: caseRun}},
		ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentCancelled}}}, nil)
	require.Equal(t, 1, o.Count(`appointment WHERE id = $1 AND state = 'cancelled' AND asked_by = 'service' AND why = 'office_cannot'`, appointment))
	require.Equal(t, 1, o.Count(`appointment WHERE id = $1 AND state = 'booked'`, stays))

	refused := o.books(o.begins(), thursday(9, 30))
	require.Equal(t, agenda.CalledOff, refused.Refusal.Faults[0].Rule)
	require.Equal(t, thursday(9, 0).AddDate(0, 0, 4), refused.Refusal.Offers[0].At.In(testclock.Rome))
	free, err := o.Records.Offers(ctx, who, "pas", thursday(0, 0), 1)
	require.NoError(t, err)
	require.Equal(t, thursday(9, 0).AddDate(0, 0, 4), free[0].At.In(testclock.Rome))

	entry, people, err := o.Records.CalledOffDay(ctx, o.Accounts[desk], id)
	require.NoError(t, err)
	require.Equal(t, []any{"premises", "Allagamento (prova).", who.Name, 1, 0}, []any{entry.Reason, entry.Note, entry.ByName, entry.ToTell, entry.Told})
	require.Len(t, people, 1)
	require.Equal(t, []string{appointment, "cancelled", ""}, []string{people[0].ID, people[0].State, people[0].Try})
	require.NoError(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.NotReached, ""))
	require.NoError(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.Reached, ""))
	require.ErrorIs(t, o.Records.Tried(ctx, o.Accounts[desk], id, stays, calledoff.Reached, ""), ledger.ErrNotFound)
	// Of two who say it from what they saw the second is told, unless they say the same.
	require.Equal(t, calledoff.Meanwhile, rule(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.NotReached, "never")))
	require.NoError(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.Reached, "never"))
	_, said, err := o.Records.CalledOffDay(ctx, o.Accounts[desk], id)
	require.NoError(t, err)
	require.NoError(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.Reached, said[0].Seen()))
	entries, err := o.Records.CalledOffDays(ctx, who)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, []int{0, 1}, []int{entries[0].ToTell, entries[0].Told})

	require.ErrorIs(t, o.Records.TakeBack(ctx, o.Accounts[desk], id), ledger.ErrForbidden)
	o.Now = thursday(8, 0)
	require.NoError(t, o.Records.TakeBack(ctx, who, id))
	require.Equal(t, calledoff.Over, rule(t, o.Records.TakeBack(ctx, who, id)))
	days, err := o.Records.CalledOff(ctx, who, "pas", thursday(0, 0), thursday(0, 0).AddDate(0, 0, 6))
	require.NoError(t, err)
	require.Len(t, days, 1)
	require.Equal(t, days[0].First, days[0].Last, "people were told of today; Friday is to come")
}

// TestWhoMayCallADayOff: the supervisor, and who has the service's role in its agency.
func TestWhoMayCallADayOff(t *testing.T) {
	o := newOffice(t)
	for account, may := range map[string]bool{supervisor: true, worker: true, desk: false, "cpi_operator.prato": false} {
		_, err := o.Records.Proposal(t.Context(), o.Accounts[account], off())
		require.Equal(t, may, err == nil, account)
		_, err = o.Records.CallOff(t.Context(), o.Accounts[account], "chiave", off())
		require.Equal(t, may, err == nil || !errors.Is(err, ledger.ErrForbidden), account)
	}
}

// TestAProtectedPersonIsCancelledUnseen: whoever calls the day off neither sees nor counts her;
// her appointment is cancelled like the others, and her keeper is told whom to call.
func TestAProtectedPersonIsCancelledUnseen(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	caseRun := o.begins()
	_, appointment := o.has(caseRun, o.books(caseRun, thursday(9, 0)))
	_, err := o.Records.Assign(ctx, o.Accounts[worker], catalogue.Protect.Command(uuid.NewString(), ledger.BareID(caseRun),
		protection.Form{Keeper: o.Accounts[keeper].ID, Reason: "sought"}).NewCommand)
	require.NoError(t, err)
	list, err := o.Records.Proposal(ctx, o.Accounts[supervisor], off())
	require.NoError(t, err)
	require.Empty(t, list)
	id, err := o.Records.CallOff(ctx, o.Accounts[supervisor], "chiave", off())
	require.NoError(t, err)
	require.Equal(t, 1, o.Count(`command WHERE operation = 'cancel_appointment' AND target = $1`, appointment))
	for account, sees := range map[string]int{supervisor: 0, desk: 0, keeper: 1} {
		entry, people, err := o.Records.CalledOffDay(ctx, o.Accounts[account], id)
		require.NoError(t, err)
		require.Equal(t, []int{sees, sees}, []int{len(people), entry.ToTell}, account)
	}
	require.ErrorIs(t, o.Records.Tried(ctx, o.Accounts[desk], id, appointment, calledoff.Reached, ""), ledger.ErrNotFound)
	require.NoError(t, o.Records.Tried(ctx, o.Accounts[keeper], id, appointment, calledoff.Reached, ""))
}

// TestABookingBesideACallingOff: of many who book while the day is called off each is among the
// cancelled or refused.
func TestABookingBesideACallingOff(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	runs := make([]string, 12)
	for i := range runs {
		runs[i] = o.begins()
	}
	cmds := make([]ledger.Command, len(runs))
	var group sync.WaitGroup
	var id string
	var err error
	for i, run := range runs {
		group.Go(func() { cmds[i] = o.books(run, thursday(9, 30)) })
		if i == len(runs)/2 {
			group.Go(func() { id, err = o.Records.CallOff(ctx, o.Accounts[supervisor], "chiave", off()) })
		}
	}
	group.Wait()
	var accepted []string
	for i, cmd := range cmds {
		if cmd.State == ledger.CommandAccepted {
			_, appointment := o.has(runs[i], cmd)
			accepted = append(accepted, appointment)
		} else {
			require.Equal(t, agenda.CalledOff, cmd.Refusal.Faults[0].Rule)
		}
	}
	if err != nil { // somebody was about to have a place; now they have it
		require.Equal(t, calledoff.Fixing, rule(t, err))
		require.Len(t, accepted, len(runs))
		id, err = o.Records.CallOff(ctx, o.Accounts[supervisor], "chiave", off())
		require.NoError(t, err)
	}
	_, people, err := o.Records.CalledOffDay(ctx, o.Accounts[supervisor], id)
	require.NoError(t, err)
	var cancelled []string
	for _, p := range people {
		cancelled = append(cancelled, p.ID)
	}
	slices.Sort(cancelled)
	slices.Sort(accepted)
	require.Equal(t, accepted, cancelled)
	require.Equal(t, len(accepted), o.Count(`command WHERE operation = 'cancel_appointment' AND state = 'accepted'`))
}
