// Package desk is the place of the front desk.
package desk

import (
	"context"

	"percorso/api/pages/parts/free"
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
	free.Records
	Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
}
