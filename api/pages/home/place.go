// Package home is where people arrive.
package home

import (
	"context"

	"percorso/api/access"
	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	Guard    *access.Guard
	Pages    *access.Pages
	Problems *problem.Teller
	Records  Records
	Home     func(care.Role) string
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// Command reads a command of the caller's own.
	Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error)
}
