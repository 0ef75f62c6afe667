package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/internal/absence"
	"percorso/internal/care"
)

// Absences is what the API reads and writes of who is away.
type Absences interface {
	Absences(ctx context.Context, s care.Staff) ([]absence.Entry, error)
	EnterAbsence(ctx context.Context, s care.Staff, key, of string, form absence.Days) (absence.Entry, error)
	ChangeAbsence(ctx context.Context, s care.Staff, id string, form absence.Days) (absence.Entry, error)
	EndAbsence(ctx context.Context, s care.Staff, id string) error
}

type absenceJSON struct {
	ID             string    `json:"id"`
	StaffID        string    `json:"staff_id" doc:"Who is away"`
	Name           string    `json:"name"`
	Role           care.Role `json:"role"`
	Agency         string    `json:"agency"`
	First          care.Date `json:"first" format:"date"`
	Last           care.Date `json:"last" format:"date" doc:"Included: on the next day they are back"`
	SubstituteID   string    `json:"substitute_id,omitempty" doc:"Who works their tasks meanwhile; not there: whoever has the role"`
	SubstituteName string    `json:"substitute_name,omitempty"`
}

func absenceOf(a absence.Entry) absenceJSON {
	return absenceJSON{a.ID, a.StaffID, a.Name, a.Role, a.Agency, *care.DateOf(a.First), *care.DateOf(a.Last), a.SubstituteID, a.SubstituteName}
}

// NewAbsence says who is away besides when. It is exported since huma embeds no other.
type NewAbsence struct {
	absence.Days
	StaffID string `json:"staff_id,omitempty" doc:"Who is away, where a supervisor enters it; left out: the caller"`
}

func registerAbsences(a *API) {
	register(a, query("/absences", "list-absences", tagMachine, "Who is away, now and to come",
		"The caller's own absences and those in which they stand in for somebody; a supervisor's of the whole zone. Nobody is told of what is over, nor why anybody is away."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[absenceJSON], error) {
			list, err := a.records.Absences(ctx, who)
			return whole(list, err, absenceOf)
		})
	enter := command("/absences", "enter-absence", tagMachine, "Enter an absence",
		"Of the caller, or of somebody of the zone where a supervisor asks. Meanwhile the substitute works the tasks that they hold, in their place; without one whoever has the role does.")
	enter.DefaultStatus, enter.Responses = http.StatusCreated, nil
	register(a, enter, func(ctx context.Context, who care.Staff, in *struct {
		KeyInput
		Body NewAbsence
	}) (*output[absenceJSON], error) {
		entered, err := a.records.EnterAbsence(ctx, who, in.Key, in.Body.StaffID, in.Body.Days)
		return one(entered, err, absenceOf)
	})
	register(a, huma.Operation{
		Method: http.MethodPut, Path: "/absences/{id}", OperationID: "change-absence", Tags: []string{tagMachine}, Summary: "Change an absence",
		Description: "Its days and its substitute, from now on.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		Body absence.Days
	}) (*output[absenceJSON], error) {
		changed, err := a.records.ChangeAbsence(ctx, who, in.ID, in.Body)
		return one(changed, err, absenceOf)
	})
	register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/absences/{id}", OperationID: "end-absence", Tags: []string{tagMachine}, Summary: "End an absence",
		Description: "At once, or call it off. Nothing of it is kept.", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, who care.Staff, in *IDInput) (*struct{}, error) {
		return nil, a.records.EndAbsence(ctx, who, in.ID)
	})
}
