// Package waitlist is where people are put on the waiting list of a service, and where who waits
// is seen, in their order.
package waitlist

import (
	"context"

	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/api/rest/waiting"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records Records
	Waiting waiting.Records
}

// Records is what the pages read besides, as whoever asks.
type Records interface {
	parts.History
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
}
