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
// somebody else, and gives the case the contact that it grows from; or says why not. Of
// two who open a file of one person at the same moment the second waits for the first.
func Prepare(ctx context.Context, tx postgres.Tx, c ledger.NewCommand, caseID string) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.Open, c.Data)
	if err != nil {
		return nil, err
	}
	if err := naming.Lock(ctx, tx, form.Person); err != nil {
		return nil, err
	}
	switch {
	case form.AnotherPerson:
		err = naming.TellApart(ctx, tx, caseID, form.Person, most)
	case c.Alone:
		err = alone(ctx, tx, form.Person)
	}
	if err != nil {
		return nil, err
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

// alone says, as *ledger.OpenedMeanwhile, where there is a file that may be of the person, or
// one that is being opened: whose person no step has written yet, and so asked first.
func alone(ctx context.Context, tx postgres.Tx, p ledger.Person) error {
	like, err := naming.BeingOpened(ctx, tx, p)
	if err == nil && len(like) == 0 {
		like, err = naming.Same(ctx, tx, p, naming.All, "", 1)
	}
	if err == nil && len(like) > 0 {
		return &ledger.OpenedMeanwhile{Case: like[0].Case}
	}
	return err
}
