// Package home is where people arrive.
package home

import (
	"context"

	"percorso/api/access"
	"percorso/api/pages/room"
	"percorso/internal/absence"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Guard   *access.Guard
	Records Records
	Home    func(care.Role) string
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// Command reads a command of the caller's own.
	Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
	CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error)
	StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error)
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
	Absences(ctx context.Context, s care.Staff) ([]absence.Entry, error)
	// ToConfirm lists the mistakes that wait for the caller to confirm them.
	ToConfirm(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error)
}
