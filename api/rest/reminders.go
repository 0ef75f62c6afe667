package rest

import (
	"context"

	"percorso/api/rest/reminding"
	"percorso/internal/care"
)

func registerReminders(a *API) {
	register(a, query("/reminders", "list-people-to-remind", tagDesk, "Who is to be called before an appointment",
		"To whom no message is sent, or did not arrive; the nearest hour first. The read is recorded."),
		func(ctx context.Context, who care.Staff, _ *struct{}) (*listOutput[reminding.Reminder], error) {
			list, err := a.records.ToCall(ctx, who)
			return whole(list, err, reminding.Of)
		})
	register(a, answers(204, command("/reminders/{id}/calls", "note-reminder-call", tagDesk, "Say that the person was called", "By the appointment's id. Said twice it changes nothing.")), func(ctx context.Context, who care.Staff, in *struct {
		IDInput
		KeyInput
		Body reminding.Call
	}) (*struct{}, error) {
		return nil, a.records.Called(ctx, who, in.ID, in.Body.Answered)
	})
}
