// Package desk is the place of the front desk.
package desk

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
	Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error)
	// Earlier finds the command that the caller sent with c.Key, so that a
	// repetition is answered as the first time even where c would be refused
	// by now. It compares operation, target and data alone (run and answer may
	// be empty): ledger.ErrKeyReused where they differ, ledger.ErrNotFound where
	// the key is new.
	Earlier(ctx context.Context, s care.Staff, c ledger.NewCommand) (ledger.Command, error)
	// SamePerson lists the case files of the zone that may be of this person, by
	// names and date of birth, so that no second one is opened.
	SamePerson(ctx context.Context, s care.Staff, p ledger.Person) ([]ledger.CaseFile, error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
}
