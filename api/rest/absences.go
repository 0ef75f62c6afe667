package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/away"
	"percorso/internal/absence"
	"percorso/internal/care"
)

func registerAbsences(a *API) {
	register(a, query("/absences", "list-absences", tagMachine, "Who is away, now and to come",
		"The caller's own absences and those in which they stand in for somebody; a supervisor's of the whole zone. Nobody is told of what is over, nor why anybody is away."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[away.AbsenceJSON], error) {
			list, err := a.records.Absences(ctx, who)
			return whole(list, err, away.Of)
		})
	register(a, answers(201, command("/absences", "enter-absence", tagMachine, "Enter an absence",
		"Of the caller, or of somebody of the zone where a supervisor asks. Meanwhile the substitute works the tasks that they hold, in their place; without one whoever has the role does.")), func(ctx context.Context, who care.Staff, in *struct {
		KeyInput
		Body away.NewAbsence
	}) (*output[away.AbsenceJSON], error) {
		entered, err := a.records.EnterAbsence(ctx, who, in.Key, in.Body.StaffID, in.Body.Days)
		return one(entered, err, away.Of)
	})
	register(a, huma.Operation{
		Method: http.MethodPut, Path: "/absences/{id}", OperationID: "change-absence", Tags: []string{tagMachine}, Summary: "Change an absence",
		Description: "Its days and its substitute, from now on.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		Body absence.Days
	}) (*output[away.AbsenceJSON], error) {
		changed, err := a.records.ChangeAbsence(ctx, who, in.ID, in.Body)
		return one(changed, err, away.Of)
	})
	register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/absences/{id}", OperationID: "end-absence", Tags: []string{tagMachine}, Summary: "End an absence",
		Description: "At once, or call it off. Nothing of it is kept.", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, who care.Staff, in *away.Ending) (*struct{}, error) {
		return nil, a.records.EndAbsence(ctx, who, in.ID, in.Seen)
	})
}
