// Package supervision is where the supervisor frees the cases that do not wait as planned.
package supervision

import (
	"context"
	"time"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	Pages    *access.Pages
	Door     *act.Door
	Book     *zone.Book
	Problems *problem.Teller
	Records  Records
	Now      func() time.Time
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// Colleagues lists the staff of the caller's zone.
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
	// StuckCases lists the open cases that are not waiting as planned.
	StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error)
	Task(ctx context.Context, s care.Staff, id string) (ledger.Task, error)
}
