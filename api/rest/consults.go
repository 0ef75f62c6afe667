package rest

import (
	"context"

	"percorso/api/rest/counter"
	"percorso/internal/care"
)

func registerConsults(a *API) {
	register(a, query("/consult-calls", "list-consult-calls", tagDesk, "Consults that are to be held at a desk", "Those that the caller sees, with who was rung. The read is recorded."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[counter.ConsultCallJSON], error) {
			list, err := a.consults.Calls(ctx, who)
			return whole(list, err, counter.CallOf)
		})
	register(a, answers(204, command("/consult-calls/{id}/ring", "ring-consult", tagDesk, "Call the next on duty", "The id is that of the task. already_ringing, already_answered; nobody_on_duty, which the supervisor is told.")), func(ctx context.Context, who care.Staff, in *bareInput) (*struct{}, error) {
		return nil, a.consults.Ring(ctx, who, in.Key, in.ID)
	})
	register(a, answers(204, command("/consult-rings/{id}/answer", "answer-consult", tagDesk, "Answer a call of one's own", "Who cannot come has the next one rung.")), func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body counter.RingAnswer
	}) (*struct{}, error) {
		return nil, a.consults.Answer(ctx, who, in.ID, in.Body.Answer)
	})
}
