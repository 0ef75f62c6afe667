// Package person is the place of a person: what is known of them, how they are reached,
// and what was corrected.
package person

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
	// Corrections lists what was corrected of the person of a case, the latest first.
	Corrections(ctx context.Context, s care.Staff, caseID string) ([]ledger.Correction, error)
	// FilesOf are the ids of the case files with some numbers, by the number, of those that
	// the caller sees.
	FilesOf(ctx context.Context, s care.Staff, numbers []string) (map[string]string, error)
	// WrittenIn lists the records of a case, of a kind or of all, the newest first.
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
	// Printed notes that what the caller has just read of a case leaves it as a text.
	Printed(ctx context.Context, s care.Staff, what ledger.Reading, caseID string) error
	// SamePerson lists the case files that may be of a person, open and closed, of those
	// that the caller sees; the read is audited.
	SamePerson(ctx context.Context, s care.Staff, p ledger.Person) ([]ledger.CaseFile, error)
}
