// Package prints is what people put on paper: the summary of a case, a plan to be signed, a
// referral as it was sent, the list of a day.
//
// Example: a social worker takes the summary to a meeting where there is no screen. It has
// what the case's pages show her, and of what others wrote for their own circle author and
// day; that she made it is a line of the audit.
package prints

import (
	"context"
	"time"

	"percorso/api/pages/room"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
	"percorso/internal/together"
	"percorso/internal/written"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records  Records
	Visits   Visits
	Together Together
}

// Visits is who visits people at home.
type Visits interface {
	// VisitsOf are those of some appointments that are visits at home.
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
}

// Together says who takes part in appointments besides.
type Together interface {
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// WrittenIn lists the records of a case, of a kind or of all, the newest first.
	WrittenIn(ctx context.Context, s care.Staff, caseID string, kind written.Kind, p ledger.Paging) (ledger.Page[ledger.Record], error)
	// Plans lists the versions of a case's plan, the latest first.
	Plans(ctx context.Context, s care.Staff, caseID string) ([]ledger.Plan, error)
	Equipe(ctx context.Context, s care.Staff, run string) (ledger.Equipe, error)
	Referral(ctx context.Context, s care.Staff, id string) (ledger.Referral, error)
	Sheets
}

// Sheets is what is kept of what is put on paper.
type Sheets interface {
	// Printed notes that what the caller has just read of a case is put on paper.
	Printed(ctx context.Context, s care.Staff, what ledger.Reading, caseID string) error
	// DayOf lists the appointments of a day that stand or took place, of a service or of all,
	// and notes that they are put on paper. For the door nobody is named, and no protected
	// person is there.
	DayOf(ctx context.Context, s care.Staff, from, to time.Time, service string, door bool) ([]expected.Visit, error)
	// Beyond are those of some appointments that have a place although there was none.
	Beyond(ctx context.Context, s care.Staff, appointments []string) ([]agenda.Given, error)
}
