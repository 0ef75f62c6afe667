// Package home is where people arrive.
package home

import (
	"context"
	"time"

	"percorso/api/access"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/room"
	"percorso/api/rest/waiting"
	"percorso/internal/absence"
	"percorso/internal/agenda"
	"percorso/internal/board"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/critical"
	"percorso/internal/expected"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/queue"
	"percorso/internal/together"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Guard     *access.Guard
	Records   Records
	Promises  promised.Records
	Mediators Mediators
	Numbers   Numbers
	Consults  Consults
	Waiting   waiting.Records
	Visits    Visits
	Home      func(care.Role) string
	Together  Together
}

// Together says who takes part in appointments besides.
type Together interface {
	// Vacancies are what is to come and was planned for somebody who is away then.
	Vacancies(ctx context.Context, who care.Staff) ([]together.Vacancy, error)
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
	// Meetings are those of équipes in which somebody sits in a stretch.
	Meetings(ctx context.Context, who care.Staff, of string, from, to time.Time) ([]together.Meeting, error)
}

// Numbers is who came to a desk without an appointment.
type Numbers interface {
	Numbers(ctx context.Context, who care.Staff) ([]queue.Ticket, error)
}

// Consults is who is called to a desk at once.
type Consults interface {
	Calls(ctx context.Context, who care.Staff) ([]consult.Call, error)
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
	// Displaced is who is expected at an hour at which their service receives nobody any more.
	Displaced(ctx context.Context, s care.Staff) ([]expected.Visit, error)
	// WatchedDates lists the days until another after which something is lost, that the caller watches.
	WatchedDates(ctx context.Context, s care.Staff, until time.Time) ([]critical.Watched, error)
	// ToConfirm lists the mistakes that wait for the caller to confirm them.
	ToConfirm(ctx context.Context, s care.Staff) ([]ledger.Notice, error)
	Monday
	Referrals(ctx context.Context, s care.Staff, f ledger.ReferralFilter, p ledger.Paging) (ledger.Page[ledger.Referral], error)
}

// Mediators is where those are kept who are asked for.
type Mediators interface {
	Mediations(ctx context.Context, who care.Staff, over bool) ([]mediation.Request, error)
	Balances(ctx context.Context, who care.Staff) ([]mediation.Balance, error)
}

// Monday is what a supervisor's board is made from besides.
type Monday interface {
	Board(ctx context.Context, s care.Staff, there *time.Location, most int, of ...board.List) (map[board.List][]board.Row, error)
	Colleagues(ctx context.Context, s care.Staff) ([]care.Staff, error)
	// CalledOffDays lists the days on which services receive nobody, with how many are to be told.
	CalledOffDays(ctx context.Context, s care.Staff) ([]calledoff.Entry, error)
	// Returned lists the members of the zone whose mail comes back.
	Returned(ctx context.Context, s care.Staff) ([]ledger.Returned, error)
	// Offers are the first free places of a service of the caller's zone, from a time on.
	Offers(ctx context.Context, s care.Staff, service string, from time.Time, most int) ([]agenda.Slot, error)
}
