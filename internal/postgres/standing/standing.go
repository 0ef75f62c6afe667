// Package standing reads what a case has of which there may be one, in the
// transaction of whoever is about to add another.
package standing

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/locks"
	"percorso/internal/sole"
)

// Second asks whether what somebody asks would stand beside its like. agency is
// the caller's. Of a case that the caller does not see, its branches alone count.
func Second(ctx context.Context, tx postgres.Tx, policy care.Policy, caseID, run string, a care.Answer, data json.RawMessage, agency string) (*care.Refusal, error) {
	if !sole.OnceOnly(a) {
		return nil, nil
	}
	stands, err := Of(ctx, tx, policy, caseID, agency)
	if err != nil {
		return nil, err
	}
	switch {
	case a.Operation == care.OpPermit:
		form, err := catalogue.Permit.Decode(data)
		return stands.Second(run, a, sole.ShownPermit{Kind: form.Permit, Expiry: form.Expiry.Time(), Seen: form.Seen}), err
	case a.Operation != care.OpComplete || a.Outcome != care.Resubmit:
		return stands.Second(run, a, sole.ShownPermit{}), nil
	}
	var first string // whom the referral was first addressed to
	err = tx.QueryRow(ctx, `SELECT agency FROM run WHERE id = $1`, run).Scan(&first)
	return stands.Resubmitted(run, first), err
}

// Ended refuses what is asked of a run that has ended. Who wanted to merge a case file
// is told that somebody did meanwhile.
func Ended(ctx context.Context, tx postgres.Tx, caseID string, asked care.Operation) (*care.Refusal, error) {
	refusal := &care.Refusal{Code: care.RefusedEnded}
	if asked != care.OpMerge {
		return refusal, nil
	}
	kept, err := locks.MergedInto(ctx, tx, ledger.CaseRun(caseID))
	if kept != "" {
		refusal = care.RefuseChanged(care.RuleMerged)
	}
	return refusal, err
}

// Of reads what a case has of which there may be one.
func Of(ctx context.Context, tx postgres.Tx, policy care.Policy, caseID, agency string) (sole.Standing, error) {
	stands := sole.Standing{Case: caseID}
	var err error
	if stands.Branches, err = OpenBranches(ctx, tx, policy, caseID); err != nil {
		return stands, err
	}
	type row struct {
		Closed    bool        `db:"closed"`
		Closing   bool        `db:"closing"`
		Suspended bool        `db:"suspended"`
		Permit    string      `db:"permit"`
		Expiry    *time.Time  `db:"permit_expiry"`
		Receipt   bool        `db:"receipt"`
		Met       []time.Time `db:"met"`
	}
	r, err := postgres.One[row](ctx, tx, `SELECT f.closed_at IS NOT NULL AS closed, r.state ? 'interrupt' OR EXISTS (SELECT FROM task t WHERE t.case_id = f.id AND t.kind = 'closure_approval' AND t.`+postgres.TaskOpen+`) AS closing, f.suspended_until IS NOT NULL AS suspended,
			p.permit, p.permit_expiry, p.receipt_on IS NOT NULL AS receipt,
			ARRAY (SELECT held_at FROM meeting m WHERE m.case_id = f.id AND m.agency = $2) AS met
		FROM case_file f JOIN person p ON p.case_id = f.id JOIN run r ON r.case_id = f.id AND r.kind = 'case' WHERE f.id = $1`, caseID, agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return stands, nil
	}
	stands.Closed, stands.Closing, stands.Suspended, stands.Met = r.Closed, r.Closing, r.Suspended, r.Met
	stands.Permit, stands.Receipt = sole.ShownPermit{Kind: r.Permit, Expiry: r.Expiry}, r.Receipt
	if err == nil {
		stands.Consented, err = Consents(ctx, tx, caseID)
	}
	return stands, err
}

// OpenBranches reads the branches of a case that have not ended.
func OpenBranches(ctx context.Context, tx postgres.Tx, policy care.Policy, caseID string) ([]sole.Branch, error) {
	rows, _ := tx.Query(ctx, `SELECT * FROM open_branches($1)`, caseID)
	branches, err := pgx.CollectRows(rows, pgx.RowToStructByName[sole.Branch])
	for i, b := range branches {
		if b.Kind == care.RunPlacement {
			branches[i].Needs = crossing.PlacementNeeds(policy)
		}
	}
	return branches, err
}

// AtWork refuses whoever is not at work on a case now: the staff of the agencies that
// are, and the zone's supervisor.
func AtWork(ctx context.Context, tx postgres.Tx, caseID string, s care.Staff) ([]care.Fault, error) {
	if s.Role == care.Supervisor {
		return nil, nil
	}
	var works bool
	err := tx.QueryRow(ctx, `SELECT at_work($1, $2)`, caseID, s.Agency).Scan(&works)
	if err != nil || works {
		return nil, err
	}
	return []care.Fault{{Rule: care.RuleNotAtWork}}, nil
}

// AlreadyAsked says whether another task of a case asks for the same as one that opens: to
// book the same service, to look for the person, or to decide what is next for the same reason.
func AlreadyAsked(ctx context.Context, tx postgres.Tx, caseID string, t ledger.TaskChange) (asked bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM task WHERE case_id = $1 AND ended_at IS NULL AND id <> $2 AND CASE $3
			WHEN 'find_person' THEN kind = 'find_person'
			WHEN 'decide_next' THEN (kind, service, reason) = ('decide_next', $4, $5)
			ELSE kind IN ('next_service', 'book_again') AND service = $4 END)`, caseID, t.ID, string(t.Kind), t.Service, t.Reason).Scan(&asked)
	return asked, err
}

// ConsentInForce is whether something is in force of what the person of the case $1
// consents to.
const ConsentInForce = `EXISTS (SELECT FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL)`

// Consents reads what is in force of what the person of a case consents to. One that was
// given before agencies were named has no names.
func Consents(ctx context.Context, tx postgres.Tx, caseID string) ([]crossing.Consent, error) {
	rows, _ := tx.Query(ctx, `SELECT agency, purpose FROM consent WHERE case_id = $1 AND withdrawn_at IS NULL ORDER BY given_at, id`, caseID)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[crossing.Consent])
}

// Plan reads the newest version of the case's plan among some; empty where there is none.
func Plan(ctx context.Context, tx postgres.Tx, among string, arg any) (content ledger.PlanContent, err error) {
	err = tx.QueryRow(ctx, `SELECT content FROM plan WHERE `+among+` ORDER BY version DESC LIMIT 1`, arg).Scan(&content)
	if errors.Is(err, pgx.ErrNoRows) {
		return content, nil
	}
	return content, err
}
