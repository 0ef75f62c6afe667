// Package partner is what a partner without an account sees through a one-time link.
package partner

import (
	"context"

	"percorso/api/access"
	"percorso/api/pages/room"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Guard   *access.Guard
	Links   *access.Links
	Records Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// RenewLink sends a new link to the partner's own address.
	// ledger.ErrNotFound: nothing is asked any more, or a link was sent just now.
	RenewLink(ctx context.Context, id string) error
}
