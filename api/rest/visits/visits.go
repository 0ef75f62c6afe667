// Package visits is how the API tells of visits at people's homes.
package visits

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/wire"
	"percorso/internal/care"
	"percorso/internal/homevisit"
	"percorso/internal/ledger"
)

// Visits is what the API reads and writes of them.
type Visits interface {
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
	Watched(ctx context.Context, who care.Staff) ([]homevisit.Visit, error)
	Plan(ctx context.Context, who care.Staff, appointment string, f homevisit.Going) error
	Drop(ctx context.Context, who care.Staff, appointment string, seen int) error
	Returned(ctx context.Context, who care.Staff, appointment string, a homevisit.Answer) error
}

// VisitJSON is a visit at the home of a person.
type VisitJSON struct {
	AppointmentID string          `json:"appointment_id"`
	Version       int             `json:"version"`
	CaseFileID    string          `json:"case_file_id,omitempty" doc:"Not there where the caller may know nothing of the person; then neither number, person, alone nor address are"`
	CaseNumber    string          `json:"case_number,omitempty"`
	Person        string          `json:"person,omitempty"`
	Address       string          `json:"address,omitempty" doc:"Where it is: the domicile unless another was given"`
	Goes          []VisitorJSON   `json:"goes" nullable:"false" doc:"One or two"`
	Alone         string          `json:"alone,omitempty" doc:"Why one goes alone"`
	Knows         VisitorJSON     `json:"knows" doc:"Who knows about it and does not go"`
	Phone         string          `json:"phone" doc:"By which number those who go are reached"`
	At            time.Time       `json:"at"`
	Until         time.Time       `json:"until"`
	AskedAt       time.Time       `json:"asked_at" doc:"When those who go are asked whether they are back"`
	AlarmAt       time.Time       `json:"alarm_at" doc:"When the supervisors, and who knows, are told that nobody answered"`
	State         homevisit.State `json:"state" doc:"ahead, out, asked, unanswered or returned"`
}

// VisitorJSON is a member of staff in a visit.
type VisitorJSON struct {
	StaffID string     `json:"staff_id"`
	Name    string     `json:"name"`
	BackAt  *time.Time `json:"back_at,omitempty" doc:"When it was said that they are back"`
}

// ReturnJSON is who is back.
type ReturnJSON struct {
	Answer homevisit.Answer `json:"answer" enum:"me,all"`
}

// Of converts, as it stands now.
func Of(now time.Time) func(homevisit.Visit) VisitJSON {
	return func(v homevisit.Visit) VisitJSON {
		j := VisitJSON{
			AppointmentID: v.Appointment, Version: v.Version, CaseFileID: v.CaseID, CaseNumber: v.Number, Person: v.Person, Address: v.Where(), Goes: []VisitorJSON{{v.First, v.FirstName, v.FirstBack}},
			Alone: v.Alone, Knows: VisitorJSON{StaffID: v.Knows, Name: v.KnowsName}, Phone: v.Phone, At: v.At, Until: v.Until, AskedAt: v.AskAt, AlarmAt: v.AlarmAt, State: v.State(now),
		}
		if v.Second != "" {
			j.Goes = append(j.Goes, VisitorJSON{v.Second, v.SecondName, v.SecondBack})
		}
		return j
	}
}

// Cases is what the API reads of the case whose visits are asked for.
type Cases interface {
	CaseFile(ctx context.Context, who care.Staff, id string) (ledger.Case, error)
}

// tag is where the operations stand in the API's description.
const tag = "case files"

// Register adds the operations of visits at home.
func Register(a wire.Operations, cases Cases, visits Visits, now func() time.Time) {
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/home-visits", OperationID: "list-home-visits", Tags: []string{tag}, Summary: "Visits at home that concern the caller", Description: "Of the next fourteen days, until everybody is back: those that they go on or know about, and for a supervisor those of which nobody answers. The read is recorded.",
	},
		func(ctx context.Context, who care.Staff, _ *struct{}) (*wire.ListOutput[VisitJSON], error) {
			list, err := visits.Watched(ctx, who)
			return wire.Whole(list, err, Of(now()))
		})
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/case-files/{id}/home-visits", OperationID: "list-home-visits-of-case", Tags: []string{tag}, Summary: "Visits at home of a case", Description: "Of its appointments that are visits. The read is recorded.",
	},
		func(ctx context.Context, who care.Staff, in *wire.IDInput) (*wire.ListOutput[VisitJSON], error) {
			file, err := cases.CaseFile(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			ids := make([]string, len(file.Appointments))
			for i, of := range file.Appointments {
				ids[i] = of.ID
			}
			list, err := visits.VisitsOf(ctx, who, ids)
			return wire.Whole(list, err, Of(now()))
		})
	wire.Register(a, huma.Operation{
		Method: http.MethodPut, Path: "/appointments/{id}/home-visit", OperationID: "plan-home-visit", Tags: []string{tag}, Summary: "Make an appointment a visit at home", DefaultStatus: http.StatusNoContent,
		Description: "Or change who goes: then seen is the version that the caller saw. Two go, or one with a reason; visits_elsewhere, away_that_day, goes_twice, not_a_visitor, knower_goes say why not.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		Body homevisit.Going
	}) (*struct{}, error) {
		return nil, visits.Plan(ctx, who, in.ID, in.Body)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/appointments/{id}/home-visit", OperationID: "drop-home-visit", Tags: []string{tag}, Summary: "Make a visit at home an appointment like any other", DefaultStatus: http.StatusNoContent,
		Description: "The appointment stays.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		Seen int `query:"seen" doc:"The version that the caller has seen"`
	}) (*struct{}, error) {
		return nil, visits.Drop(ctx, who, in.ID, in.Seen)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodPost, Path: "/appointments/{id}/return", OperationID: "return-from-home-visit", Tags: []string{tag}, Summary: "Say who is back from a visit at home", DefaultStatus: http.StatusNoContent,
		Description: "me, or all: one for both. Who knows about the visit says it of all, and so does a supervisor once nobody answers.", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		wire.KeyInput
		Body ReturnJSON
	}) (*struct{}, error) {
		return nil, visits.Returned(ctx, who, in.ID, in.Body.Answer)
	})
}
