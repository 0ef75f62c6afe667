// Package calls is the lists of people whom somebody calls, by what for: before an appointment
// those to whom no message goes, of a place that has become free whoever waits for one, and of
// another hour those at whose hour nobody is received any more.
package calls

import (
	"context"

	"percorso/api/pages/room"
	"percorso/api/rest/waiting"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/remind"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Records Records
	Waiting waiting.Records
}

// Records is what the pages read and write, as whoever asks.
type Records interface {
	ToCall(ctx context.Context, s care.Staff) ([]remind.Called, error)
	Called(ctx context.Context, s care.Staff, appointment string, answered bool) error
	// Displaced is who is expected at an hour at which their service receives nobody any more.
	Displaced(ctx context.Context, s care.Staff) ([]expected.Visit, error)
}
