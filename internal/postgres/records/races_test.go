package records_test

import (
	"errors"
	"fmt"
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
	"percorso/internal/sole"
)

// race is two who are at it at once: one waits where the test wants, and another one comes by.
type race struct {
	*play
	gates *postgrestest.Gates
}

func newRace(t *testing.T, places int) race {
	p := newPlay(t)
	receives(p, places, "pas", "spac")
	return race{p, p.GatesOfPlaces()}
}

// booking has somebody book; the answer is accepted, or the rule by which it is not.
func (r race) booking(account, caseRun string, when time.Time, into *string) func() {
	return func() {
		cmd, err := r.Records.Accept(r.T.Context(), r.Accounts[account], bookingOf(caseRun, at("pas", when)))
		*into = answerOf(cmd, err)
	}
}

func answerOf(cmd ledger.Command, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case cmd.Refusal != nil:
		return cmd.Refusal.Faults[0].Rule
	}
	return string(cmd.State)
}

// ruleOf is why somebody cannot; empty: they can.
func ruleOf(err error) string {
	refused, is := errors.AsType[*care.Refusal](err)
	switch {
	case err == nil:
		return ""
	case is:
		return refused.Faults[0].Rule
	}
	return err.Error()
}

// TestRacesForAPlace: each time one has looked and not locked yet, or has locked and not
// counted yet, while another one comes by. Of two who want what there is once, one has it.
func TestRacesForAPlace(t *testing.T) {
	worker, nine := "social_worker.prato", thursday(9, 0)
	const accepted = string(ledger.CommandAccepted)
	for _, point := range []string{"before", "after"} {
		locked := point == "after"
		t.Run("booking and booking, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			one, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			two, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var first, second string
			r.gates.Wait(point, r.Accounts[worker].ID, r.booking(worker, one, nine, &first), r.booking("supervisor.prato", two, nine, &second))
			want := []string{agenda.NoPlace, accepted}
			if locked {
				want = []string{accepted, agenda.NoPlace}
			}
			require.Equal(t, want, []string{first, second})
			require.Equal(t, []string{"09:00"}, r.taken("pas"))
		})
		t.Run("one person at two services, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 5)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var first, second string
			r.gates.Wait(point, r.Accounts[worker].ID, r.booking(worker, run, nine, &first), func() {
				cmd, err := r.Records.Accept(t.Context(), r.Accounts["supervisor.prato"], bookingOf(run, at("spac", nine)))
				second = answerOf(cmd, err)
			})
			want := []string{agenda.Elsewhere, accepted}
			if locked {
				want = []string{accepted, agenda.Elsewhere}
			}
			require.Equal(t, want, []string{first, second})
		})
		off := calledoff.Form{Service: "pas", First: care.DateOf(thursday(0, 0)), Last: care.DateOf(thursday(0, 0)), Reason: "premises"}
		callsOff := func(r race, into *string) func() {
			return func() {
				_, err := r.Records.CallOff(t.Context(), r.Accounts["supervisor.prato"], "chiave", off)
				*into = ruleOf(err)
			}
		}
		t.Run("booking and calling off, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var booked, called string
			r.gates.Wait(point, r.Accounts[worker].ID, r.booking(worker, run, nine, &booked), callsOff(r, &called))
			want := []string{agenda.CalledOff, ""}
			if locked {
				want = []string{accepted, calledoff.Fixing}
			}
			require.Equal(t, want, []string{booked, called})
		})
		t.Run("calling off and booking, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var booked, called string
			r.gates.Wait(point, r.Accounts["supervisor.prato"].ID, callsOff(r, &called), r.booking(worker, run, nine, &booked))
			want := []string{calledoff.Fixing, accepted}
			if locked {
				want = []string{"", agenda.CalledOff}
			}
			require.Equal(t, want, []string{called, booked})
		})
		t.Run("a place kept and booking, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var booked, failed string
			keeps := func() {
				failed = ruleOf(r.Records.KeepPlaces(t.Context(), r.Accounts["desk_operator.prato"], "/prova", []care.Booking{at("pas", nine)}))
			}
			r.gates.Wait(point, r.Accounts["desk_operator.prato"].ID, keeps, r.booking(worker, run, nine, &booked))
			require.Empty(t, failed)
			want, kept := accepted, 0
			if locked {
				want, kept = agenda.NoPlace, 1
			}
			require.Equal(t, want, booked)
			require.Equal(t, kept, r.Count(`place_kept`))
		})
		t.Run("booking and a place kept, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var booked, failed string
			r.gates.Wait(point, r.Accounts[worker].ID, r.booking(worker, run, nine, &booked), func() {
				failed = ruleOf(r.Records.KeepPlaces(t.Context(), r.Accounts["desk_operator.prato"], "/prova", []care.Booking{at("pas", nine)}))
			})
			require.Empty(t, failed)
			want, kept := agenda.NoPlace, 1
			if locked {
				want, kept = accepted, 0
			}
			require.Equal(t, want, booked)
			require.Equal(t, kept, r.Count(`place_kept`))
		})
		t.Run("the block and its return, "+point, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			r.Law("block", func(policy *care.Policy) {
				for i, s := range policy.Services {
					if s.Code == "cpi" {
						policy.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"thu"}, From: "09:00", To: "11:00", Seconds: 1800, Places: 1, PUA: 1, Release: 24, Mode: agenda.InPerson}}
					}
				}
			})
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			r.Now = nine.AddDate(0, 0, -1).Add(-time.Second)
			var sent, failed string
			r.gates.Wait(point, r.Accounts[worker].ID, func() {
				cmd, err := r.sends(run, nine)
				sent = answerOf(cmd, err)
			}, func() { // it has come back, and the employment centre takes it
				r.Now = r.Now.Add(time.Second)
				failed = ruleOf(r.Records.KeepPlaces(t.Context(), r.Accounts["cpi_operator.prato"], "/prova", []care.Booking{at("cpi", nine)}))
			})
			require.Empty(t, failed)
			want, kept := agenda.NoPlace, 1
			if locked {
				want, kept = accepted, 0
			}
			require.Equal(t, want, sent)
			require.Equal(t, kept, r.Count(`place_kept`))
		})
	}
	for rule, change := range map[string]func(*care.Policy){
		agenda.OutsideSessions: func(p *care.Policy) {
			for i := range p.Services {
				p.Services[i].Sessions = []care.Session{{Days: []care.Weekday{"thu"}, From: "14:00", To: "16:00", Seconds: 1800, Places: 1, Mode: agenda.InPerson}}
			}
		},
		care.RuleClosedDay: func(p *care.Policy) {
			p.Closures = []care.OfficeClosure{{From: "2026-11-26", To: "2026-11-26", Name: "Chiusura di prova"}}
		},
	} {
		t.Run("booking and a change of the zone: "+rule, func(t *testing.T) {
			t.Parallel()
			r := newRace(t, 1)
			run, _ := r.Begin(ledger.Person{}, ledger.Effects{})
			var booked string
			r.gates.Wait("before", r.Accounts[worker].ID, r.booking(worker, run, nine, &booked), func() { r.Law("changed", change) })
			require.Equal(t, rule, booked)
			require.Empty(t, r.taken("pas"))
		})
	}
}

// TestAMoveBesideACancelling: the appointment is cancelled after whoever moves it has looked.
// The move is refused when it is worked, and its place is free; and so the other way round.
func TestAMoveBesideACancelling(t *testing.T) {
	r := newRace(t, 1)
	_, run, appointment := r.booked("pas", thursday(9, 0))
	cancel := func(was time.Time) func() {
		return func() {
			c := catalogue.CancelAppointment.Command(uuid.NewString(), appointment, agenda.Cancelling{By: agenda.TheService, Why: "office_cannot", Was: &was})
			cmd, err := r.Records.Accept(t.Context(), r.Accounts["supervisor.prato"], c.NewCommand)
			require.NoError(t, err)
			require.Equal(t, ledger.CommandAccepted, cmd.State, cmd.Refusal)
			r.Tries(run, ledger.Entry{ID: cmd.ID, Target: appointment, Answer: cmd.Answer}, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentCancelled}}}, nil)
		}
	}
	var moved ledger.Command
	move := func(to time.Time) func() {
		return func() {
			moved = r.puts("social_worker.prato", appointment, agenda.Moving{At: to, By: agenda.TheService})
		}
	}
	states := func() string {
		return fmt.Sprint(r.Row(`SELECT state FROM appointment WHERE id = $1`, appointment)["state"], r.taken("pas"))
	}
	// A cancelling that saw the hour of before is refused, once the move is worked.
	move(thursday(9, 30))()
	r.moves(run, appointment, moved)
	require.Equal(t, "booked[09:30]", states())
	cancelStale := catalogue.CancelAppointment.Command(uuid.NewString(), appointment, agenda.Cancelling{By: agenda.TheService, Why: "office_cannot", Was: new(thursday(9, 0))})
	stale, err := r.Records.Accept(t.Context(), r.Accounts["supervisor.prato"], cancelStale.NewCommand)
	require.Equal(t, agenda.OtherTime, answerOf(stale, err))

	r.gates.Wait("before", r.Accounts["social_worker.prato"].ID, move(thursday(10, 0)), cancel(thursday(9, 30)))
	require.Equal(t, "cancelled[10:00]", states(), "held until the move is worked")
	require.Equal(t, ledger.Refused, r.moves(run, appointment, moved).Verdict)
	require.Equal(t, agenda.NotStanding, r.Refusal(moved.ID).Faults[0].Rule)
	require.Equal(t, "cancelled[]", states())
}

// TestAMergeLeavesNobodyInTwoPlaces: two files that expect their person at the same minute are not
// merged, also where the second appointment is being asked for; who asks for one of a file that is
// being merged hears so.
func TestAMergeLeavesNobodyInTwoPlaces(t *testing.T) {
	r := newRace(t, 5)
	into, _, _ := r.booked("pas", thursday(9, 0))
	from, _ := r.Begin(ledger.Person{}, ledger.Effects{})
	var booked string
	merge := func() {
		res, e := r.Merge("supervisor.prato", from, into)
		require.Equal(t, ledger.Refused, res.Verdict)
		require.Equal(t, []care.Fault{{Field: "into", Rule: sole.RuleBothExpected}}, r.Refusal(e.ID).Faults)
	}
	r.gates.Wait("after", r.Accounts["social_worker.prato"].ID, func() {
		cmd, err := r.Records.Accept(t.Context(), r.Accounts["social_worker.prato"], bookingOf(from, at("spac", thursday(9, 0))))
		booked = answerOf(cmd, err)
	}, merge)
	require.Equal(t, string(ledger.CommandAccepted), booked)
	merge()

	// Where she is expected by one alone they are, and who looked at the file before is told.
	from, _ = r.Begin(ledger.Person{}, ledger.Effects{})
	r.gates.Wait("before", r.Accounts["social_worker.prato"].ID, r.booking("social_worker.prato", from, thursday(9, 0), &booked), func() {
		res, _ := r.Merge("supervisor.prato", from, into)
		require.Equal(t, ledger.Recorded, res.Verdict)
	})
	require.Equal(t, care.RuleMerged, booked)
}
