// Package consented reads what the person of a case consents to.
package consented

import (
	"context"
	"time"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Of lists what the person of a case consents to, or did: what is in force first. since is
// from when something is; nil: nothing is in force. What a merge found twice stands once.
func Of(ctx context.Context, tx postgres.Tx, caseID string) (list []ledger.Consent, since *time.Time, err error) {
	list, err = postgres.Many[ledger.Consent](ctx, tx, `SELECT c.agency, c.purpose, c.given_at, c.withdrawn_at, coalesce(s.name, '') AS to_name
		FROM consent c LEFT JOIN staff s ON s.id = c.given_to WHERE c.case_id = $1 AND c.renewed_by IS NULL
		ORDER BY c.withdrawn_at IS NOT NULL, coalesce(c.withdrawn_at, c.given_at) DESC, c.agency, c.purpose`, caseID)
	for i, c := range list {
		if c.Withdrawn == nil && (since == nil || c.Given.Before(*since)) {
			since = &list[i].Given
		}
	}
	return list, since, err
}
