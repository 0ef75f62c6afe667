package naming

import (
	"context"
	"time"

	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres"
)

// Apart lists the open files that the caller sees of which somebody has said that they are
// of somebody else than the person of a case, who may have been mistaken.
func Apart(ctx context.Context, tx postgres.Tx, p ledger.Person, caseID string) (list []Like, err error) {
	type row struct {
		Case   string    `db:"case_id"`
		Given  string    `db:"given_name"`
		Family string    `db:"family_name"`
		Born   time.Time `db:"birth_date"`
		Year   bool      `db:"birth_year_only"`
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT p.case_id::text, p.given_name, p.family_name, p.birth_date, p.birth_year_only
		FROM told_apart a JOIN case_file f ON f.id = CASE a.case_id WHEN $1 THEN a.other_id ELSE a.case_id END AND f.closed_at IS NULL
			JOIN person p ON p.case_id = f.id WHERE $1 IN (a.case_id, a.other_id) ORDER BY f.opened_at DESC, f.id`, caseID)
	for _, r := range rows {
		in := names.Like(names.Person{Given: p.GivenName, Family: p.FamilyName, Born: p.BirthDate, YearOnly: p.YearOnly},
			names.Person{Given: r.Given, Family: r.Family, Born: r.Born, YearOnly: r.Year})
		list = append(list, Like{Case: r.Case, Born: r.Born, In: in, Apart: true})
	}
	return list, err
}
