package rest

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

type appointmentJSON struct {
	ID         string     `json:"id"`
	CaseFileID string     `json:"case_file_id"`
	CaseNumber string     `json:"case_number"`
	Person     string     `json:"person,omitempty" doc:"Name; not there where the caller may not know it"`
	Service    string     `json:"service"`
	Matter     string     `json:"matter,omitempty"`
	State      string     `json:"state" doc:"booked, confirmed, held, no_show or cancelled"`
	At         time.Time  `json:"at"`
	Suspended  bool       `json:"suspended,omitempty" doc:"It was kept while its case stands still"`
	ArrivedAt  *time.Time `json:"arrived_at,omitempty" doc:"When the person came, as whoever receives them has marked it"`
	Mediator   string     `json:"mediator,omitempty" doc:"Of the one who was asked for: requested, proposed (for another hour), confirmed or declined"`
}

func appointmentOf(a ledger.Appointment) appointmentJSON {
	return appointmentJSON{
		ID: a.ID, CaseFileID: a.CaseID, CaseNumber: a.CaseNumber, Person: a.Person,
		Service: a.Service, Matter: a.Matter, State: a.State, At: a.At, Suspended: a.Suspended, ArrivedAt: a.Arrived, Mediator: a.Mediator,
	}
}

type appointmentsInput struct {
	PagingInput
	From       time.Time `query:"from" doc:"Not before (RFC 3339)"`
	To         time.Time `query:"to" doc:"Before (RFC 3339)"`
	Service    string    `query:"service" pattern:"^[a-z][a-z0-9_-]{0,99}$" doc:"Code of a service"`
	CaseFileID string    `query:"case_file_id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"`
}

func (a *API) registerAppointments() {
	register(a, query("/appointments", "list-appointments", tagCases, "Appointments", "In the order of their times."),
		func(ctx context.Context, who care.Staff, in *appointmentsInput) (*listOutput[appointmentJSON], error) {
			var faults care.Faults
			faults.Dates([]care.Dated{{Field: "query.from", Meaning: care.ListBound, At: care.Given(in.From)}, {Field: "query.to", Meaning: care.ListBound, At: care.Given(in.To)}}, a.now())
			if len(faults) > 0 {
				return nil, care.Refuse(faults...)
			}
			page, err := a.records.Appointments(ctx, who, ledger.AppointmentFilter{
				From: in.From, To: in.To, Service: in.Service, CaseID: in.CaseFileID,
			}, in.paging())
			return listed(page, err, appointmentOf)
		})
}
