// Package agenda shows the appointments by day.
package agenda

import (
	"context"
	"time"

	"percorso/api/access"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	Pages   *access.Pages
	Book    *zone.Book
	Records Records
	Now     func() time.Time
}

// Records is what the pages read, as whoever asks.
type Records interface {
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}
