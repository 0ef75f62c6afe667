// Package contacts keeps who came to the desk, without a name.
package contacts

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Work records a contact at the desk.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.Contact, c.Data)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO contact (id, zone, agency, topic, language, channel, citizenship, outcome, note, at, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, s.Zone, s.Agency, form.Topic, form.Language, form.Channel, form.Citizenship, form.Outcome, form.Note, at, s.ID)
	return nil, err
}
