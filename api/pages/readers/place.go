// Package readers is where a zone's privacy officer is told who read a case file.
package readers

import (
	"context"
	"time"

	"percorso/api/access"
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
	// FindReadCase finds the case of a number whose readers the officer answers for.
	// ledger.ErrNotFound: there is none. ledger.ErrForbidden: the caller is no officer.
	FindReadCase(ctx context.Context, s care.Staff, number string) (id string, err error)
	// Readers tells who read or changed a case file while it was in the officer's
	// zone, on the newest days before one. Errors are as FindReadCase's.
	Readers(ctx context.Context, s care.Staff, caseID string, before time.Time) (ledger.Readers, error)
}

const path = "/letture"

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, s.start)
	p.Post(path, s.find)
	p.Get(path+"/:id", s.readers)
}
