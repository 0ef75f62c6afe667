package rest

import (
	"context"
	"time"

	"percorso/api/rest/counter"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

type appointmentsInput struct {
	PagingInput
	From       time.Time `query:"from" doc:"Not before (RFC 3339)"`
	To         time.Time `query:"to" doc:"Before (RFC 3339)"`
	Service    string    `query:"service" pattern:"^[a-z][a-z0-9_-]{0,99}$" doc:"Code of a service"`
	CaseFileID string    `query:"case_file_id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`
}

func (a *API) registerAppointments() {
	register(a, query("/appointments", "list-appointments", tagCases, "Appointments", "In the order of their times."),
		func(ctx context.Context, who care.Staff, in *appointmentsInput) (*listOutput[counter.AppointmentJSON], error) {
			var faults care.Faults
			faults.Dates([]care.Dated{{Field: "query.from", Meaning: care.ListBound, At: care.Given(in.From)}, {Field: "query.to", Meaning: care.ListBound, At: care.Given(in.To)}}, a.now())
			if len(faults) > 0 {
				return nil, care.Refuse(faults...)
			}
			page, err := a.records.Appointments(ctx, who, ledger.AppointmentFilter{
				From: in.From, To: in.To, Service: in.Service, CaseID: in.CaseFileID,
			}, in.paging())
			if err != nil {
				return nil, err
			}
			return exceeding(ctx, a, who, page)
		})
}

// exceeding is a page of appointments with which of them have a place beyond those that there are.
func exceeding(ctx context.Context, a *API, who care.Staff, page ledger.Page[ledger.Appointment]) (*listOutput[counter.AppointmentJSON], error) {
	given, err := a.records.Beyond(ctx, who, converted(page.Items, func(a ledger.Appointment) string { return a.ID }))
	out, err := listed(page, err, counter.AppointmentOf)
	if err == nil {
		counter.Exceed(out.Body.Items, given)
	}
	return out, err
}
