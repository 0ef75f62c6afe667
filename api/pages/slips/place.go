// Package slips shows the sheet of an appointment that a person takes away, and the
// appointment as a file for a calendar, as that of an équipe's meeting.
package slips

import (
	"context"

	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
	Visits  Visits
}

// Visits is who visits people at home.
type Visits interface {
	// VisitsOf are those of some appointments that are visits at home.
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Equipe reads an équipe by its run, as who sits in it or follows the case; the read is audited.
	Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error)
}
