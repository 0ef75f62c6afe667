// Package cases is the place of the case files.
package cases

import (
	"context"

	"percorso/api/pages/cases/seen"
	"percorso/api/pages/parts/free"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records  Records
	Promises promised.Records
}

// Records is what the pages read, as whoever asks.
type Records interface {
	free.Records
	seen.Records
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error)
	// Colleagues lists the staff of the caller's zone.
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
	// Disclosure is what an agency of the zone would get of the person for a purpose;
	// empty: as a whole. Nothing is sent by it.
	Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (ledger.Disclosure, error)
	// Equipes lists the équipes of a case, the latest first, and Equipe reads one
	// by its run. Those see them who work on the case, have a seat, or have a part
	// in its active plan; the same holds for Plans and GoalFindings.
	Equipes(ctx context.Context, s care.Staff, caseID string) ([]ledger.Equipe, error)
	// MergeCandidates lists the open case files that may be of the same person as
	// this one, and that the caller may see.
	MergeCandidates(ctx context.Context, s care.Staff, caseID string) ([]ledger.CaseFile, error)
	// Plans lists the versions of a case's plan, the latest first.
	Plans(ctx context.Context, s care.Staff, caseID string) ([]ledger.Plan, error)
	Reads(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Read], error)
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
	// Zones lists the newest loaded policy of every zone.
	Zones(ctx context.Context) ([]care.Policy, error)
}
