// Package attending is how the API tells who takes part in appointments.
package attending

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/wire"
	"percorso/internal/care"
	"percorso/internal/together"
	"percorso/internal/written"
)

// Kept is what the API reads and writes of them.
type Kept interface {
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
	Beside(ctx context.Context, who care.Staff, appointments []string) ([]together.Beside, error)
	MayAttend(ctx context.Context, who care.Staff, appointment string) ([]together.Professional, error)
	Organizes(ctx context.Context, who care.Staff, appointment string) (bool, error)
	Outcomes(ctx context.Context, who care.Staff, appointments []string) ([]together.Part, error)
	Vacancies(ctx context.Context, who care.Staff) ([]together.Vacancy, error)
	AddParticipant(ctx context.Context, who care.Staff, key, appointment, staff string) error
	EndParticipant(ctx context.Context, who care.Staff, appointment, id, why string) error
	SayOutcome(ctx context.Context, who care.Staff, appointment string, said together.Outcome) error
}

// ParticipantJSON is a professional who takes part, or did.
type ParticipantJSON struct {
	ID        string       `json:"id"`
	StaffID   string       `json:"staff_id"`
	Name      string       `json:"name"`
	Role      care.Role    `json:"role"`
	Agency    string       `json:"agency"`
	AddedBy   string       `json:"added_by" doc:"By name"`
	EndedBy   string       `json:"ended_by,omitempty" doc:"By name; not there while they take part"`
	EndedAt   *time.Time   `json:"ended_at,omitempty"`
	Why       string       `json:"why,omitempty"`
	Uncovered together.Gap `json:"uncovered,omitempty" doc:"Why their part has nobody: away, called_off or no_part"`
}

// MayAttendJSON is somebody who may be asked to take part.
type MayAttendJSON struct {
	StaffID string    `json:"staff_id"`
	Name    string    `json:"name"`
	Role    care.Role `json:"role"`
	Agency  string    `json:"agency"`
}

// BesideJSON is another person who is expected at the same place.
type BesideJSON struct {
	AppointmentID string `json:"appointment_id" doc:"Theirs"`
	CaseFileID    string `json:"case_file_id"`
	CaseNumber    string `json:"case_number,omitempty"`
	Person        string `json:"person,omitempty"`
}

// AgencyPartJSON is what an agency says of its part.
type AgencyPartJSON struct {
	Agency string         `json:"agency"`
	Held   bool           `json:"held"`
	Note   string         `json:"note,omitempty" doc:"Not there where it is not for the caller"`
	Circle written.Circle `json:"circle" doc:"Who reads the note"`
	By     string         `json:"by"`
	At     time.Time      `json:"at"`
}

// VacancyJSON is something to come that was planned for somebody who is away then.
type VacancyJSON struct {
	AppointmentID string      `json:"appointment_id"`
	At            time.Time   `json:"at"`
	Name          string      `json:"name" doc:"Of who is away"`
	As            together.As `json:"as" doc:"goes (on a visit at home), knows (about it) or takes_part"`
}

// AddParticipantJSON is who is to take part.
type AddParticipantJSON struct {
	Staff string `json:"staff" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Id of one of those who may"`
}

// SayPartJSON is what the caller's agency says of its part.
type SayPartJSON struct {
	Held   *bool          `json:"held"`
	Note   string         `json:"note,omitempty" maxLength:"4000"`
	Circle written.Circle `json:"circle" enum:"agency,equipe,case" doc:"Who reads the note"`
}

const tag = "case files"

// Register adds the operations of who takes part in appointments.
func Register(a wire.Operations, kept Kept) {
	listed(a, kept, "/appointments/{id}/participants", "list-participants", "Professionals who take part in an appointment", "Beside whom the person comes to; who was taken out as well.",
		func(ctx context.Context, who care.Staff, id string) ([]together.Participant, error) {
			return kept.Participants(ctx, who, []string{id})
		},
		func(p together.Participant) ParticipantJSON {
			return ParticipantJSON{ID: p.ID, StaffID: p.Staff, Name: p.Name, Role: p.Role, Agency: p.Agency, AddedBy: p.AddedBy, EndedBy: p.EndedBy, EndedAt: p.EndedAt, Why: p.Why, Uncovered: p.Uncovered}
		})
	listed(a, kept, "/appointments/{id}/may-attend", "list-who-may-attend", "Professionals who may be added to an appointment", "Of each agency that has a part in the case.",
		func(ctx context.Context, who care.Staff, id string) ([]together.Professional, error) {
			return kept.MayAttend(ctx, who, id)
		},
		func(p together.Professional) MayAttendJSON {
			return MayAttendJSON{StaffID: p.ID, Name: p.Name, Role: p.Role, Agency: p.Agency}
		})
	listed(a, kept, "/appointments/{id}/beside", "list-persons-beside", "Other persons who are expected at the place of an appointment", "Those whose appointments the caller sees: of others nothing is said. Each was booked, or moved, with joins. The read is recorded.",
		func(ctx context.Context, who care.Staff, id string) ([]together.Beside, error) {
			return kept.Beside(ctx, who, []string{id})
		},
		func(b together.Beside) BesideJSON {
			return BesideJSON{AppointmentID: b.Other, CaseFileID: b.CaseID, CaseNumber: b.Number, Person: b.Person}
		})
	listed(a, kept, "/appointments/{id}/parts", "list-parts", "What each agency says of its part in an appointment", "Once the hour has been.",
		func(ctx context.Context, who care.Staff, id string) ([]together.Part, error) {
			return kept.Outcomes(ctx, who, []string{id})
		},
		func(p together.Part) AgencyPartJSON {
			return AgencyPartJSON{Agency: p.Agency, Held: p.Held, Note: p.Note, Circle: p.Circle, By: p.ByName, At: p.At}
		})
	wire.Register(a, huma.Operation{
		Method: http.MethodGet, Path: "/vacancies", OperationID: "list-vacancies", Tags: []string{tag}, Summary: "What is to come and was planned for somebody who is away then",
		Description: "Visits at home that the caller planned, for a supervisor all of them, and parts of appointments for which the caller added somebody.",
	},
		func(ctx context.Context, who care.Staff, _ *struct{}) (*wire.ListOutput[VacancyJSON], error) {
			list, err := kept.Vacancies(ctx, who)
			return wire.Whole(list, err, func(v together.Vacancy) VacancyJSON { return VacancyJSON{v.Appointment, v.At, v.Name, v.As} })
		})
	wire.Register(a, huma.Operation{
		Method: http.MethodPost, Path: "/appointments/{id}/participants", OperationID: "add-participant", Tags: []string{tag}, Summary: "Add a professional to an appointment", DefaultStatus: http.StatusNoContent,
		Description: "Who organizes it adds one of those who may attend, and they are told by mail. professional_elsewhere, professional_meets, professional_away, professional_off, takes_part_already say why not.", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		wire.KeyInput
		Body AddParticipantJSON
	}) (*struct{}, error) {
		return nil, kept.AddParticipant(ctx, who, in.Key, in.ID, in.Body.Staff)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/appointments/{id}/participants/{participant}", OperationID: "end-participant", Tags: []string{tag}, Summary: "Take a professional out of an appointment", DefaultStatus: http.StatusNoContent,
		Description: "Who organizes it any of them, and each themselves, until its hour. Who did it and why stays.", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		Participant string `path:"participant" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Id of one who takes part"`
		Why         string `query:"why" required:"true" enum:"cannot_come,somebody_else,not_needed,by_mistake"`
	}) (*struct{}, error) {
		return nil, kept.EndParticipant(ctx, who, in.ID, in.Participant, in.Why)
	})
	wire.Register(a, huma.Operation{
		Method: http.MethodPut, Path: "/appointments/{id}/part", OperationID: "say-part", Tags: []string{tag}, Summary: "Say what became of the part of the caller's agency", DefaultStatus: http.StatusNoContent,
		Description: "Once, from the hour of the appointment on. Whether the person came is said in the task of whoever receives them.", Errors: []int{http.StatusConflict},
	}, func(ctx context.Context, who care.Staff, in *struct {
		wire.IDInput
		Body SayPartJSON
	}) (*struct{}, error) {
		return nil, kept.SayOutcome(ctx, who, in.ID, together.Outcome{Held: in.Body.Held, Note: in.Body.Note, Circle: in.Body.Circle})
	})
}

// listed adds a list of an appointment that the caller sees.
func listed[R, T any](a wire.Operations, kept Kept, path, id, summary, description string, read func(context.Context, care.Staff, string) ([]R, error), convert func(R) T) {
	wire.Register(a, huma.Operation{Method: http.MethodGet, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary, Description: description},
		func(ctx context.Context, who care.Staff, in *wire.IDInput) (*wire.ListOutput[T], error) {
			if _, err := kept.Organizes(ctx, who, in.ID); err != nil {
				return nil, err
			}
			list, err := read(ctx, who, in.ID)
			return wire.Whole(list, err, convert)
		})
}
