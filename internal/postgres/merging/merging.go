// Package merging makes two case files of one person one.
package merging

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/undoing"
)

// Remember keeps what a step's merge is about to change, if it is one, so that two people
// can take it back. It comes before whatever else the step writes.
func Remember(b *pgx.Batch, step ledger.Step) error {
	if kept := step.Effects.MergeInto; kept != "" {
		b.Queue(`SELECT remember_merge($1, $2, $3, $4, $5)`, ledger.BareID(step.Case), ledger.BareID(kept), step.Entry.ID, step.At, step.At.Add(-undoing.Term))
	}
	return nil
}

// Queue writes that all that a case has is the other one's now, with what was chosen
// of the data of the person in the form of the step's entry.
func Queue(b *pgx.Batch, step ledger.Step, data []byte, by *string) error {
	form, err := postgres.FormOf(catalogue.Merge, data)
	if err != nil {
		return err
	}
	merged, kept, adoption := ledger.BareID(step.Case), ledger.BareID(step.Effects.MergeInto), ledger.DerivedID(step.Run, "adopt "+step.Entry.ID)
	b.Queue(`SELECT merge_persons($1, $2, $3, $4, $5, $6)`, merged, kept, adoption, form.Chosen(), by, step.At)
	b.Queue(`SELECT merge_case($1, $2, $3, $4, $5, $6)`, merged, kept, adoption, step.Entry.ID, by, step.At)
	b.Queue(`SELECT end_second_reviews($1, $2)`, kept, adoption)
	b.Queue(`SELECT remember_merged($1, $2)`, step.Entry.ID, adoption)
	return nil
}

// Vouch writes in the timeline of a case that somebody confirms that another one is of
// the same person, or says why they may not: they have to see both, which have to be
// open. The confirmation itself is the record of the command.
func Vouch(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.Vouch, c.Data)
	if err != nil {
		return nil, err
	}
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var here, ended, there bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1), EXISTS (SELECT FROM case_file WHERE id = $1 AND closed_at IS NOT NULL),
			EXISTS (SELECT FROM case_file WHERE id = $2 AND id <> $1 AND closed_at IS NULL)`,
		own, form.Other).Scan(&here, &ended, &there)
	switch {
	case err != nil:
		return nil, err
	case !here:
		return nil, ledger.ErrNotFound
	case ended:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	case !there:
		return care.Refuse(care.Fault{Field: "other", Rule: care.RuleUnknownCode}), nil
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "identity_vouched", "")
}

// Rule asks, under lock, why a case may not be merged into another by somebody, as a
// rule of forms; empty: it may.
func Rule(ctx context.Context, tx postgres.Tx, merged, kept string, by care.Staff, at time.Time) (rule string, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(may_merge($1, $2, $3, $4, $5, $6), '')`, merged, kept, by.Agency, by.Role, by.ID, at).Scan(&rule)
	return rule, err
}

// Overtaken refuses to merge a file into another one where somebody has corrected the data of one
// of the two persons since who merges looked at them; nil: they stand as they were seen. Nobody
// corrects them until the merge is done.
func Overtaken(ctx context.Context, tx postgres.Tx, form catalogue.MergeForm, merged string) (*care.Refusal, error) {
	type row struct {
		Case    string `db:"case_id"`
		Version int    `db:"version"`
	}
	persons, err := postgres.Many[row](ctx, tx, `SELECT case_id, version FROM persons_merged($1, $2)`, merged, form.Into)
	if err != nil {
		return nil, err
	}
	for _, p := range persons {
		if form.Overtaken(p.Case, p.Version) {
			return care.RefuseChanged(correction.RuleMeanwhile), nil
		}
	}
	return nil, nil
}

// SetAside lists what merges into a case did not choose of the data of its person, the
// latest first.
func SetAside(ctx context.Context, tx postgres.Tx, caseID string) ([]ledger.SetAside, error) {
	return postgres.Many[ledger.SetAside](ctx, tx, `SELECT a.value, a.from_number, a.at, coalesce(s.name, '') AS by_name
		FROM set_aside a LEFT JOIN staff s ON s.id = a.by_staff WHERE a.case_id = $1 ORDER BY a.at DESC, a.field`, caseID)
}
