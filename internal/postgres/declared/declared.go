// Package declared writes what people declare of themselves, as of when they did.
package declared

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// Declaration is what an entry says for the person of a case.
type Declaration struct {
	Entry string // its id
	Case  string
	Zone  string
	At    time.Time // of the step
	By    *string   // who wrote it down
}

// said is when the person declared what the entry $1 says: when it was accepted,
// however long it was on its way to its step, which is of $2. Where declarations in
// two files come together, the latest counts.
const said = `least($2, (SELECT created_at FROM command WHERE id = $1))`

// Consent keeps a consent to data reaching private partners, unless one is in force.
// One that was on its way while a merge brought a later withdrawal is over already.
func Consent(b *pgx.Batch, d Declaration) {
	b.Queue(`INSERT INTO consent (id, case_id, zone, given_at, given_to, withdrawn_at, withdrawn_to)
		SELECT $1, $3, $4, d.given, $5, later.withdrawn_at, later.withdrawn_to FROM (SELECT `+said+` AS given) d LEFT JOIN LATERAL (
			SELECT c.withdrawn_at, c.withdrawn_to FROM consent c WHERE c.case_id = $3 AND c.withdrawn_at > d.given AND c.renewed_by IS NULL
			ORDER BY c.withdrawn_at DESC LIMIT 1) later ON true
		ON CONFLICT DO NOTHING`, d.Entry, d.At, d.Case, d.Zone, d.By)
}

// Withdrawal ends the consent that is in force.
func Withdrawal(b *pgx.Batch, d Declaration) {
	b.Queue(`UPDATE consent SET withdrawn_at = greatest(given_at, `+said+`), withdrawn_to = $4 WHERE case_id = $3 AND withdrawn_at IS NULL`,
		d.Entry, d.At, d.Case, d.By)
}
