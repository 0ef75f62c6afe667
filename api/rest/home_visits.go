package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/visits"
	"percorso/internal/care"
	"percorso/internal/homevisit"
)

func registerHomeVisits(a *API) {
	register(a, query("/home-visits", "list-home-visits", tagCases, "Visits at home that concern the caller",
		"Of the next fourteen days, until everybody is back: those that they go on or know about, and for a supervisor those of which nobody answers. The read is recorded."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[visits.VisitJSON], error) {
			list, err := a.visits.Watched(ctx, who)
			return whole(list, err, visits.Of(a.now()))
		})
	register(a, query("/case-files/{id}/home-visits", "list-home-visits-of-case", tagCases, "Visits at home of a case", "Of its appointments that are visits. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[visits.VisitJSON], error) {
			file, err := a.records.CaseFile(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			ids := make([]string, len(file.Appointments))
			for i, of := range file.Appointments {
				ids[i] = of.ID
			}
			list, err := a.visits.VisitsOf(ctx, who, ids)
			return whole(list, err, visits.Of(a.now()))
		})
	register(a, huma.Operation{
		Method: http.MethodPut, Path: "/appointments/{id}/home-visit", OperationID: "plan-home-visit", Tags: []string{tagCases}, Summary: "Make an appointment a visit at home", DefaultStatus: http.StatusNoContent,
		Description: "Or change who goes: then seen is the version that the caller saw. Two go, or one with a reason; visits_elsewhere, away_that_day, goes_twice, not_a_visitor, knower_goes say why not.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		Body homevisit.Going
	}) (*struct{}, error) {
		return nil, a.visits.Plan(ctx, who, in.ID, in.Body)
	})
	register(a, huma.Operation{
		Method: http.MethodDelete, Path: "/appointments/{id}/home-visit", OperationID: "drop-home-visit", Tags: []string{tagCases}, Summary: "Make a visit at home an appointment like any other", DefaultStatus: http.StatusNoContent,
		Description: "The appointment stays.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		Seen int `query:"seen" doc:"The version that the caller has seen"`
	}) (*struct{}, error) {
		return nil, a.visits.Drop(ctx, who, in.ID, in.Seen)
	})
	back := command("/appointments/{id}/return", "return-from-home-visit", tagCases, "Say who is back from a visit at home", "me, or all: one for both. Who knows about the visit says it of all, and so does a supervisor once nobody answers.")
	back.DefaultStatus, back.Responses = http.StatusNoContent, nil
	register(a, back, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body visits.ReturnJSON
	}) (*struct{}, error) {
		return nil, a.visits.Returned(ctx, who, in.ID, in.Body.Answer)
	})
}
