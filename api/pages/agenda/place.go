// Package agenda shows the appointments by day.
package agenda

import (
	"context"

	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	parts.OfferRecords
	parts.Files
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}
