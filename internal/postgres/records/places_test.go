package records_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/speech"
	"percorso/internal/testclock"
)

// receives has services receive on Mondays and Thursdays from 9 to 11, by the half hour.
func receives(p *play, places int, services ...string) {
	p.Law("agenda", func(policy *care.Policy) {
		for i, s := range policy.Services {
			if slices.Contains(services, s.Code) {
				policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"mon", "thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: places, Mode: agenda.InPerson}}
			}
		}
	})
}

// thursday is a time of the first Thursday after the play's Monday.
func thursday(hour, minute int) time.Time {
	return time.Date(2026, time.November, 26, hour, minute, 0, 0, testclock.Rome)
}

// books asks for appointments for a case, all of them with one command.
func (p *play) books(caseRun string, bookings ...care.Booking) (ledger.Command, error) {
	return p.Records.Accept(p.T.Context(), p.Accounts["social_worker.prato"], bookingOf(caseRun, bookings...))
}

// bookingOf asks for them.
func bookingOf(caseRun string, bookings ...care.Booking) ledger.NewCommand {
	return ledger.NewCommand{
		Key: uuid.NewString(), Run: caseRun, Operation: care.OpBook, Answer: care.Answer{Operation: care.OpBook, Bookings: bookings}, Data: []byte(`{}`)}
}

func at(service string, when time.Time) care.Booking {
	return care.Booking{Service: care.Code(service), At: when}
}

// TestManyClerksAndFewPlaces: 64 of them ask 640 times for 100 places. Each place is
// given once, and everybody else is told what is free.
func TestManyClerksAndFewPlaces(t *testing.T) {
	p := newPlay(t)
	receives(p, 25, "pas")
	const clerks, each = 64, 10
	runs := make([]string, clerks) // each has a person, who can be in one place at a time
	for i := range runs {
		runs[i], _ = p.Begin(ledger.Person{}, ledger.Effects{})
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	accepted := map[string]int{}
	refused := 0
	for clerk := range clerks {
		group.Go(func() {
			for n := range each {
				when := thursday(9, 0).Add(time.Duration((clerk+n)%4) * 30 * time.Minute)
				cmd, err := p.books(runs[clerk], at("pas", when))
				mutex.Lock()
				switch {
				case err != nil:
					t.Errorf("clerk %d: %v", clerk, err)
				case cmd.State == ledger.CommandAccepted:
					accepted[when.Format("15:04")]++
				default:
					refused++
					if f := cmd.Refusal.Faults; len(f) != 1 || f[0].Field != "at" || f[0].Rule != agenda.NoPlace && f[0].Rule != agenda.Elsewhere || len(cmd.Refusal.Offers) != 3 {
						t.Errorf("refused with %+v", cmd.Refusal)
					}
				}
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	require.Equal(t, map[string]int{"09:00": 25, "09:30": 25, "10:00": 25, "10:30": 25}, accepted)
	require.Equal(t, clerks*each-100, refused)
	require.Equal(t, 100, p.Count(`booking WHERE state = 'held' AND service = 'pas'`))
	require.Equal(t, 100, p.Count(`booking b JOIN command c ON c.id = b.command_id AND c.state = 'accepted'`))
	free, err := p.Records.Offers(t.Context(), p.Accounts["desk_operator.prato"], "pas", thursday(0, 0), 2)
	require.NoError(t, err)
	require.Equal(t, thursday(9, 0).AddDate(0, 0, 4), free[0].At.In(testclock.Rome))
}

// TestTwoServicesAtOnce: who wants a place of one and of the other takes them in the same
// order as who wants them the other way round, and has both or none.
func TestTwoServicesAtOnce(t *testing.T) {
	p := newPlay(t)
	receives(p, 4, "pas", "spac")
	runs := make([]string, 24)
	for i := range runs {
		runs[i], _ = p.Begin(ledger.Person{}, ledger.Effects{})
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	accepted := 0
	for n, run := range runs {
		group.Go(func() {
			both := []care.Booking{at("pas", thursday(9, 0)), at("spac", thursday(9, 30))}
			if n%2 == 0 {
				slices.Reverse(both)
			}
			cmd, err := p.books(run, both...)
			mutex.Lock()
			defer mutex.Unlock()
			if err != nil {
				t.Errorf("%d: %v", n, err)
			}
			if cmd.State == ledger.CommandAccepted {
				accepted++
			}
		})
	}
	group.Wait()
	require.Equal(t, 4, accepted)
	for _, service := range []string{"pas", "spac"} {
		require.Equal(t, 4, p.Count(`booking WHERE service = $1`, service))
	}
}

// TestWhereNobodyIsReceived: a time that is no slot is refused by its rule, with what is free.
func TestWhereNobodyIsReceived(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	p.Now = testclock.Monday
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for name, test := range map[string]struct {
		when  time.Time
		rule  string
		offer time.Time
	}{
		"at night":                {thursday(3, 0), agenda.OutsideSessions, thursday(9, 0)},
		"within a slot":           {thursday(9, 10), agenda.OutsideSessions, thursday(9, 0)},
		"on another weekday":      {thursday(9, 0).AddDate(0, 0, -1), agenda.OutsideSessions, thursday(9, 0)},
		"on a closed day":         {thursday(9, 0).AddDate(0, 0, 2), care.RuleClosedDay, thursday(9, 0).AddDate(0, 0, 4)},
		"today, past its morning": {testclock.Monday.Add(7 * time.Hour), agenda.OutsideSessions, thursday(9, 0)},
	} {
		cmd, err := p.books(run, at("pas", test.when))
		require.NoError(t, err, name)
		require.Equal(t, []care.Fault{{Field: "at", Rule: test.rule}}, cmd.Refusal.Faults, name)
		require.True(t, test.offer.Equal(cmd.Refusal.Offers[0].At), "%s: %v", name, cmd.Refusal.Offers)
	}
	// Of two that a form asks for neither is held where one cannot be.
	cmd, err := p.books(run, at("pas", thursday(9, 0)), at("pas", thursday(9, 0)))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandRefused, cmd.State)
	require.Zero(t, p.Count(`booking`))
}

// TestWhoDoesNotUseATelephone is promised no appointment by telephone, and told of places
// where they are received.
func TestWhoDoesNotUseATelephone(t *testing.T) {
	p := newPlay(t)
	p.Law("agenda", func(policy *care.Policy) {
		for i := range policy.Services {
			if policy.Services[i].Code == "pas" {
				policy.Services[i].Sessions = []care.Session{
					{Days: []care.Weekday{"thu"}, From: "08:00", To: "09:00", Seconds: 1800, Places: 1, Mode: agenda.ByPhone},
					{Days: []care.Weekday{"thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: 1, Mode: agenda.InPerson},
				}
			}
		}
	})
	p.Now = testclock.Monday
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	ways := []string{speech.Signs, speech.NoPhone}
	_, err := p.Records.Assign(t.Context(), p.Accounts["desk_operator.prato"], catalogue.Correct.Command(uuid.NewString(), ledger.BareID(run), correction.PersonCorrection{Speech: &ways, Note: "Prova"}).NewCommand)
	require.NoError(t, err)
	cmd, err := p.books(run, at("pas", thursday(8, 0)))
	require.NoError(t, err)
	require.Equal(t, []care.Fault{{Field: "at", Rule: speech.RuleNoPhone}}, cmd.Refusal.Faults)
	require.True(t, thursday(9, 0).Equal(cmd.Refusal.Offers[0].At), "%v", cmd.Refusal.Offers)
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	for of, speaks := range map[string]bool{run: false, other: true} { // as whoever offers her a place asks, be it without her file
		known, err := p.Records.OnThePhone(t.Context(), p.Accounts["cpi_operator.prato"], of)
		require.NoError(t, err)
		require.Equal(t, speaks, known)
	}
	for booked, when := range map[string]time.Time{run: thursday(9, 0), other: thursday(8, 0)} {
		cmd, err := p.books(booked, at("pas", when))
		require.NoError(t, err)
		require.Equal(t, ledger.CommandAccepted, cmd.State)
	}
}

// TestThePlaceOfAnAppointment follows a place: held with the command, passed on to the
// service, booked, moved, free again.
func TestThePlaceOfAnAppointment(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "uoc_immigrazione")
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	states := func() (list []string) {
		for _, row := range p.Rows(`SELECT to_char(at AT TIME ZONE 'Europe/Rome', 'HH24:MI') || ' ' || state AS place FROM booking ORDER BY made_at, at`) {
			list = append(list, row["place"].(string))
		}
		return list
	}
	booking := at("uoc_immigrazione", thursday(9, 0))
	e := p.Ask("social_worker.prato", run, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: booking}))
	require.Equal(t, []string{"09:00 held"}, states())
	service, appointment := postgrestest.NewRun(care.RunService), uuid.NewString()
	p.Does(run, e, ledger.Effects{Tell: []ledger.Message{{Run: service, Answer: care.Answer{Operation: care.OpOpen, Service: "uoc_immigrazione", At: &booking.At}}}}, nil)
	require.Equal(t, []string{"09:00 held"}, states(), "until the service's run has begun")
	confirm := postgrestest.Opens(service, "confirm", ledger.TaskChange{Kind: care.ConfirmAppointment, Service: "uoc_immigrazione"})
	becomes := func(state care.AppointmentState, when time.Time) ledger.Effects {
		return ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: state, At: when}}}
	}
	p.Does(service, p.Hear(service, care.OpOpen), ledger.Effects{Tasks: []ledger.TaskChange{confirm}, Appointments: []ledger.AppointmentChange{
		{ID: appointment, State: care.AppointmentBooked, Service: "uoc_immigrazione", At: booking.At}}}, nil)
	require.Equal(t, []string{"09:00 booked"}, states())

	// Another case cannot have it, and has the next; its entry is refused when it is worked, which frees the place.
	other, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	cmd, err := p.books(other, booking)
	require.NoError(t, err)
	require.Equal(t, ledger.CommandRefused, cmd.State)
	e = p.Ask("social_worker.prato", other, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: at("uoc_immigrazione", thursday(9, 30))}))
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET citizenship = 'IT' WHERE case_id = $1`, ledger.BareID(other))
	require.NoError(t, err)
	require.Equal(t, ledger.Refused, p.Tries(other, e, ledger.Effects{}, nil).Verdict)
	require.Equal(t, []string{"09:00 booked", "09:30 ended"}, states())

	// It is moved, which keeps the old one and frees it.
	moved := thursday(10, 0)
	p.Complete("immigration_expert.prato", service, confirm.ID, care.Completion{Outcome: care.Moved, At: &moved}, becomes(care.AppointmentConfirmed, moved), nil)
	require.Equal(t, []string{"09:00 moved", "09:30 ended", "10:00 booked"}, states())

	// Who did not come is free of it; a next time that the path makes nothing of is as well.
	interview := postgrestest.Opens(service, "interview", ledger.TaskChange{Kind: care.Interview, Service: "uoc_immigrazione"})
	p.Does(service, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{interview}}, nil)
	p.Now = moved.Add(time.Hour)
	next := thursday(9, 0).AddDate(0, 0, 4)
	p.Complete("immigration_expert.prato", service, interview.ID, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given", At: &next}, becomes(care.AppointmentNoShow, moved), nil)
	require.Equal(t, []string{"09:00 moved", "09:30 ended", "10:00 ended", "09:00 ended"}, states())
}

// TestWhoIsThereIsReceived: the service itself receives somebody within the hour, whatever
// its agenda says, and counts them. Nobody else can promise that.
func TestWhoIsThereIsReceived(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "uoc_immigrazione")
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	service := postgrestest.NewRun(care.RunService)
	confirms := func(n int, lead time.Duration) ledger.CommandState {
		task := postgrestest.Opens(service, fmt.Sprint("confirm ", n), ledger.TaskChange{Kind: care.ConfirmAppointment, Service: "uoc_immigrazione"})
		p.Does(service, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
		require.NoError(t, p.Claim("immigration_expert.prato", task.ID))
		when := p.Now.Add(lead)
		c := catalogue.Complete.Command(uuid.NewString(), task.ID, care.Completion{Outcome: care.Moved, At: &when}).InRun(service)
		cmd, err := p.Records.Accept(t.Context(), p.Accounts["immigration_expert.prato"], c.NewCommand)
		require.NoError(t, err)
		return cmd.State
	}
	p.Branch(run, service, care.Answer{Service: "uoc_immigrazione"}, ledger.Effects{})
	require.Equal(t, ledger.CommandAccepted, confirms(1, time.Hour))
	require.Equal(t, ledger.CommandRefused, confirms(2, time.Hour+time.Second))
	require.Equal(t, 1, p.Count(`booking WHERE state = 'held'`))
	cmd, err := p.books(run, at("uoc_immigrazione", p.Now.Add(time.Hour)))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandRefused, cmd.State)
}

// TestWhatNobodyConfirmedAsksWhetherThePersonCame from its hour on, and is late from the end of
// the next working day, also where the zone leaves more time to confirm it.
func TestWhatNobodyConfirmedAsksWhetherThePersonCame(t *testing.T) {
	p := newPlay(t)
	p.Law("slow", func(policy *care.Policy) {
		for i, rule := range policy.Tasks {
			if rule.Kind == care.ConfirmAppointment {
				policy.Tasks[i].Claim.Escalate = care.Duration{N: 9, Unit: care.WorkingDays}
			}
		}
	})
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	service, hour := postgrestest.NewRun(care.RunService), p.Now.Add(time.Hour)
	confirm := postgrestest.Opens(service, "confirm", ledger.TaskChange{Kind: care.ConfirmAppointment, Service: "uoc_immigrazione"})
	p.Branch(run, service, care.Answer{}, ledger.Effects{
		Tasks:        []ledger.TaskChange{confirm},
		Appointments: []ledger.AppointmentChange{{ID: uuid.NewString(), State: care.AppointmentBooked, Service: "uoc_immigrazione", At: hour}},
	})
	asked := func() (came bool, due string) {
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(run))
		require.NoError(t, err)
		require.Equal(t, care.ConfirmAppointment, file.Waiting.Task)
		return file.Waiting.HourCame, p.Row(`SELECT to_char(escalate_at AT TIME ZONE 'Europe/Rome', 'MM-DD HH24:MI') AS due FROM task WHERE id = $1`, confirm.ID)["due"].(string)
	}
	next := hour.In(italian.Rome).AddDate(0, 0, 1).Format("01-02") + " 18:00"
	came, due := asked()
	require.False(t, came)
	require.Equal(t, next, due)
	require.NoError(t, p.Claim("immigration_expert.prato", confirm.ID))
	p.Now = hour
	came, due = asked()
	require.True(t, came)
	require.Equal(t, next, due, "whoever has claimed it")
}
