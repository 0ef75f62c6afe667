package records_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// booked is an appointment with a service at a time, with its case and its run.
func (p *play) booked(service string, when time.Time) (caseRun, run, appointment string) {
	caseRun, _ = p.Begin(ledger.Person{}, ledger.Effects{})
	run, appointment = p.booksFor(caseRun, service, when)
	return caseRun, run, appointment
}

// booksFor gives a case an appointment.
func (p *play) booksFor(caseRun, service string, when time.Time) (run, appointment string) {
	p.T.Helper()
	e := p.Ask("social_worker.prato", caseRun, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: at(service, when)}))
	return p.begins(caseRun, e, service, when)
}

// begins works a booking that was accepted: the service's run has the appointment.
func (p *play) begins(caseRun string, e ledger.Entry, service string, when time.Time) (run, appointment string) {
	p.T.Helper()
	run, appointment = postgrestest.NewRun(care.RunService), uuid.NewString()
	p.Does(caseRun, e, ledger.Effects{Tell: []ledger.Message{{Run: run, Answer: care.Answer{Operation: care.OpOpen, Service: care.Code(service), At: &when}}}}, nil)
	p.Does(run, p.Hear(run, care.OpOpen), ledger.Effects{Appointments: []ledger.AppointmentChange{
		{ID: appointment, State: care.AppointmentBooked, Service: care.Code(service), At: when}}}, nil)
	return run, appointment
}

// puts asks that an appointment have another time.
func (p *play) puts(account, appointment string, form agenda.Moving) ledger.Command {
	p.T.Helper()
	form.Why = "other_cause"
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts[account], catalogue.MoveAppointment.Command(uuid.NewString(), appointment, form).NewCommand)
	require.NoError(p.T, err)
	return cmd
}

// moves works a move that was accepted.
func (p *play) moves(run, appointment string, cmd ledger.Command) ledger.StepResult {
	p.T.Helper()
	return p.Tries(run, ledger.Entry{ID: cmd.ID, Target: appointment, Answer: cmd.Answer}, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, At: *cmd.Answer.At}}}, nil)
}

// taken are the places of a service that are taken, by their hours.
func (p *play) taken(service string) (hours []string) {
	for _, row := range p.Rows(`SELECT to_char(at AT TIME ZONE 'Europe/Rome', 'HH24:MI') AS hour FROM booking WHERE service = $1 AND state IN ('held', 'booked') ORDER BY at`, service) {
		hours = append(hours, row["hour"].(string))
	}
	return hours
}

// TestAMoveGivesItsPlaceBack: two move the same appointment at once. Both have a place until
// one of them has moved it; then the other is told so, and its place is free.
func TestAMoveGivesItsPlaceBack(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	_, run, appointment := p.booked("pas", thursday(9, 0))
	was := thursday(9, 0)
	first := p.puts("social_worker.prato", appointment, agenda.Moving{At: thursday(9, 30), By: agenda.TheService, Was: &was})
	second := p.puts("supervisor.prato", appointment, agenda.Moving{At: thursday(10, 0), By: agenda.TheService, Was: &was})
	require.Equal(t, []string{"09:00", "09:30", "10:00"}, p.taken("pas"))
	require.Equal(t, ledger.Recorded, p.moves(run, appointment, first).Verdict)
	require.Equal(t, []string{"09:30", "10:00"}, p.taken("pas"), "the old one is free with the step that moves it")
	require.Equal(t, ledger.Refused, p.moves(run, appointment, second).Verdict)
	refusal := p.Refusal(second.ID)
	require.Equal(t, care.RefusedChanged, refusal.Code)
	require.Equal(t, []care.Fault{{Rule: agenda.OtherTime}}, refusal.Faults)
	require.Equal(t, []string{"09:30"}, p.taken("pas"))

	page, err := p.Records.Appointments(t.Context(), p.Accounts["social_worker.prato"], ledger.AppointmentFilter{}, ledger.Paging{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	require.Equal(t, []string{"moved", appointment, agenda.TheService, "other_cause"}, []string{page.Items[0].State, page.Items[0].MovedTo, page.Items[0].AskedBy, page.Items[0].Why})
	require.True(t, page.Items[0].At.Equal(was))
	require.Equal(t, []string{"booked", "", ""}, []string{page.Items[1].State, page.Items[1].MovedTo, page.Items[1].AskedBy})

	// Who comes later sees it at once, and what is full is refused with what is free.
	third := p.puts("social_worker.prato", appointment, agenda.Moving{At: thursday(10, 30), By: agenda.TheService, Was: &was})
	require.Equal(t, care.RefusedChanged, third.Refusal.Code)
	p.booked("pas", thursday(9, 0))
	full := p.puts("social_worker.prato", appointment, agenda.Moving{At: thursday(9, 0), By: agenda.TheService})
	require.Equal(t, []care.Fault{{Field: "at", Rule: agenda.NoPlace}}, full.Refusal.Faults)
	require.Len(t, full.Refusal.Offers, 3)
	p.Now = thursday(9, 30)
	late := p.puts("social_worker.prato", appointment, agenda.Moving{At: thursday(10, 30), By: agenda.TheService})
	require.Equal(t, []care.Fault{{Rule: agenda.HourCame}}, late.Refusal.Faults)
}

// TestWhoRingsSaysOfWhomTheySpeak: a wrong pair and a number that no file has are answered
// alike, and nothing of what was said is kept.
func TestWhoRingsSaysOfWhomTheySpeak(t *testing.T) {
	p := newPlay(t)
	caseRun, run, appointment := p.booked("pas", thursday(9, 0))
	number := p.Row(`SELECT number FROM case_file WHERE id = $1`, ledger.BareID(caseRun))["number"].(string)
	born := time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC)
	asks := func(number string, born time.Time) ledger.Command {
		return p.puts("desk_operator.prato", appointment, agenda.Moving{At: thursday(10, 0), By: agenda.Another, Number: number, BirthDate: care.DateOf(born), Note: "Prova"})
	}
	for name, cmd := range map[string]ledger.Command{
		"another day of birth": asks(number, born.AddDate(0, 0, 1)), "another number": asks("PO-2026-99999", born), "neither": asks("", born.AddDate(1, 0, 0)),
	} {
		require.Equal(t, ledger.CommandRefused, cmd.State, name)
		require.Equal(t, care.Refuse(care.Fault{Field: "number", Rule: agenda.UnknownPair}), cmd.Refusal, name)
	}
	require.Equal(t, []string{"09:00"}, p.taken("pas"))

	// The number is also that of a file that was merged since, and of a year the day says nothing.
	second, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	older := p.Row(`SELECT number FROM case_file WHERE id = $1`, ledger.BareID(second))["number"].(string)
	speaks := func(number string, born time.Time) bool {
		return p.Row(`SELECT speaks_of($1, $2, $3) AS it`, appointment, number, born)["it"].(bool)
	}
	require.False(t, speaks(older, born))
	for _, change := range []string{`UPDATE case_file SET merged_into = $2 WHERE id = $1`, `UPDATE person SET birth_year_only = true, birth_date = '1992-01-01' WHERE case_id IN ($1, $2)`} {
		require.False(t, speaks(number, born.AddDate(0, 0, 1)))
		_, err := p.Owner.Exec(t.Context(), change, ledger.BareID(second), ledger.BareID(caseRun))
		require.NoError(t, err)
		require.True(t, speaks(older, born))
	}
	require.True(t, speaks(number, born.AddDate(0, 0, 1)))
	require.False(t, speaks(number, born.AddDate(1, 0, 0)))
	cmd := asks(" "+number, born)
	require.Equal(t, ledger.CommandAccepted, cmd.State)
	require.Equal(t, ledger.Recorded, p.moves(run, appointment, cmd).Verdict)
	require.Equal(t, []string{"10:00"}, p.taken("pas"))
	kept := p.Row(`SELECT data FROM record WHERE id = $1`, cmd.ID)["data"].(map[string]any)
	require.Equal(t, "Prova", kept["note"])
	require.NotContains(t, kept, "number")
	require.NotContains(t, kept, "birth_date")
}

// TestNobodyIsInTwoPlacesAtOnce: not by a booking, not by a move, and not by two that are
// asked at the same moment. What the appointment that is moved has itself does not count.
func TestNobodyIsInTwoPlacesAtOnce(t *testing.T) {
	p := newPlay(t)
	receives(p, 5, "pas", "spac", "uoc_immigrazione")
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	services := []string{"pas", "spac", "uoc_immigrazione"}
	var group sync.WaitGroup
	states := make([]ledger.CommandState, 12)
	for n := range states {
		group.Go(func() {
			cmd, err := p.books(run, at(services[n%3], thursday(9, 0)))
			if err != nil {
				t.Errorf("%d: %v", n, err)
			}
			states[n] = cmd.State
		})
	}
	group.Wait()
	slices.Sort(states)
	require.Equal(t, ledger.CommandAccepted, states[0])
	require.Equal(t, slices.Repeat([]ledger.CommandState{ledger.CommandRefused}, 11), states[1:])

	caseRun, _, _ := p.booked("pas", thursday(9, 0))
	own, other := p.booksFor(caseRun, "spac", thursday(10, 0))
	elsewhere := p.puts("social_worker.prato", other, agenda.Moving{At: thursday(9, 0), By: agenda.TheService})
	require.Equal(t, []care.Fault{{Field: "at", Rule: agenda.Elsewhere}}, elsewhere.Refusal.Faults)
	require.Len(t, elsewhere.Refusal.Offers, 3)
	require.Equal(t, ledger.Recorded, p.moves(own, other, p.puts("social_worker.prato", other, agenda.Moving{At: thursday(10, 30), By: agenda.TheService})).Verdict)
	cmd, err := p.books(caseRun, at("uoc_immigrazione", thursday(10, 0)))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State, "she is free again then")
	fresh, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	both, err := p.books(fresh, at("uoc_immigrazione", thursday(9, 30)), at("pas", thursday(9, 30)))
	require.NoError(t, err)
	require.Equal(t, agenda.Elsewhere, both.Refusal.Faults[0].Rule)
}

// TestNoAppointmentIsLeftUnsaidAtASuspension: each that falls into it is named, or was asked
// to be cancelled; under lock it is asked again, since one may be fixed meanwhile.
func TestNoAppointmentIsLeftUnsaidAtASuspension(t *testing.T) {
	p := newPlay(t)
	receives(p, 3, "pas", "spac", "uoc_immigrazione")
	caseRun, _, appointment := p.booked("pas", thursday(9, 0))
	until := thursday(9, 0).AddDate(0, 0, 5)
	form := agenda.SuspendForm{Until: &until, Reason: "abroad"}
	ask := func(form agenda.SuspendForm) ledger.Command {
		cmd, err := p.Records.Accept(t.Context(), p.Accounts["social_worker.prato"], catalogue.Suspend.Command(uuid.NewString(), ledger.BareID(caseRun), form).NewCommand)
		require.NoError(t, err)
		return cmd
	}
	unsaid := []care.Fault{{Field: "kept", Rule: agenda.Unsaid}}
	require.Equal(t, unsaid, ask(form).Refusal.Faults)
	before := form
	sooner := thursday(8, 0)
	before.Until = &sooner
	require.Equal(t, ledger.CommandAccepted, ask(before).State, "it is after the suspension")

	form.Kept = []string{appointment}
	accepted := ask(form)
	require.Equal(t, ledger.CommandAccepted, accepted.State)
	booking := p.Ask("social_worker.prato", caseRun, catalogue.Book.Command("", "", catalogue.BookingForm{Booking: at("spac", thursday(10, 0))}))
	require.Equal(t, []care.Fault{{Field: "kept", Rule: agenda.Fixing}}, ask(form).Refusal.Faults)
	step := p.Tries(caseRun, ledger.Entry{ID: accepted.ID, Answer: accepted.Answer}, ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
	require.Equal(t, ledger.Refused, step.Verdict)
	require.Equal(t, []care.Fault{{Field: "kept", Rule: agenda.Fixing}}, p.Refusal(accepted.ID).Faults)

	_, second := p.begins(caseRun, booking, "spac", thursday(10, 0))
	require.Equal(t, unsaid, ask(form).Refusal.Faults)
	_, err := p.Records.Accept(t.Context(), p.Accounts["social_worker.prato"], catalogue.CancelAppointment.Command(uuid.NewString(), second, agenda.Cancelling{By: agenda.TheService, Why: "cannot_come"}).NewCommand)
	require.NoError(t, err)
	accepted = ask(form)
	require.Equal(t, ledger.CommandAccepted, accepted.State, "what is being cancelled is as good as cancelled")
	p.Does(caseRun, ledger.Entry{ID: accepted.ID, Answer: accepted.Answer}, ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until })
	page, err := p.Records.Appointments(t.Context(), p.Accounts["social_worker.prato"], ledger.AppointmentFilter{ID: appointment}, ledger.Paging{})
	require.NoError(t, err)
	require.True(t, page.Items[0].Suspended, "what is kept says so")
	taken, err := p.Records.Taken(t.Context(), p.Accounts["desk_operator.prato"], "pas", thursday(0, 0), thursday(24, 0))
	require.NoError(t, err)
	require.Len(t, taken, 1, "and its place is counted")

	// Nothing new is fixed for the time. What is kept may have another hour.
	cmd, err := p.books(caseRun, at("uoc_immigrazione", thursday(10, 30)))
	require.NoError(t, err)
	require.Equal(t, care.Refuse(care.Fault{Field: "at", Rule: agenda.StandsStill}), cmd.Refusal)
	require.Equal(t, ledger.CommandAccepted, p.puts("social_worker.prato", appointment, agenda.Moving{At: thursday(9, 30), By: agenda.TheService}).State)
	cmd, err = p.books(caseRun, at("uoc_immigrazione", thursday(9, 0).AddDate(0, 0, 7)))
	require.NoError(t, err)
	require.Equal(t, ledger.CommandAccepted, cmd.State, "it is after the suspension")
}

// TestASuspensionAndABookingAtOnce: who books and has the lock is waited for, and the case is
// not suspended over what nobody has said to keep.
func TestASuspensionAndABookingAtOnce(t *testing.T) {
	r := newRace(t, 5)
	caseRun, _ := r.Begin(ledger.Person{}, ledger.Effects{})
	until := thursday(9, 0).AddDate(0, 0, 5)
	suspension := r.Ask("supervisor.prato", caseRun, catalogue.Suspend.Command("", ledger.BareID(caseRun), agenda.SuspendForm{Until: &until, Reason: "abroad"}))
	suspends := func(want ledger.Verdict) func() {
		return func() {
			require.Equal(t, want, r.Tries(caseRun, suspension, ledger.Effects{}, func(s *care.RunState) { s.Suspended = &until }).Verdict)
		}
	}
	var booked string
	booking := r.booking("social_worker.prato", caseRun, thursday(9, 0), &booked)
	r.gates.Wait("after", r.Accounts["social_worker.prato"].ID, booking, suspends(ledger.Refused))
	require.Equal(t, string(ledger.CommandAccepted), booked)

	caseRun, _ = r.Begin(ledger.Person{}, ledger.Effects{})
	suspension = r.Ask("supervisor.prato", caseRun, catalogue.Suspend.Command("", ledger.BareID(caseRun), agenda.SuspendForm{Until: &until, Reason: "abroad"}))
	booking = r.booking("social_worker.prato", caseRun, thursday(9, 30), &booked)
	r.gates.Wait("before", r.Accounts["social_worker.prato"].ID, booking, suspends(ledger.Recorded))
	require.Equal(t, agenda.StandsStill, booked)
}

// TestAPlaceBeyondThoseThatThereAre: who decides when the service receives gives one with a
// reason; it counts as taken, says what it is, and puts nobody in two places.
func TestAPlaceBeyondThoseThatThereAre(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas", "uoc_immigrazione", "spac")
	asks := func(account, caseRun, service string, when time.Time, why string) ledger.Command {
		t.Helper()
		cmd, err := p.Records.Accept(t.Context(), p.Accounts[account], catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun), catalogue.BookingForm{Booking: at(service, when), Beyond: why}).NewCommand)
		require.NoError(t, err)
		return cmd
	}
	works := func(caseRun string, cmd ledger.Command, service string, when time.Time) (appointment string) {
		t.Helper()
		require.Equal(t, ledger.CommandAccepted, cmd.State, cmd.Refusal)
		_, appointment = p.begins(caseRun, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, service, when)
		return appointment
	}
	p.booked("pas", thursday(9, 0))
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	require.Equal(t, agenda.NoPlace, asks("supervisor.prato", caseRun, "pas", thursday(9, 0), "").Refusal.Faults[0].Rule)
	require.Equal(t, []care.Fault{{Field: "beyond", Rule: agenda.NotYours}}, asks("desk_operator.prato", caseRun, "pas", thursday(9, 0), "urgent").Refusal.Faults)
	require.Equal(t, agenda.NotYours, asks("social_worker.prato", caseRun, "uoc_immigrazione", thursday(9, 15), "urgent").Refusal.Faults[0].Rule, "she works in another one")
	extra := works(caseRun, asks("social_worker.prato", caseRun, "pas", thursday(9, 0), "urgent"), "pas", thursday(9, 0))
	require.Equal(t, []string{"09:00", "09:00"}, p.taken("pas"), "it is taken like any other")

	require.Equal(t, agenda.Elsewhere, asks("supervisor.prato", caseRun, "uoc_immigrazione", thursday(9, 15), "urgent").Refusal.Faults[0].Rule)
	require.Equal(t, agenda.OutsideHours, asks("supervisor.prato", caseRun, "uoc_immigrazione", thursday(3, 0), "agreed").Refusal.Faults[0].Rule, "nobody is summoned in the night")
	early := works(caseRun, asks("supervisor.prato", caseRun, "uoc_immigrazione", thursday(7, 15), "agreed"), "uoc_immigrazione", thursday(7, 15))
	plain := works(caseRun, asks("supervisor.prato", caseRun, "spac", thursday(10, 0), "urgent"), "spac", thursday(10, 0))
	given, err := p.Records.Beyond(t.Context(), p.Accounts["desk_operator.prato"], []string{extra, early, plain})
	require.NoError(t, err)
	require.ElementsMatch(t, []agenda.Given{{ID: extra, As: agenda.Extra, Why: "urgent"}, {ID: early, As: agenda.OutOfHours, Why: "agreed"}}, given, "where there is a place there is nothing to exceed")
	given, err = p.Records.Beyond(t.Context(), p.Accounts["social_worker.lucca"], []string{extra})
	require.NoError(t, err)
	require.Empty(t, given)

	// Of several places that are asked for together each says for itself what it is.
	caseRun, _ = p.Begin(ledger.Person{FamilyName: "Prova 0002"}, ledger.Effects{})
	orientation := postgrestest.Opens(caseRun, "orientation", ledger.TaskChange{Kind: care.Orientation, Role: care.SocialWorker, Agency: "comune"})
	p.Does(caseRun, p.Clock(), ledger.Effects{Tasks: []ledger.TaskChange{orientation}}, nil)
	_, err = p.Records.Assign(t.Context(), p.Accounts["social_worker.prato"], catalogue.Claim.Command(uuid.NewString(), orientation.ID, catalogue.None{}).NewCommand)
	require.NoError(t, err)
	several := func(why string) ledger.Command {
		form := care.Completion{Outcome: care.Booked, Bookings: []care.Booking{at("pas", thursday(9, 0)), at("spac", thursday(10, 30))}, Beyond: why}
		cmd, err := p.Records.Accept(t.Context(), p.Accounts["social_worker.prato"], catalogue.Complete.Command(uuid.NewString(), orientation.ID, form).InRun(caseRun).NewCommand)
		require.NoError(t, err)
		return cmd
	}
	require.Equal(t, []care.Fault{{Field: "bookings[0].at", Rule: agenda.NoPlace}}, several("").Refusal.Faults)
	require.Equal(t, ledger.CommandAccepted, several("urgent").State)
	require.ElementsMatch(t, []map[string]any{{"place": "pas extra urgent"}, {"place": "spac  "}}, p.Rows(`SELECT service || ' ' || beyond || ' ' || beyond_why AS place FROM booking WHERE run_id = '`+caseRun+`' AND state = 'held'`))

	_, run, other := p.booked("pas", thursday(10, 30))
	cmd := p.puts("supervisor.prato", other, agenda.Moving{At: thursday(9, 0), By: agenda.TheService, Beyond: "deadline"})
	require.Equal(t, ledger.CommandAccepted, cmd.State, cmd.Refusal)
	require.Equal(t, ledger.Recorded, p.moves(run, other, cmd).Verdict)
	given, err = p.Records.Beyond(t.Context(), p.Accounts["supervisor.prato"], []string{other})
	require.NoError(t, err)
	require.Equal(t, []agenda.Given{{ID: other, As: agenda.Extra, Why: "deadline"}}, given)
}

// TestTwoMovesToOneHour: the one that is worked first has the place that was held for it, and
// the other keeps its own until it is worked.
func TestTwoMovesToOneHour(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	_, run, appointment := p.booked("pas", thursday(9, 0))
	first := p.puts("supervisor.prato", appointment, agenda.Moving{At: thursday(10, 0), By: agenda.TheService})
	second := p.puts("supervisor.prato", appointment, agenda.Moving{At: thursday(10, 0), By: agenda.TheService, Beyond: "urgent"})
	places := func() (list []string) {
		for _, row := range p.Rows(`SELECT state || ' ' || beyond AS place FROM booking WHERE state IN ('held', 'booked') AND at = $1 ORDER BY 1`, thursday(10, 0)) {
			list = append(list, row["place"].(string))
		}
		return list
	}
	require.Equal(t, []string{"held ", "held extra"}, places())
	require.Equal(t, ledger.Recorded, p.moves(run, appointment, second).Verdict)
	require.Equal(t, []string{"booked extra", "held "}, places())
	require.Equal(t, ledger.Recorded, p.moves(run, appointment, first).Verdict)
	require.Equal(t, []string{"booked extra"}, places())
}
