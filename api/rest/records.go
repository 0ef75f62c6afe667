package rest

import (
	"context"

	"percorso/api/rest/away"
	"percorso/api/rest/off"
	"percorso/api/rest/received"
	"percorso/api/rest/reminding"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Records is what the API reads, as the member of staff who asks. Whatever the
// caller's role, zone and agency do not allow is not there, and answers
// ledger.ErrNotFound.
//
// Every method may also fail because Postgres is away; such an error is none of
// those named here.
type Records interface {
	Contacts
	Own
	Written
	Agenda
	// Command reads a command of the caller's own.
	Command(ctx context.Context, s care.Staff, id string) (ledger.Command, error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
	Task(ctx context.Context, s care.Staff, id string) (ledger.Task, error)
	CaseFiles(ctx context.Context, s care.Staff, f ledger.CaseFilter, p ledger.Paging) (ledger.Page[ledger.CaseFile], error)
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Corrections lists what was corrected of the person of a case, the latest first.
	Corrections(ctx context.Context, s care.Staff, caseID string) ([]ledger.Correction, error)
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
	Reads(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Read], error)
	Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error)
	Referral(ctx context.Context, s care.Staff, id string) (ledger.Referral, error)
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
	// Equipes lists the équipes of a case, the latest first, and Equipe reads one
	// by its run. Those see them who work on the case, have a seat, or have a part
	// in its active plan; the same holds for Plans and GoalFindings.
	Equipes(ctx context.Context, s care.Staff, caseID string) ([]ledger.Equipe, error)
	Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error)
	// Plans lists the versions of a case's plan, the latest first.
	Plans(ctx context.Context, s care.Staff, caseID string) ([]ledger.Plan, error)
	// GoalFindings lists what the evaluations said, the latest first.
	GoalFindings(ctx context.Context, s care.Staff, caseID string) ([]ledger.GoalFinding, error)
	// Disclosure is what an agency of the zone would get of the person for a
	// purpose (an area of need; empty: as a whole). Nothing is sent by it.
	// ledger.ErrNotFound: no such case or agency.
	Disclosure(ctx context.Context, s care.Staff, caseID, agency, purpose string) (ledger.Disclosure, error)
	// Share is what the caller's agency was given along with a task.
	// ledger.ErrNotFound: no such task, or nothing was given for it.
	Share(ctx context.Context, s care.Staff, taskID string) (ledger.Share, error)
	// SamePerson lists the case files of the zone that may be of this person, by
	// names and date of birth, so that no second one is opened.
	SamePerson(ctx context.Context, s care.Staff, p ledger.Person) ([]ledger.CaseFile, error)
	// MergeCandidates lists the open case files that may be of the same person as
	// this one, and that the caller may see.
	MergeCandidates(ctx context.Context, s care.Staff, caseID string) ([]ledger.CaseFile, error)
	// StuckCases lists the open cases that are not waiting as planned; HealthCounts counts all of the zone.
	StuckCases(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.StuckCase], error)
	HealthCounts(ctx context.Context, s care.Staff) (ledger.HealthCounts, error)
}

// Agenda is when services receive, and when they do not.
type Agenda interface {
	received.Records
	off.Records
}

// Own is what is the caller's own matter, and no case's: what they are to be told of, and
// when they are away; and whom they call.
type Own interface {
	Notices
	away.Records
	reminding.Records
}
