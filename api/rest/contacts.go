package rest

import (
	"context"

	"percorso/api/rest/counter"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// Contacts reads who came to the desk of the caller's zone.
type Contacts interface {
	Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error)
	Contact(ctx context.Context, s care.Staff, id string) (ledger.Contact, error)
}

type newContactInput struct {
	KeyInput
	Body counter.NewContactJSON
}

func (a *API) registerContacts() {
	register(a, making(command("/contacts", "record-contact", tagDesk, "Record a contact at the desk",
		"A contact names nobody; information alone is a contact without a case file.")),
		func(ctx context.Context, who care.Staff, in *newContactInput) (*actOutput, error) {
			cmd, err := a.door.Do(ctx, who, catalogue.Contact.Command(in.Key, "", in.Body.Contact()))
			return acted(cmd, err, Prefix+"/contacts/"+cmd.ID)
		})
	register(a, query("/contacts", "list-contacts", tagDesk, "Contacts of the caller's desk", "The newest first."),
		func(ctx context.Context, who care.Staff, in *PagingInput) (*listOutput[counter.ContactJSON], error) {
			page, err := a.records.Contacts(ctx, who, in.paging())
			return listed(page, err, counter.ContactOf)
		})
	register(a, query("/contacts/{id}", "get-contact", tagDesk, "A contact", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[counter.ContactJSON], error) {
			c, err := a.records.Contact(ctx, who, in.ID)
			return one(c, err, counter.ContactOf)
		})
}
