// Package takeover keeps when a person was taken over, and how they were told.
package takeover

import (
	"context"
	"encoding/json"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/takeover"
)

// Keep keeps the take-over where a step of a run of a kind begins it, with what the gate
// is answered on its day: once for a case. queue writes with the step, and tell a line of
// its timeline.
func Keep(ctx context.Context, tx postgres.Tx, policy *postgres.Ruleset, kind care.RunKind, s ledger.Step, by *string, queue func(string, ...any), tell func(code, detail string)) error {
	with := takeover.Begins(kind, s.Effects)
	if with == "" {
		return nil
	}
	type row struct {
		BirthDate    time.Time  `db:"birth_date"`
		YearOnly     bool       `db:"birth_year_only"`
		Citizenship  string     `db:"citizenship"`
		Permit       string     `db:"permit"`
		PermitExpiry *time.Time `db:"permit_expiry"`
		Needs        []string   `db:"needs"`
		Zone         string     `db:"zone"`
		Agency       string     `db:"agency"`
		Taken        bool       `db:"taken"`
	}
	r, err := postgres.One[row](ctx, tx, `SELECT p.birth_date, p.birth_year_only, p.citizenship, p.permit, p.permit_expiry, f.needs, f.zone, f.agency,
			EXISTS (SELECT FROM record r WHERE r.case_id = f.id AND r.kind = $2) AS taken
		FROM person p JOIN case_file f ON f.id = p.case_id WHERE f.id = $1`, ledger.BareID(s.Case), takeover.Form)
	if err != nil || r.Taken {
		return err
	}
	person := ledger.Person{BirthDate: r.BirthDate, YearOnly: r.YearOnly, Citizenship: r.Citizenship, Permit: r.Permit, PermitExpiry: r.PermitExpiry}
	data, err := json.Marshal(takeover.Of(with, person.Facts(policy.Policy, r.Needs), policy.There(s.At)))
	if err != nil {
		return err
	}
	queue(`INSERT INTO record (id, case_id, run_id, zone, agency, kind, data, by_staff, created_at, circle)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'case') ON CONFLICT DO NOTHING`,
		ledger.DerivedID(s.Case, takeover.Form), ledger.BareID(s.Case), s.Case, r.Zone, r.Agency, takeover.Form, data, by, s.At)
	tell("taken_over", string(with))
	return nil
}

// Tell says how the person was told that they are taken over, as a member of staff asks;
// or why not. The form is the record.
func Tell(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var seen, taken bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1), EXISTS (SELECT FROM record WHERE case_id = $1 AND kind = $2)`, own, takeover.Form).Scan(&seen, &taken)
	switch {
	case err != nil:
		return nil, err
	case !seen:
		return nil, ledger.ErrNotFound
	case !taken:
		return care.Refuse(care.Fault{Rule: takeover.NotTaken}), nil
	}
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "take_over_told", "")
}
