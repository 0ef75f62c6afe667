package rest

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// Contacts reads who came to the desk of the caller's zone.
type Contacts interface {
	Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error)
	Contact(ctx context.Context, s care.Staff, id string) (ledger.Contact, error)
}

type contactJSON struct {
	ID          string    `json:"id"`
	Topic       string    `json:"topic"`
	Language    string    `json:"language"`
	Channel     string    `json:"channel"`
	Citizenship string    `json:"citizenship,omitempty"`
	Outcome     string    `json:"outcome"`
	Note        string    `json:"note,omitempty"`
	CaseFileID  string    `json:"case_file_id,omitempty" doc:"The case file that grew from it"`
	At          time.Time `json:"at"`
}

func contactOf(c ledger.Contact) contactJSON {
	return contactJSON{
		ID: c.ID, Topic: c.Topic, Language: c.Language, Channel: c.Channel, Citizenship: c.Citizenship,
		Outcome: c.Outcome, Note: c.Note, CaseFileID: c.CaseID, At: c.At,
	}
}

type newContactInput struct {
	KeyInput
	Body newContactJSON
}

type newContactJSON struct {
	Topic       string `json:"topic" maxLength:"100" doc:"Code of a topic of the zone's desk"`
	Language    string `json:"language" maxLength:"35" doc:"BCP 47"`
	Channel     string `json:"channel" maxLength:"100" doc:"Code of a channel of the zone's desk"`
	Citizenship string `json:"citizenship,omitempty" maxLength:"2" doc:"A state by ISO 3166-1 alpha-2, no territory; XX: stateless; left out where it is not known"`
	Outcome     string `json:"outcome" maxLength:"100" doc:"information or consultation"`
	Note        string `json:"note,omitempty" maxLength:"4000" doc:"Without names"`
}

func (a *API) registerContacts() {
	register(a, making(command("/contacts", "record-contact", tagDesk, "Record a contact at the desk",
		"A contact names nobody; information alone is a contact without a case file.")),
		func(ctx context.Context, who care.Staff, in *newContactInput) (*actOutput, error) {
			b := in.Body
			cmd, err := a.door.Do(ctx, who, catalogue.Contact.Command(in.Key, "", ledger.NewContact{
				Topic: b.Topic, Language: b.Language, Channel: b.Channel, Citizenship: b.Citizenship, Outcome: b.Outcome, Note: b.Note,
			}))
			return acted(cmd, err, Prefix+"/contacts/"+cmd.ID)
		})
	register(a, query("/contacts", "list-contacts", tagDesk, "Contacts of the caller's desk", "The newest first."),
		func(ctx context.Context, who care.Staff, in *PagingInput) (*listOutput[contactJSON], error) {
			page, err := a.records.Contacts(ctx, who, in.paging())
			return listed(page, err, contactOf)
		})
	register(a, query("/contacts/{id}", "get-contact", tagDesk, "A contact", ""),
		func(ctx context.Context, who care.Staff, in *IDInput) (*output[contactJSON], error) {
			c, err := a.records.Contact(ctx, who, in.ID)
			return one(c, err, contactOf)
		})
}
