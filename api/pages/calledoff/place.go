// Package calledoff is where days of a service are called off, and where who was expected
// then is told.
package calledoff

import (
	"context"

	"percorso/api/pages/room"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/expected"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read and write, as whoever asks.
type Records interface {
	CalledOffDays(ctx context.Context, s care.Staff) ([]calledoff.Entry, error)
	CalledOffDay(ctx context.Context, s care.Staff, id string) (calledoff.Entry, []calledoff.Person, error)
	Proposal(ctx context.Context, s care.Staff, form calledoff.Form) ([]expected.Visit, error)
	CallOff(ctx context.Context, s care.Staff, key string, form calledoff.Form) (string, error)
	TakeBack(ctx context.Context, s care.Staff, id string) error
	Tried(ctx context.Context, s care.Staff, id, appointment, try, seen string) error
}
