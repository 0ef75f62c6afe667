// Package mediations is how the API tells of mediators who are asked of their providers.
package mediations

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/wire"
	"percorso/internal/care"
	"percorso/internal/mediation"
)

// Requests is what the API reads and writes of them. What a coordinator answers comes through
// a link of theirs, which is a page.
type Requests interface {
	Mediations(ctx context.Context, who care.Staff, over bool) ([]mediation.Request, error)
	Mediation(ctx context.Context, who care.Staff, id string) (mediation.Request, []mediation.Asked, error)
	Balances(ctx context.Context, who care.Staff) ([]mediation.Balance, error)
	AskMediator(ctx context.Context, who care.Staff, key string, f mediation.Form) (mediation.Request, error)
	AskNext(ctx context.Context, who care.Staff, id, seen, lot string) error
	AcceptProposal(ctx context.Context, who care.Staff, id string, seen time.Time) error
	CallOff(ctx context.Context, who care.Staff, id string, byProvider bool) (mediation.State, error)
	NoteHeld(ctx context.Context, who care.Staff, id string, minutes int) error
	NoteCall(ctx context.Context, who care.Staff, key string, f mediation.Form) (mediation.Request, error)
}

// MediationJSON is a mediator who is asked for. It names nobody who is helped.
type MediationJSON struct {
	ID            string          `json:"id"`
	AppointmentID string          `json:"appointment_id,omitempty" doc:"Left out: for a day and an hour alone"`
	Language      string          `json:"language"`
	Matter        string          `json:"matter,omitempty"`
	Place         string          `json:"place,omitempty"`
	Mode          string          `json:"mode" enum:"in_person,phone"`
	At            time.Time       `json:"at"`
	Until         time.Time       `json:"until"`
	State         mediation.State `json:"state" enum:"requested,proposed,confirmed,declined,done,cancelled,late"`
	Provider      string          `json:"provider" doc:"Code of who was asked last"`
	Lot           string          `json:"lot" doc:"Code of theirs that it is taken of"`
	AskedID       string          `json:"asked_id" doc:"Of how they were asked: what whoever asks another sends back as seen"`
	Mediator      string          `json:"mediator,omitempty" doc:"By name, where the provider gives one"`
	ProposedAt    *time.Time      `json:"proposed_at,omitempty" doc:"When the provider can instead"`
	FreeUntil     time.Time       `json:"free_until" doc:"Until when it is called off at no cost"`
	Minutes       int             `json:"minutes,omitempty" doc:"That the mediator was there"`
	Counted       int             `json:"counted,omitempty" doc:"Minutes that the lot is charged with"`
	Unsent        bool            `json:"unsent,omitempty" doc:"The mail to the provider came back"`
	Elsewhen      bool            `json:"elsewhen,omitempty" doc:"Its appointment is at another time"`
	Allowed       []mediation.Act `json:"allowed" nullable:"false" doc:"accept, ask, call_off, held: what may be done now; the first is what comes next"`
}

// MediatorAskedJSON is one provider who was asked.
type MediatorAskedJSON struct {
	Provider   string          `json:"provider"`
	Lot        string          `json:"lot"`
	At         time.Time       `json:"at"`
	Answer     mediation.State `json:"answer,omitempty" doc:"Left out: none yet"`
	AnsweredAt *time.Time      `json:"answered_at,omitempty"`
}

// OneMediationJSON is a request with who was asked.
type OneMediationJSON struct {
	MediationJSON
	Asked []MediatorAskedJSON `json:"asked" nullable:"false" doc:"The first first"`
}

// MediatorLotJSON is what is left of a provider's lot.
type MediatorLotJSON struct {
	Provider  string   `json:"provider"`
	Lot       string   `json:"lot"`
	Languages []string `json:"languages" nullable:"false"`
	Modes     []string `json:"modes" nullable:"false"`
	Total     int      `json:"total" doc:"Minutes that were bought"`
	Used      int      `json:"used" doc:"Held, or called off too late"`
	Promised  int      `json:"promised"`
	Left      int      `json:"left" doc:"That may still be promised"`
	Low       bool     `json:"low,omitempty" doc:"80 of a hundred are used: the supervisor is told"`
}

// MediatorCallJSON is a mediator who was rung up there and then.
type MediatorCallJSON struct {
	Language string `json:"language" maxLength:"35" doc:"BCP 47"`
	Matter   string `json:"matter,omitempty" maxLength:"100"`
	Minutes  int    `json:"minutes" doc:"That the talk lasted"`
	Lot      string `json:"lot" maxLength:"100"`
}

// MediationFormJSON asks for a mediator.
type MediationFormJSON struct {
	Language      string     `json:"language" maxLength:"35" doc:"BCP 47"`
	Matter        string     `json:"matter,omitempty" maxLength:"100"`
	Minutes       int        `json:"minutes" doc:"For how long the mediator is needed"`
	Lot           string     `json:"lot" maxLength:"100"`
	AppointmentID string     `json:"appointment_id,omitempty" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Whose hour it is; left out: at says when"`
	At            *time.Time `json:"at,omitempty"`
	Place         string     `json:"place,omitempty" maxLength:"200" doc:"The provider reads it: it names nobody. By telephone none is needed"`
	Mode          string     `json:"mode" enum:"in_person,phone"`
}

func (j MediatorCallJSON) form() mediation.Form {
	return mediation.Form{Language: j.Language, Matter: j.Matter, Minutes: j.Minutes, Lot: j.Lot}
}

func (j MediationFormJSON) form() mediation.Form {
	f := mediation.Form{Language: j.Language, Matter: j.Matter, Minutes: j.Minutes, Lot: j.Lot, Appointment: j.AppointmentID, Place: j.Place, Mode: j.Mode}
	if j.At != nil {
		f.At = *j.At
	}
	return f
}

// of converts, as it stands now.
func of(now time.Time) func(mediation.Request) MediationJSON {
	return func(r mediation.Request) MediationJSON {
		return MediationJSON{
			ID: r.ID, AppointmentID: r.Appointment, Language: r.Language, Matter: r.Matter, Place: r.Place, Mode: r.Mode, At: r.At, Until: r.Until, State: r.State, Provider: r.Provider, Lot: r.Lot,
			AskedID: r.Link, Mediator: r.Mediator, ProposedAt: r.ProposedAt, FreeUntil: r.CancelBy, Minutes: r.Used, Counted: r.Counted, Unsent: r.Unsent, Elsewhen: r.Elsewhen,
			Allowed: append([]mediation.Act{}, r.Acts(now)...),
		}
	}
}

func lotOf(b mediation.Balance) MediatorLotJSON {
	return MediatorLotJSON{
		Provider: b.Provider.Code, Lot: b.Lot.Code, Languages: b.Lot.Languages, Modes: b.Lot.Modes, Total: b.Total(), Used: b.Used, Promised: b.Held, Left: b.Left(), Low: b.Low(),
	}
}

// tag is where the operations stand in the API's description.
const tag = "case files"

func query(path, id, summary, description string) huma.Operation {
	return huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description}
}

func command(status int, path, id, summary, description string) huma.Operation {
	return huma.Operation{
		Method: http.MethodPost, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description, DefaultStatus: status, Errors: []int{http.StatusConflict},
	}
}

// Register adds the operations.
func Register(a wire.Operations, requests Requests, now func() time.Time) {
	one := func(ctx context.Context, who care.Staff, id string, err error) (*wire.Output[OneMediationJSON], error) {
		if err != nil {
			return nil, err
		}
		r, asked, err := requests.Mediation(ctx, who, id)
		j := OneMediationJSON{MediationJSON: of(now())(r), Asked: make([]MediatorAskedJSON, 0, len(asked))}
		for _, a := range asked {
			j.Asked = append(j.Asked, MediatorAskedJSON{a.Provider, a.Lot, a.At, a.Answer, a.Answered})
		}
		return wire.One(j, err, func(j OneMediationJSON) OneMediationJSON { return j })
	}
	wire.Register(a, query("/mediations", "list-mediations", "Mediators who are asked for", "The open ones, the next first; or those that were over in the last ninety days."),
		func(ctx context.Context, who care.Staff, in *struct {
			Over bool `query:"over" doc:"Those that are over"`
		}) (*wire.ListOutput[MediationJSON], error) {
			list, err := requests.Mediations(ctx, who, in.Over)
			return wire.Whole(list, err, of(now()))
		})
	wire.Register(a, query("/mediations/{id}", "get-mediation", "A mediator who is asked for", "With who was asked, and what they said."),
		func(ctx context.Context, who care.Staff, in *wire.IDInput) (*wire.Output[OneMediationJSON], error) {
			return one(ctx, who, in.ID, nil)
		})
	wire.Register(a, query("/mediation-lots", "list-mediation-lots", "What is left of the lots", "Of the providers of the zone, in minutes."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*wire.ListOutput[MediatorLotJSON], error) {
			list, err := requests.Balances(ctx, who)
			return wire.Whole(list, err, lotOf)
		})
	wire.Register(a, command(http.StatusCreated, "/mediations", "ask-mediator", "Ask a provider for a mediator",
		"Its coordinator gets a mail with a link, and sees language, place, day, hour and matter. lot_does_not_serve, lot_used_up, mediator_asked, appointment_not_open say why not."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.KeyInput
			Body MediationFormJSON
		}) (*wire.Output[OneMediationJSON], error) {
			r, err := requests.AskMediator(ctx, who, in.Key, in.Body.form())
			return one(ctx, who, r.ID, err)
		})
	wire.Register(a, command(http.StatusCreated, "/mediator-calls", "note-mediator-call", "Note that a mediator was rung up", "There and then, by telephone: the minutes count in the lot."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.KeyInput
			Body MediatorCallJSON
		}) (*wire.Output[OneMediationJSON], error) {
			r, err := requests.NoteCall(ctx, who, in.Key, in.Body.form())
			return one(ctx, who, r.ID, err)
		})
	wire.Register(a, command(http.StatusOK, "/mediations/{id}/next", "ask-next-mediator", "Ask another provider", "Where the one before has nobody, or says nothing: it is told. request_elsewhere: another was asked meanwhile."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.IDInput
			wire.KeyInput
			Body struct {
				Lot  string `json:"lot" maxLength:"100"`
				Seen string `json:"seen" maxLength:"100" doc:"asked_id of the one before"`
			}
		}) (*wire.Output[OneMediationJSON], error) {
			return one(ctx, who, in.ID, requests.AskNext(ctx, who, in.ID, in.Body.Seen, in.Body.Lot))
		})
	wire.Register(a, command(http.StatusOK, "/mediations/{id}/accept", "accept-mediation-proposal", "Take the time that the provider proposes", "The provider is told. mediator_twice, lot_parallel: nobody is free then any more."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.IDInput
			wire.KeyInput
			Body struct {
				ProposedAt time.Time `json:"proposed_at" doc:"As it was seen: the provider may have proposed another one meanwhile"`
			}
		}) (*wire.Output[OneMediationJSON], error) {
			return one(ctx, who, in.ID, requests.AcceptProposal(ctx, who, in.ID, in.Body.ProposedAt))
		})
	wire.Register(a, command(http.StatusOK, "/mediations/{id}/cancel", "cancel-mediation", "Call a mediator off", "At no cost until free_until, or where the provider cannot; later it counts as if it had been held."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.IDInput
			wire.KeyInput
			Body struct {
				By string `json:"by" enum:"us,provider" doc:"us: also for the person"`
			}
		}) (*wire.Output[OneMediationJSON], error) {
			_, err := requests.CallOff(ctx, who, in.ID, in.Body.By == "provider")
			return one(ctx, who, in.ID, err)
		})
	wire.Register(a, command(http.StatusOK, "/mediations/{id}/done", "note-mediation-done", "Say how long the mediator was there", "From its hour on. The minutes count in the lot, in whole units."),
		func(ctx context.Context, who care.Staff, in *struct {
			wire.IDInput
			wire.KeyInput
			Body struct {
				Minutes int `json:"minutes"`
			}
		}) (*wire.Output[OneMediationJSON], error) {
			return one(ctx, who, in.ID, requests.NoteHeld(ctx, who, in.ID, in.Body.Minutes))
		})
}
