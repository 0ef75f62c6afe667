// Package calls is the lists of people whom somebody calls, by what for: before an appointment
// those to whom no message goes, and of a place that has become free whoever waits for one.
package calls

import (
	"context"

	"percorso/api/pages/room"
	"percorso/api/rest/waiting"
	"percorso/internal/care"
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
}
