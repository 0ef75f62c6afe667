// Package merging makes two case files of one person one.
package merging

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Merge is a case file that is merged into another one.
type Merge struct {
	Run          string // of the case that is merged
	Merged, Kept string // ids of the two cases
	Entry        string // that asked for it
	Form         []byte // of the entry
	By           *string
	At           time.Time
}

// Queue writes that all that a case has is the other one's now, with what was chosen
// of the data of the person.
func Queue(b *pgx.Batch, m Merge) error {
	form, err := postgres.FormOf(catalogue.Merge, m.Form)
	if err != nil {
		return err
	}
	adoption := ledger.DerivedID(m.Run, "adopt "+m.Entry)
	b.Queue(`SELECT merge_persons($1, $2, $3, $4, $5, $6)`, m.Merged, m.Kept, adoption, form.Chosen(), m.By, m.At)
	b.Queue(`SELECT merge_case($1, $2, $3, $4, $5, $6)`, m.Merged, m.Kept, adoption, m.Entry, m.By, m.At)
	b.Queue(`SELECT end_second_reviews($1, $2)`, m.Kept, adoption)
	return nil
}

// SetAside lists what merges into a case did not choose of the data of its person, the
// latest first.
func SetAside(ctx context.Context, tx postgres.Tx, caseID string) ([]ledger.SetAside, error) {
	return postgres.Many[ledger.SetAside](ctx, tx, `SELECT a.value, a.from_number, a.at, coalesce(s.name, '') AS by_name
		FROM set_aside a LEFT JOIN staff s ON s.id = a.by_staff WHERE a.case_id = $1 ORDER BY a.at DESC, a.field`, caseID)
}
