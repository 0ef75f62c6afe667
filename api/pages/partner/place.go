// Package partner is what a partner without an account sees through a one-time link.
package partner

import (
	"context"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/internal/zone"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	Pages    *access.Pages
	Links    *access.Links
	Door     *act.Door
	Book     *zone.Book
	Problems *problem.Teller
	Records  Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// RenewLink sends a new link to the partner's own address.
	// ledger.ErrNotFound: nothing is asked any more, or a link was sent just now.
	RenewLink(ctx context.Context, id string) error
}
