package rest

import (
	"context"

	"percorso/api/rest/waiting"
	"percorso/internal/care"
	"percorso/internal/catalogue"
)

func registerWaiting(a *API) {
	register(a, query("/waiting", "list-waiting", tagDesk, "Who waits for a place", "By service, those who wait longest first. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *waiting.Query) (*listOutput[waiting.WaitingEntryJSON], error) {
			page, err := a.waiting.Waiting(ctx, who, in.Service, in.Cursor)
			return listed(page, err, waiting.Of)
		})
	register(a, answers(201, command("/case-files/{id}/waiting", "put-on-waiting-list", tagDesk, "Put the person on a waiting list", "place_is_free: a place fits, which is offered; waits_already; has_an_appointment.")),
		func(ctx context.Context, who care.Staff, in *struct {
			IDInput
			KeyInput
			Body waiting.WaitingWishJSON
		}) (*output[waiting.WaitingPutJSON], error) {
			id, err := a.waiting.Put(ctx, who, in.Key, in.ID, in.Body.Wish())
			return one(id, err, func(id string) waiting.WaitingPutJSON { return waiting.WaitingPutJSON{ID: id} })
		})
	register(a, answers(204, command("/waiting/{id}/leave", "leave-waiting-list", tagDesk, "Take somebody off a waiting list", "They want no place any more. Once more it changes nothing.")), func(ctx context.Context, who care.Staff, in *bareInput) (*struct{}, error) {
		return nil, a.waiting.Leave(ctx, who, in.ID)
	})
	register(a, answers(204, command("/waiting/{id}/stay", "stay-on-waiting-list", tagDesk, "Have somebody wait on", "For whom no place came in time: none is too late any more.")), func(ctx context.Context, who care.Staff, in *bareInput) (*struct{}, error) {
		return nil, a.waiting.Stay(ctx, who, in.ID)
	})
	register(a, query("/waiting-calls", "list-waiting-calls", tagDesk, "Who is to be told of a place", "The place that is kept for the shortest first. The read is recorded."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[waiting.WaitingCallJSON], error) {
			list, err := a.waiting.ToTell(ctx, who)
			return whole(list, err, waiting.CallOf)
		})
	register(a, answers(204, command("/waiting-offers/{id}/outcome", "say-waiting-outcome", tagDesk, "Say what came of a call", "offer_over: the place is not offered any more.")), func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body waiting.WaitingOutcomeJSON
	}) (*struct{}, error) {
		return nil, a.waiting.Said(ctx, who, in.ID, in.Body.Outcome)
	})
	register(a, command("/waiting-offers/{id}/booking", "book-waiting-offer", tagDesk, "Book the place that is kept", "The person wants it: as any booking of the case."),
		func(ctx context.Context, who care.Staff, in *bareInput) (*actOutput, error) {
			id, place, err := a.waiting.Offer(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return a.ask(ctx, who, catalogue.Book.Command(in.Key, id, catalogue.BookingForm{Booking: place}), nil)
		})
}
