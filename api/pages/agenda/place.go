// Package agenda shows the appointments by day.
package agenda

import (
	"context"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/free"
	"percorso/api/pages/room"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/together"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records  Records
	Visits   Visits
	Together Together
}

// Visits is who visits people at home.
type Visits interface {
	// VisitsOf are those of some appointments that are visits at home.
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
}

// Together says who takes part in appointments besides.
type Together interface {
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
	// Beside are the other persons who are expected at the places of some appointments.
	Beside(ctx context.Context, who care.Staff, appointments []string) ([]together.Beside, error)
	// Meetings are those of équipes in which somebody sits in a stretch.
	Meetings(ctx context.Context, who care.Staff, of string, from, to time.Time) ([]together.Meeting, error)
}

// Records is what the pages read, as whoever asks.
type Records interface {
	free.Records
	parts.Files
	// Taken are the places of a service of the caller's zone that are taken in a stretch,
	// and nothing of whom they are for.
	Taken(ctx context.Context, s care.Staff, service string, from, to time.Time) ([]agenda.Taken, error)
	// Beyond are those of some appointments that have a place although there was none.
	Beyond(ctx context.Context, s care.Staff, appointments []string) ([]agenda.Given, error)
	// CalledOff are the days of a service, within a stretch, on which it receives nobody.
	CalledOff(ctx context.Context, s care.Staff, service string, first, last time.Time) ([]agenda.Off, error)
	// Colleagues lists the staff of the caller's zone.
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}
