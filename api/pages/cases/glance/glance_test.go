package glance_test

import (
	"slices"
	"testing"
	"time"

	"percorso/api/pages/cases/glance"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// The head of a case says the first appointment for which the person is expected, be it of
// this morning, and rings those who follow the person now.
func TestTheHeadSaysWhoWhenAndWhomToRing(t *testing.T) {
	now := time.Date(2026, time.November, 27, 12, 0, 0, 0, italian.Rome)
	left := now
	at := func(day, hour int, state care.AppointmentState) ledger.Appointment {
		return ledger.Appointment{State: string(state), At: time.Date(2026, time.November, day, hour, 0, 0, 0, italian.Rome)}
	}
	file := ledger.Case{
		Appointments: []ledger.Appointment{
			at(30, 9, care.AppointmentConfirmed), at(27, 9, care.AppointmentConfirmed), at(27, 8, care.AppointmentCancelled), at(26, 9, care.AppointmentBooked),
		},
		Leads: []ledger.Lead{{Name: "Prova Uno", Agency: "uno", Until: &left}, {Name: "Prova Due", Agency: "due"}},
	}
	file.PersonData.BirthDate = time.Date(1990, time.November, 28, 0, 0, 0, 0, time.UTC)
	file.PersonData.Languages = []string{"ur", "it"}
	policy := care.Policy{Agencies: []care.Agency{{Code: "due", Name: "Ente Prova", Phone: "0550000000"}}}

	got := glance.Of(policy, file, now)
	if want := []string{"35 anni", "Parla urdu, italiano"}; !slices.Equal(got.Who, want) {
		t.Errorf("who: %q, want %q", got.Who, want)
	}
	if want := "Prossimo appuntamento: ven 27 nov, ore 9.00. Confermato."; got.Next != want {
		t.Errorf("when: %q, want %q", got.Next, want)
	}
	if want := []string{"Segue la persona: Prova Due, Ente Prova, tel. 0550000000"}; !slices.Equal(got.Ring, want) {
		t.Errorf("whom to ring: %q, want %q", got.Ring, want)
	}
	file.Closed = &now
	if got := glance.Of(policy, file, now); got.Next != "" || got.Ring != nil {
		t.Errorf("a closed case says %q and %q", got.Next, got.Ring)
	}
}
