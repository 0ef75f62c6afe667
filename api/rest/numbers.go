package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/rest/counter"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/queue"
)

func registerNumbers(a *API) {
	register(a, query("/desk-numbers", "list-desk-numbers", tagDesk, "Numbers of today",
		"Of who came to the caller's desk without an appointment, in the order in which they came; a supervisor's of all desks. A number says no name, and begins anew each day."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[counter.DeskNumberJSON], error) {
			list, err := a.numbers.Numbers(ctx, who)
			return whole(list, err, counter.NumberOf)
		})
	register(a, query("/desk-days", "list-desk-days", tagDesk, "What is left of the numbers of the last days", "Counts alone, of fourteen days."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[counter.DeskDayJSON], error) {
			list, err := a.numbers.Days(ctx, who)
			return whole(list, err, counter.DayOf)
		})
	register(a, answers(201, command("/desk-numbers", "take-desk-number", tagDesk, "Give a number", "To whoever comes without an appointment.")), func(ctx context.Context, who care.Staff, in *struct {
		KeyInput
		Body queue.NewNumber
	}) (*output[counter.DeskNumberJSON], error) {
		t, err := a.numbers.Take(ctx, who, in.Key, in.Body)
		return one(t, err, counter.NumberOf)
	})
	register(a, answers(201, command("/desk-calls", "call-next-desk-number", tagDesk, "Call who waits longest", "nobody_waits: there is nobody.")), func(ctx context.Context, who care.Staff, in *struct {
		KeyInput
		Body *catalogue.None
	}) (*output[counter.DeskNumberJSON], error) {
		t, err := a.numbers.CallNext(ctx, who, in.Key)
		return one(t, err, counter.NumberOf)
	})
	register(a, huma.Operation{
		Method: http.MethodPut, Path: "/desk-numbers/{id}", OperationID: "change-desk-number", Tags: []string{tagDesk}, Summary: "Say what has become of a number",
		Description: "called, served, gone, or waiting again. number_not_so: it stands otherwise by now.",
	}, func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		Body counter.DeskNumberState
	}) (*output[counter.DeskNumberJSON], error) {
		t, err := a.numbers.Becomes(ctx, who, in.ID, in.Body.State)
		return one(t, err, counter.NumberOf)
	})
}
