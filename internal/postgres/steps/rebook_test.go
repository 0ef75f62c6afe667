package steps_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
)

// TestAMissedAppointmentIsAgreedAnew within the zone's term: nobody else's confirmation has it.
func TestAMissedAppointmentIsAgreedAnew(t *testing.T) {
	p := newPlay(t)
	p.Law("rebook", func(policy *care.Policy) {
		for i, d := range policy.Deadlines {
			if d.Code == care.DeadlineRebook {
				policy.Deadlines[i].Duration = care.Duration{N: 30, Unit: care.Hours}
			}
		}
	})
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	service, appointment := postgrestest.NewRun(care.RunService), uuid.NewString()
	first := postgrestest.Opens(service, "confirm/1", ledger.TaskChange{Kind: care.ConfirmAppointment, Service: "uoc_immigrazione"})
	interview := postgrestest.Opens(service, "interview/1", ledger.TaskChange{Kind: care.Interview, Service: "uoc_immigrazione"})
	p.Branch(run, service, care.Answer{}, ledger.Effects{
		Tasks:        []ledger.TaskChange{first, interview},
		Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentConfirmed, Service: "uoc_immigrazione", At: p.Now.Add(time.Hour)}},
	})
	due := func(task string) time.Time {
		at, err := time.Parse(time.RFC3339, p.Row(`SELECT escalate_at FROM task WHERE id = $1`, task)["escalate_at"].(string))
		require.NoError(t, err)
		return at
	}
	require.False(t, due(first.ID).Equal(p.Now.Add(30*time.Hour)))
	p.Now = p.Now.Add(2 * time.Hour)
	again := postgrestest.Opens(service, "confirm/2", ledger.TaskChange{Kind: care.ConfirmAppointment, Service: "uoc_immigrazione"})
	p.Complete("immigration_expert.prato", service, interview.ID, care.Completion{Outcome: care.NoShow, Reason: "no_reason_given"}, ledger.Effects{
		Tasks:        []ledger.TaskChange{again},
		Appointments: []ledger.AppointmentChange{{ID: appointment, State: care.AppointmentNoShow}, {ID: appointment, State: care.AppointmentBooked}},
	}, nil)
	require.True(t, due(again.ID).Equal(p.Now.Add(30*time.Hour)), "%s", due(again.ID))
	require.Equal(t, 1, p.Count(`task WHERE id = $1 AND remind_at <= escalate_at`, again.ID))
}
