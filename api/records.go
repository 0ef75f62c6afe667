package api

import (
	"context"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/absences"
	"percorso/api/pages/agenda"
	"percorso/api/pages/calledoff"
	"percorso/api/pages/calls"
	"percorso/api/pages/cases"
	"percorso/api/pages/desk"
	"percorso/api/pages/file"
	"percorso/api/pages/home"
	"percorso/api/pages/mediation"
	"percorso/api/pages/notices"
	"percorso/api/pages/partner"
	"percorso/api/pages/person"
	"percorso/api/pages/plan"
	"percorso/api/pages/prints"
	"percorso/api/pages/readers"
	"percorso/api/pages/referrals"
	"percorso/api/pages/supervision"
	"percorso/api/pages/tasks"
	"percorso/api/rest"
	"percorso/internal/kept"
	"percorso/internal/zone"
)

// Records is what the API reads and writes, as the member of staff who asks: what
// each part of it needs. Package postgres keeps it under row-level security:
// whatever the caller's role, zone and agency do not allow is not there, and
// answers ledger.ErrNotFound.
//
// Every method may also fail because Postgres is away; such an error is none of
// those named at the parts.
type Records interface {
	access.People
	access.LinkRecords
	kept.Places
	zone.Policies
	act.Records
	rest.Records
	absences.Records
	agenda.Records
	calledoff.Records
	calls.Records
	cases.Records
	desk.Records
	file.Records
	home.Records
	mediation.Records
	notices.Records
	partner.Records
	person.Records
	plan.Records
	prints.Sheets
	readers.Records
	referrals.Records
	supervision.Records
	tasks.Records
	Condition
}

// Condition is how it stands with the database.
type Condition interface {
	// DeferredCount says how many accepted entries cannot be worked as they are.
	DeferredCount(ctx context.Context) (int, error)
	// Ping says whether Postgres answers.
	Ping(ctx context.Context) error
}
