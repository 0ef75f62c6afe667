// Package visits is how the API tells of visits at people's homes.
package visits

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/homevisit"
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
