// Package absences is where people say when they are away, and who works their tasks
// meanwhile.
package absences

import (
	"context"

	"percorso/api/pages/room"
	"percorso/internal/absence"
	"percorso/internal/care"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read and write, as whoever asks.
type Records interface {
	Absences(ctx context.Context, s care.Staff) ([]absence.Entry, error)
	EnterAbsence(ctx context.Context, s care.Staff, key, of string, form absence.Days) (absence.Entry, error)
	ChangeAbsence(ctx context.Context, s care.Staff, id string, form absence.Days) (absence.Entry, error)
	EndAbsence(ctx context.Context, s care.Staff, id, seen string) error
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
}
