// Package referrals is the place of the referrals, those that came as those that were sent.
package referrals

import (
	"context"

	"percorso/api/pages/parts/free"
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
	free.Records
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Disclosure is what an agency of the zone would get of the person for a
	// purpose (an area of need; empty: as a whole). Nothing is sent by it.
	// ledger.ErrNotFound: no such case or agency.
	Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (ledger.Disclosure, error)
	Referral(ctx context.Context, s care.Staff, id string) (ledger.Referral, error)
	Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
}
