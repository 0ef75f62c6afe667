// Package supervision is where the supervisor frees the cases that do not wait as planned.
package supervision

import (
	"context"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// Board reads lists of the supervisor's board.
	Board(ctx context.Context, s care.Staff, there *time.Location, most int, of ...board.List) (map[board.List][]board.Row, error)
	// Held counts the stuck cases of the zone by why they are; more: there are more than were
	// looked at. HeldBy lists those of one cause.
	Held(ctx context.Context, s care.Staff) (counts []board.Held, more bool, err error)
	HeldBy(ctx context.Context, s care.Staff, cause board.Cause, most int) ([]board.Row, error)
	// LastActs says what was done last for the people of some cases.
	LastActs(ctx context.Context, s care.Staff, cases []string) (map[string]board.Row, error)
	// Loads say how many open tasks each colleague has now, by their ids.
	Loads(ctx context.Context, s care.Staff) (map[string]int, error)
	// Colleagues lists the staff of the caller's zone.
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
	// StuckCases lists the open cases that are not waiting as planned.
	StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error)
	// HealthCounts says how many open cases of the supervisor's zone stand how.
	HealthCounts(ctx context.Context, s care.Staff) (health.Counts, error)
	// HandedOver lists the cases that the supervisor's zone has handed over to another one.
	HandedOver(ctx context.Context, s care.Staff) ([]ledger.HandedOver, error)
	// Doubles lists the pairs of files that may be of one person; TellApart says of two that
	// they are not.
	Doubles(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Double], error)
	TellApart(ctx context.Context, s care.Staff, file, other string) error
	// Unkept lists the protected persons' files of the zone that nobody keeps any more.
	Unkept(ctx context.Context, s care.Staff) ([]ledger.Unkept, error)
	// Returned lists the members of the zone whose mail comes back.
	Returned(ctx context.Context, s care.Staff) ([]ledger.Returned, error)
	// DeferredEntries lists the accepted entries of the zone that cannot be worked.
	DeferredEntries(ctx context.Context, s care.Staff) ([]ledger.DeferredEntry, error)
	Task(ctx context.Context, s care.Staff, id string) (ledger.Task, error)
	parts.Files
}
