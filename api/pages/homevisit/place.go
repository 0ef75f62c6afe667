// Package homevisit is where an appointment becomes a visit at the person's home, and where who
// went says that they are back.
package homevisit

import (
	"context"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records Records
	Visits  Visits
}

// Records is what the pages read besides, as whoever asks.
type Records interface {
	parts.Files
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}

// Visits is where they are kept.
type Visits interface {
	// VisitsOf are those of some appointments that are visits, as far as the caller reads their persons.
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
	// Watched are those that the caller goes on or knows about, or is told of.
	Watched(ctx context.Context, who care.Staff) ([]homevisit.Visit, error)
	// Visitors are whom a form for an appointment may name.
	Visitors(ctx context.Context, who care.Staff, appointment string) ([]homevisit.Visitor, error)
	Plan(ctx context.Context, who care.Staff, appointment string, f homevisit.Going) error
	// Drop makes a visit an appointment like any other again.
	Drop(ctx context.Context, who care.Staff, appointment string, seen int) error
	Returned(ctx context.Context, who care.Staff, appointment string, a homevisit.Answer) error
}

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/appuntamenti/:id/visita", s.show)
	p.Post("/appuntamenti/:id/visita", s.plan)
	p.Get("/appuntamenti/:id/visita/togli", s.showDrop)
	p.Post("/appuntamenti/:id/visita/togli", s.drop)
	p.Post("/appuntamenti/:id/rientro", s.back)
}
