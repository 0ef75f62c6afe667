// Package declared writes what people declare of themselves, as of when they did.
package declared

import (
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
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

// Consents keeps what the person consents to, for each agency and purpose, unless that is
// in force. What was on its way while a merge brought a later withdrawal is over already.
func Consents(b *pgx.Batch, d Declaration, list []crossing.Consent) {
	for i, c := range list {
		id := d.Entry
		if i > 0 {
			id = ledger.DerivedID(d.Entry, "consent "+c.Agency+" "+c.Purpose)
		}
		b.Queue(`INSERT INTO consent (id, case_id, zone, agency, purpose, given_at, given_to, withdrawn_at, withdrawn_to, withdrawn_from_all)
			SELECT $6, $3, $4, $7, $8, d.given, $5, later.withdrawn_at, later.withdrawn_to, coalesce(later.withdrawn_from_all, false)
			FROM (SELECT `+said+` AS given) d LEFT JOIN LATERAL (
				SELECT c.withdrawn_at, c.withdrawn_to, c.withdrawn_from_all FROM consent c WHERE c.case_id = $3 AND c.withdrawn_at > d.given AND c.renewed_by IS NULL
					AND (c.agency IN ('', $7) OR c.withdrawn_from_all)
				ORDER BY c.withdrawn_at DESC LIMIT 1) later ON true
			ON CONFLICT DO NOTHING`, d.Entry, d.At, d.Case, d.Zone, d.By, id, c.Agency, c.Purpose)
	}
}

// Withdrawal ends what the person consents to for an agency; for all of them where it is
// empty. What was sent to the agency by a consent that names none ends too: that one goes
// on for the others.
func Withdrawal(b *pgx.Batch, d Declaration, agency string) {
	b.Queue(`INSERT INTO consent (id, case_id, zone, agency, purpose, given_at, given_to, withdrawn_at, withdrawn_to)
		SELECT $1, $3, c.zone, $5, 'referral', c.given_at, c.given_to, greatest(c.given_at, `+said+`), $4
		FROM consent c WHERE c.case_id = $3 AND c.agency = '' AND c.withdrawn_at IS NULL AND $5 <> '' ON CONFLICT DO NOTHING`,
		d.Entry, d.At, d.Case, d.By, agency)
	b.Queue(`UPDATE consent SET withdrawn_at = greatest(given_at, `+said+`), withdrawn_to = $4, withdrawn_from_all = $5 = ''
		WHERE case_id = $3 AND withdrawn_at IS NULL AND $5 IN ('', agency)`,
		d.Entry, d.At, d.Case, d.By, agency)
}

// LeftOut takes out of the plan that an équipe made what the person was to be sent to some
// agencies for, to whom they have just said no. The rest of it stays as it was.
func LeftOut(b *pgx.Batch, run string, agencies []care.Code) {
	if len(agencies) > 0 {
		b.Queue(`UPDATE plan SET content = jsonb_set(content, '{actions}', (SELECT jsonb_agg(
				CASE WHEN (a ->> 'send')::boolean AND a ->> 'agency' = ANY ($2) THEN (a - 'send') || '{"left_out": true}' ELSE a END ORDER BY n)
				FROM jsonb_array_elements(content -> 'actions') WITH ORDINALITY AS each (a, n)))
			WHERE run_id = $1 AND state IN ('proposed', 'signed_off', 'agreed')`, run, agencies)
	}
}
