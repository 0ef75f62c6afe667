// Package reminding is the list of people to call before their appointments, as it goes over
// the wire.
package reminding

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/reach"
	"percorso/internal/remind"
)

// Records is what the API reads and writes of them.
type Records interface {
	// ToCall lists who is to be called before an appointment, the nearest hour first.
	ToCall(ctx context.Context, s care.Staff) ([]remind.Called, error)
	// Called keeps that the caller called somebody, and whether they answered.
	Called(ctx context.Context, s care.Staff, appointment string, answered bool) error
}

// Reminder is somebody to call.
type Reminder struct {
	AppointmentID string      `json:"appointment_id"`
	CaseFileID    string      `json:"case_file_id"`
	CaseNumber    string      `json:"case_number"`
	Person        string      `json:"person" doc:"Name"`
	Service       string      `json:"service"`
	At            time.Time   `json:"at"`
	Languages     []string    `json:"languages,omitempty"`
	Contacts      []reach.Way `json:"contacts,omitempty" doc:"None that must not be called"`
	Failed        remind.Way  `json:"failed,omitempty" enum:"sms,email" doc:"The message that did not arrive"`
	Unanswered    int         `json:"unanswered,omitempty" doc:"How often somebody called and nobody answered"`
	CalledAt      *time.Time  `json:"called_at,omitempty" doc:"The last time"`
}

// Of is one of the list.
func Of(c remind.Called) Reminder {
	r := Reminder{
		AppointmentID: c.ID, CaseFileID: c.CaseID, CaseNumber: c.CaseNumber, Person: c.Person, Service: c.Service, At: c.At,
		Languages: c.Languages, Failed: c.Failed, Unanswered: c.Unanswered, CalledAt: c.CalledAt,
	}
	for _, way := range c.Reached().Reached() {
		if way.Call != reach.No {
			r.Contacts = append(r.Contacts, way)
		}
	}
	return r
}

// Call is what somebody says of a call.
type Call struct {
	Answered bool `json:"answered" doc:"The person was spoken to; else nobody answered, and they stay in the list"`
}
