// Package off calls off days of a service, over the API.
package off

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/counter"
	"percorso/api/rest/wire"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/expected"
)

// Records is what the API reads and writes of days that are called off.
type Records interface {
	Proposal(ctx context.Context, s care.Staff, form calledoff.Form) ([]expected.Visit, error)
	CallOff(ctx context.Context, s care.Staff, key string, form calledoff.Form) (string, error)
	CalledOffDays(ctx context.Context, s care.Staff) ([]calledoff.Entry, error)
	CalledOffDay(ctx context.Context, s care.Staff, id string) (calledoff.Entry, []calledoff.Person, error)
	Tried(ctx context.Context, s care.Staff, id, appointment, try, seen string) error
	TakeBack(ctx context.Context, s care.Staff, id string) error
}

// CalledOffJSON is days on which a service receives nobody.
type CalledOffJSON struct {
	ID       string     `json:"id"`
	Service  string     `json:"service"`
	First    care.Date  `json:"first" format:"date"`
	Last     care.Date  `json:"last" format:"date" doc:"Included"`
	Reason   string     `json:"reason"`
	Note     string     `json:"note,omitempty" doc:"For colleagues"`
	ByName   string     `json:"by_name" doc:"Who called them off"`
	At       time.Time  `json:"at"`
	BackFrom *care.Date `json:"back_from,omitempty" format:"date" doc:"From this day on the service receives again; not there: on none of them"`
	ToTell   int        `json:"to_tell" doc:"People who were expected and whom nobody has reached, of those whom the caller may know of"`
	Told     int        `json:"told"`
}

// ToTellJSON is somebody who was expected then.
type ToTellJSON struct {
	Appointment counter.AppointmentJSON `json:"appointment"`
	Try         string                  `json:"outcome,omitempty" enum:"reached,not_reached" doc:"How it went to tell them; not there: nobody has tried"`
	TriedBy     string                  `json:"tried_by,omitempty"`
	TriedAt     *time.Time              `json:"tried_at,omitempty"`
	Seen        string                  `json:"seen" doc:"What whoever says more sends back"`
}

// CalledOffDaysJSON is days that are called off, with whom that concerns.
type CalledOffDaysJSON struct {
	CalledOffJSON
	People []ToTellJSON `json:"people" nullable:"false" doc:"Of whom the caller may know, in the order of their times"`
}

// CallOffInput says which days are called off, and why.
type CallOffInput struct {
	Service string     `json:"service" pattern:"^[a-z][a-z0-9_-]{0,99}$" doc:"Code of a service"`
	First   *care.Date `json:"first" format:"date"`
	Last    *care.Date `json:"last" format:"date" doc:"Included"`
	Reason  string     `json:"reason" enum:"staff,premises,strike,training,emergency,other" doc:"Never why somebody of the staff is away"`
	Note    string     `json:"note,omitempty" maxLength:"4000" doc:"For colleagues"`
}

// ToldInput says how it went to tell somebody.
type ToldInput struct {
	Outcome string `json:"outcome" enum:"reached,not_reached"`
	Seen    string `json:"seen,omitempty" maxLength:"100" doc:"As the person's row said it: where a colleague has said otherwise meanwhile it is refused"`
}

func of(e calledoff.Entry) CalledOffJSON {
	j := CalledOffJSON{
		ID: e.ID, Service: e.Service, First: *care.DateOf(e.First), Last: *care.DateOf(e.Last), Reason: e.Reason, Note: e.Note, ByName: e.ByName, At: e.At, ToTell: e.ToTell, Told: e.Told,
	}
	if e.Back != nil {
		j.BackFrom = care.DateOf(*e.Back)
	}
	return j
}

const tag = "case files"

// Register adds the operations.
func Register(a wire.Operations, records Records) {
	day := func(ctx context.Context, who care.Staff, id string) (*wire.Output[CalledOffDaysJSON], error) {
		e, people, err := records.CalledOffDay(ctx, who, id)
		return wire.One(CalledOffDaysJSON{CalledOffJSON: of(e), People: peopleOf(people)}, err, func(d CalledOffDaysJSON) CalledOffDaysJSON { return d })
	}
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/called-off-days", OperationID: "list-called-off-days", Tags: []string{tag}, Summary: "Days on which a service receives nobody",
		Description: "Of the caller's zone: those that are now and to come, and those of the last fourteen days.",
	}, func(ctx context.Context, who care.Staff, _ *struct{}) (*wire.ListOutput[CalledOffJSON], error) {
		list, err := records.CalledOffDays(ctx, who)
		return wire.Whole(list, err, of)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/called-off-days/{id}", OperationID: "get-called-off-days", Tags: []string{tag}, Summary: "Days that are called off, with whom to tell",
		Description: "Each of whom the caller may know who was expected then, and whether somebody has reached them. The reading is audited.",
	}, func(ctx context.Context, who care.Staff, in *wire.IDInput) (*wire.Output[CalledOffDaysJSON], error) {
		return day(ctx, who, in.ID)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/called-off-proposal", OperationID: "propose-called-off-days", Tags: []string{tag}, Summary: "Who would have no place any more",
		Description: "Were these days called off: by the zone's supervisor, or by who has the service's role in its agency. Nothing is changed by it. The reading is audited.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		Service string    `query:"service" required:"true" pattern:"^[a-z][a-z0-9_-]{0,99}$" doc:"Code of a service"`
		First   time.Time `query:"first" required:"true" timeFormat:"2006-01-02" doc:"First day"`
		Last    time.Time `query:"last" required:"true" timeFormat:"2006-01-02" doc:"Last day, included"`
	}) (*wire.ListOutput[counter.AppointmentJSON], error) {
		list, err := records.Proposal(ctx, who, calledoff.Form{Service: in.Service, First: care.DateOf(in.First), Last: care.DateOf(in.Last)})
		return wire.Whole(list, err, func(v expected.Visit) counter.AppointmentJSON { return counter.AppointmentOf(v.Appointment) })
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodPost, Path: "/called-off-days", OperationID: "call-off-days", Tags: []string{tag}, Summary: "Call off days of a service",
		Description:   "They offer no place any more, and everybody who is expected then is cancelled by the service. being_fixed_then: somebody fixes an appointment there at this moment.",
		DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.KeyInput
		Body CallOffInput
	}) (*wire.Output[CalledOffDaysJSON], error) {
		id, err := records.CallOff(ctx, who, in.Key, calledoff.Form{Service: in.Body.Service, First: in.Body.First, Last: in.Body.Last, Reason: in.Body.Reason, Note: in.Body.Note})
		if err != nil {
			return nil, err
		}
		return day(ctx, who, id)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/called-off-days/{id}", OperationID: "take-back-called-off-days", Tags: []string{tag}, Summary: "Take called off days back",
		Description: "On those that are to come the service receives again. Who was cancelled stays so.", DefaultStatus: http.StatusNoContent, Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *wire.IDInput) (*struct{}, error) {
		return nil, records.TakeBack(ctx, who, in.ID)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodPut, Path: "/called-off-days/{id}/people/{appointment}", OperationID: "tell-of-called-off-days", Tags: []string{tag}, Summary: "Say how it went to tell somebody",
		Description: "By whoever sees the appointment.", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		Appointment string `path:"appointment" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Its id"`
		Body        ToldInput
	}) (*struct{}, error) {
		return nil, records.Tried(ctx, who, in.ID, in.Appointment, in.Body.Outcome, in.Body.Seen)
	})
}

func peopleOf(list []calledoff.Person) []ToTellJSON {
	people := make([]ToTellJSON, 0, len(list))
	for _, p := range list {
		people = append(people, ToTellJSON{counter.AppointmentOf(p.Appointment), p.Try, p.ByName, p.Tried, p.Seen()})
	}
	return people
}
