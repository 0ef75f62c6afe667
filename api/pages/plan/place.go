// Package plan is the place of équipes with the plans that they make.
package plan

import (
	"context"

	"percorso/api/pages/parts"
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
	parts.Files
	Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error)
	// GoalFindings lists what the evaluations said, the latest first.
	GoalFindings(ctx context.Context, s care.Staff, caseID string) ([]ledger.GoalFinding, error)
	// Plans lists the versions of a case's plan, the latest first.
	Plans(ctx context.Context, s care.Staff, caseID string) ([]ledger.Plan, error)
	// WrittenForEquipe lists what was written in a case for its équipe, as far as the caller reads it.
	WrittenForEquipe(ctx context.Context, s care.Staff, caseID string) ([]ledger.Record, error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
}
