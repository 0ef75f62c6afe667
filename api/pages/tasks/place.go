// Package tasks is the place of the tasks.
package tasks

import (
	"context"

	"percorso/api/pages/parts/free"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/worklist"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
	Drafts  Drafts
}

// Drafts is what the caller has typed and not sent.
type Drafts interface {
	Drafts(ctx context.Context, s care.Staff) ([]kept.Draft, error)
}

// Records is what the pages read, as whoever asks.
type Records interface {
	free.Records
	// Appointments lists those that the caller's agency has, by day and hour.
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Disclosure is what an agency of the zone would get of the person for a
	// purpose (an area of need; empty: as a whole). Nothing is sent by it.
	// ledger.ErrNotFound: no such case or agency.
	Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (ledger.Disclosure, error)
	Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error)
	// GoalFindings lists what the evaluations said, the latest first.
	GoalFindings(ctx context.Context, s care.Staff, caseID string) ([]ledger.GoalFinding, error)
	// Plans lists the versions of a case's plan, the latest first.
	Plans(ctx context.Context, s care.Staff, caseID string) ([]ledger.Plan, error)
	Referral(ctx context.Context, s care.Staff, id string) (ledger.Referral, error)
	// Share is what the caller's agency was given along with a task.
	// ledger.ErrNotFound: no such task, or nothing was given for it.
	Share(ctx context.Context, s care.Staff, taskID string) (ledger.Share, error)
	Task(ctx context.Context, s care.Staff, id string) (ledger.Task, error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
	// ToConfirm lists the mistakes that wait for the caller to confirm them.
	ToConfirm(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	// WorkList reads a page of one of the lists that the caller's work is on.
	WorkList(ctx context.Context, s care.Staff, ask worklist.Ask) (worklist.List, error)
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
}
