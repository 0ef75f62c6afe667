package naming

import (
	"context"
	"slices"
	"time"

	"percorso/internal/finding"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
)

// Lock has whoever opens a file of somebody who may be the same person wait for the end of
// the transaction: two people are alike only where they share one of the keys by which
// they are looked up. All take the keys in one order.
func Lock(ctx context.Context, tx postgres.Tx, p ledger.Person) error {
	k := names.Of(p.GivenName, p.FamilyName, p.BirthDate)
	keys := slices.Concat(k.Wholes, k.Days, k.Sounds, names.Exchanged(p.GivenName, p.FamilyName, p.BirthDate), []string{k.Born, finding.Code(p.FiscalCode)})
	keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" })
	slices.Sort(keys)
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('opens ' || coalesce(my('zone'), '') || ' ' || k, 0))
		FROM unnest($1::text[]) WITH ORDINALITY AS each (k, n) ORDER BY n`, slices.Compact(keys))
	return err
}

// BeingOpened lists the files that may be of a person and that are being opened where the
// caller will see them.
func BeingOpened(ctx context.Context, tx postgres.Tx, p ledger.Person) (list []Like, err error) {
	type row struct {
		Case   string    `db:"case_id"`
		Given  string    `db:"given_name"`
		Family string    `db:"family_name"`
		Born   time.Time `db:"birth_date"`
		Code   string    `db:"fiscal_code"`
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT case_id::text, given_name, family_name, birth_date, fiscal_code FROM openings_at_work()`)
	of := names.Person{Given: p.GivenName, Family: p.FamilyName, Born: p.BirthDate, Code: fiscal.Key(p.FiscalCode)}
	for _, r := range rows {
		in := names.Like(of, names.Person{Given: r.Given, Family: r.Family, Born: r.Born, Code: fiscal.Key(r.Code)})
		if in.Any() {
			list = append(list, Like{Case: r.Case, Born: r.Born, In: in})
		}
	}
	return list, err
}
