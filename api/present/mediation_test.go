package present_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Until the yes is there for the hour of an appointment, its mediator is not confirmed, as far
// as one was asked for and the person is still expected.
func TestWhetherTheMediatorComes(t *testing.T) {
	for state, want := range map[string]string{
		"": "Confermato", "requested": "Confermato. Mediatore non confermato", "proposed": "Confermato. Mediatore non confermato",
		"declined": "Confermato. Mediatore non confermato", "confirmed": "Confermato. Mediatore confermato",
	} {
		a := ledger.Appointment{State: string(care.AppointmentConfirmed), Mediator: state}
		require.Equal(t, want, present.HowAppointmentStands(a))
		a.State = string(care.AppointmentCancelled)
		require.Equal(t, "Annullato", present.HowAppointmentStands(a))
	}
}
