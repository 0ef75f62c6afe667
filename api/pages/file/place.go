// Package file is where people read what was written in a case: by what it is about, and
// in the order of time.
package file

import (
	"context"

	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Timeline lists what happened in a case, the latest first.
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
	// WrittenIn lists the records of a case, of a kind or of all, the newest first.
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
	// HasRecord says whether the caller may ask to open a record of a case; ledger.ErrNotFound:
	// there is none.
	HasRecord(ctx context.Context, s care.Staff, caseID, id string) error
	// RecordIn reads one record of a case. ledger.ErrNotFound: the caller does not know of it.
	RecordIn(ctx context.Context, s care.Staff, caseID, id string) (ledger.Record, error)
	// OpenRecord opens a record to somebody outside of its circle for a day, and tells its
	// author why; with the same key once. ledger.ErrKeyReused: the key was of another opening.
	OpenRecord(ctx context.Context, s care.Staff, key, id, reason string) error
}
