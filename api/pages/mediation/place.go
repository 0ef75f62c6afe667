// Package mediation is where mediators are asked for, and where their coordinators answer.
package mediation

import (
	"context"
	"time"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Guard    *access.Guard
	Links    *access.Links
	Records  Records
	Requests Requests
}

// Records is what the pages read besides, as whoever asks.
type Records interface {
	parts.Files
	Appointments(ctx context.Context, s care.Staff, f ledger.AppointmentFilter, p ledger.Paging) (ledger.Page[ledger.Appointment], error)
}

// Requests is where the requests are kept, and what is left of the lots.
type Requests interface {
	Mediations(ctx context.Context, who care.Staff, over bool) ([]mediation.Request, error)
	Mediation(ctx context.Context, who care.Staff, id string) (mediation.Request, []mediation.Asked, error)
	// MediationFor is the open request for an appointment; nil: there is none.
	MediationFor(ctx context.Context, who care.Staff, appointment string) (*mediation.Request, error)
	Balances(ctx context.Context, who care.Staff) ([]mediation.Balance, error)

	AskMediator(ctx context.Context, who care.Staff, key string, f mediation.Form) (mediation.Request, error)
	// AskNext asks another provider, unless another than the one whose link was seen was asked meanwhile.
	AskNext(ctx context.Context, who care.Staff, id, seen, lot string) error
	AcceptProposal(ctx context.Context, who care.Staff, id string, seen time.Time) error
	CallOff(ctx context.Context, who care.Staff, id string, byProvider bool) (mediation.State, error)
	NoteHeld(ctx context.Context, who care.Staff, id string, minutes int) error
	// NoteCall keeps that a mediator was rung up there and then.
	NoteCall(ctx context.Context, who care.Staff, key string, f mediation.Form) (mediation.Request, error)

	// MediationByLink is what a coordinator's link shows; nil: another one was asked since.
	MediationByLink(ctx context.Context, link string) (*mediation.Request, mediation.Asked, error)
	Answer(ctx context.Context, link string, a mediation.Answer) (mediation.Request, error)
}
