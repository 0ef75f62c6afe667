package records_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// beside asks that a person be booked at the place of somebody's appointment.
func (p *play) beside(caseRun, appointment string, booking care.Booking) ledger.Command {
	p.T.Helper()
	form := catalogue.BookingForm{Booking: booking, Joins: appointment}
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts["social_worker.prato"], catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun), form).NewCommand)
	require.NoError(p.T, err)
	return cmd
}

// free says whether a stranger would have a place of the service then.
func (p *play) free(booking care.Booking) bool {
	p.T.Helper()
	caseRun, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	cmd, err := p.Records.Accept(p.T.Context(), p.Accounts["social_worker.prato"], catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun), catalogue.BookingForm{Booking: booking}).NewCommand)
	require.NoError(p.T, err)
	if cmd.State == ledger.CommandAccepted {
		_, err = p.Owner.Exec(p.T.Context(), `UPDATE booking SET state = 'ended', ended_at = clock_timestamp() WHERE command_id = $1`, cmd.ID)
		require.NoError(p.T, err)
	}
	return cmd.State == ledger.CommandAccepted
}

// TestTwoPersonsTakeOnePlace: each has her own appointment, and who is moved or cancelled leaves
// the other the place.
func TestTwoPersonsTakeOnePlace(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	nine := at("pas", thursday(9, 0))
	_, hers, her := p.booked("pas", thursday(9, 0))
	husband, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	refused := func(cmd ledger.Command, field, rule string) {
		t.Helper()
		require.NotNil(t, cmd.Refusal)
		require.Equal(t, []care.Fault{{Field: field, Rule: rule}}, cmd.Refusal.Faults)
	}
	refused(p.beside(husband, uuid.NewString(), nine), "joins", agenda.JoinsNone)
	refused(p.beside(husband, her, at("pas", thursday(9, 30))), "joins", agenda.JoinsOther)
	cmd := p.beside(husband, her, nine)
	require.Equal(t, ledger.CommandAccepted, cmd.State)
	his, him := p.begins(husband, ledger.Entry{ID: cmd.ID, Target: cmd.Target, Answer: cmd.Answer}, "pas", thursday(9, 0))
	require.False(t, p.free(nine), "it is full with both")
	refused(p.beside(husband, her, nine), "service", care.RuleServiceOpen)
	_, err := p.Owner.Exec(t.Context(), `UPDATE booking SET pua = true WHERE joint IS NOT NULL`)
	require.NoError(t, err)
	taken, err := p.Records.Taken(t.Context(), p.Accounts["social_worker.prato"], "pas", thursday(8, 0), thursday(12, 0))
	require.NoError(t, err)
	require.Len(t, taken, 1)
	require.False(t, taken[0].PUA, "it is hers, whoever came to it")
	require.Equal(t, 0, p.Count(`record WHERE data ? 'joins'`))

	// Hers gets another hour: he keeps the place, and is then moved beside her.
	move := p.puts("social_worker.prato", her, agenda.Moving{At: thursday(10, 0), By: agenda.TheService})
	require.Equal(t, ledger.CommandAccepted, move.State)
	refused(p.puts("social_worker.prato", him, agenda.Moving{At: thursday(9, 30), By: agenda.TheService, Joins: her}), "joins", agenda.JoinsOther)
	follows := p.puts("social_worker.prato", him, agenda.Moving{At: thursday(10, 0), By: agenda.TheService, Joins: her})
	require.Equal(t, ledger.CommandAccepted, follows.State, "before hers is worked")
	require.Equal(t, ledger.Recorded, p.moves(hers, her, move).Verdict)
	require.False(t, p.free(nine), "he is still there")
	require.Equal(t, ledger.Recorded, p.moves(his, him, follows).Verdict)
	require.True(t, p.free(nine))
	require.False(t, p.free(at("pas", thursday(10, 0))))

	// Hers is cancelled: he keeps the place; a third may come to it.
	e := p.Ask("social_worker.prato", hers, catalogue.CancelAppointment.Command("", her, agenda.Cancelling{By: agenda.TheService, Why: "other_cause"}))
	p.Does(hers, e, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: her, State: care.AppointmentCancelled}}}, nil)
	require.False(t, p.free(at("pas", thursday(10, 0))))
	son, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	refused(p.beside(son, her, at("pas", thursday(10, 0))), "joins", agenda.JoinsNone)
	require.Equal(t, ledger.CommandAccepted, p.beside(son, him, at("pas", thursday(10, 0))).State)
}

// TestOnePlaceOfTwoAndAStranger: while one is cancelled, and another is booked beside her, a
// stranger asks for the place: never are there two in one.
func TestOnePlaceOfTwoAndAStranger(t *testing.T) {
	p := newPlay(t)
	receives(p, 1, "pas")
	_, hers, her := p.booked("pas", thursday(9, 0))
	husband, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	stranger, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	e := p.Ask("social_worker.prato", hers, catalogue.CancelAppointment.Command("", her, agenda.Cancelling{By: agenda.TheService, Why: "other_cause"}))
	var group sync.WaitGroup
	group.Go(func() {
		p.Does(hers, e, ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: her, State: care.AppointmentCancelled}}}, nil)
	})
	group.Go(func() { p.beside(husband, her, at("pas", thursday(9, 0))) })
	group.Go(func() {
		if _, err := p.books(stranger, at("pas", thursday(9, 0))); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
	require.LessOrEqual(t, len(p.taken("pas")), 1)
}
