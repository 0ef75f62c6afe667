// Package opening writes what goes with the command that opens a case, before its file is
// there.
package opening

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/naming"
)

// most is how many files are told apart from one that is opened: as many as are offered.
const most = 20

// Prepare notes whose files the person's is none of, where the form says that it is
// somebody else, and gives the case the contact that it grows from; or says why not.
func Prepare(ctx context.Context, tx postgres.Tx, c ledger.NewCommand, caseID string) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.Open, c.Data)
	if err != nil {
		return nil, err
	}
	if form.AnotherPerson {
		if err := naming.TellApart(ctx, tx, caseID, form.Person, most); err != nil {
			return nil, err
		}
	}
	if form.ContactID == "" {
		return nil, nil
	}
	var rule *string
	if err := tx.QueryRow(ctx, `SELECT claim_contact($1, $2)`, form.ContactID, caseID).Scan(&rule); err != nil || rule == nil {
		return nil, err
	}
	return care.Refuse(care.Fault{Field: "contact_id", Rule: *rule}), nil
}
