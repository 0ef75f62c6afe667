// Package notices is where people read what of theirs was accepted and then refused, or
// opened by somebody that it was not for.
package notices

import (
	"context"

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
	// Notices lists what the caller is still to be told of, the newest first.
	Notices(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	// DismissNotice says that the caller knows. ledger.ErrNotFound: it is none of theirs.
	DismissNotice(ctx context.Context, s care.Staff, id string) error
}
