package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
)

// second asks whether what somebody asks would stand beside its like. agency is
// the caller's. Of a case that the caller does not see, its branches alone count.
func second(ctx context.Context, tx querier, policy care.Policy, caseID, run string, a care.Answer, data json.RawMessage, agency string) (*care.Refusal, error) {
	if !a.OnceOnly() {
		return nil, nil
	}
	stands, err := standing(ctx, tx, policy, caseID, agency)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Operation == care.OpPermit:
		form, err := catalogue.Permit.Decode(data)
		return stands.Second(run, a, care.ShownPermit{Kind: form.Permit, Expiry: form.Expiry}), err
	case a.Operation != care.OpComplete || a.Outcome != care.Resubmit:
		return stands.Second(run, a, care.ShownPermit{}), nil
	}
	var first string // whom the referral was first addressed to
	err = tx.QueryRow(ctx, `SELECT agency FROM run WHERE id = $1`, run).Scan(&first)
	return stands.Resubmitted(run, first), err
}

// standing reads what a case has of which there may be one.
func standing(ctx context.Context, tx querier, policy care.Policy, caseID, agency string) (care.Standing, error) {
	stands := care.Standing{Case: caseID}
	var err error
	if stands.Branches, err = openBranches(ctx, tx, policy, caseID); err != nil {
		return stands, err
	}
	type row struct {
		Closed    bool        `db:"closed"`
		Closing   bool        `db:"closing"`
		Suspended bool        `db:"suspended"`
		Consented bool        `db:"consented"`
		Permit    string      `db:"permit"`
		Expiry    *time.Time  `db:"permit_expiry"`
		Receipt   bool        `db:"receipt"`
		Met       []time.Time `db:"met"`
	}
	r, err := one[row](ctx, tx, `SELECT f.closed_at IS NOT NULL AS closed, r.state ? 'interrupt' AS closing, f.suspended_until IS NOT NULL AS suspended,
			`+consentInForce+` AS consented, p.permit, p.permit_expiry, p.receipt_on IS NOT NULL AS receipt,
			ARRAY (SELECT held_at FROM meeting m WHERE m.case_id = f.id AND m.agency = $2) AS met
		FROM case_file f JOIN person p ON p.case_id = f.id JOIN run r ON r.id = 'case/' || f.id WHERE f.id = $1`, caseID, agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return stands, nil
	}
	stands.Closed, stands.Closing, stands.Suspended, stands.Consented, stands.Met = r.Closed, r.Closing, r.Suspended, r.Consented, r.Met
	stands.Permit, stands.Receipt = care.ShownPermit{Kind: r.Permit, Expiry: r.Expiry}, r.Receipt
	return stands, err
}

// openBranches reads the branches of a case that have not ended.
func openBranches(ctx context.Context, tx querier, policy care.Policy, caseID string) ([]care.Branch, error) {
	rows, _ := tx.Query(ctx, `SELECT * FROM open_branches($1)`, caseID)
	branches, err := pgx.CollectRows(rows, pgx.RowToStructByName[care.Branch])
	for i, b := range branches {
		if b.Kind == care.RunPlacement {
			branches[i].Needs = policy.PlacementNeeds()
		}
	}
	return branches, err
}

// consentInForce is whether the person of the case $1 consents to data reaching
// private partners.
const consentInForce = `EXISTS (SELECT FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL)`
