// Package progress keeps how the actions of plans come along.
package progress

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/plan"
	"percorso/internal/postgres"
)

// Keep keeps how an action of the active plan comes along, whatever version of the
// plan it stands in from then on. ledger.ErrNotFound: the caller sees no such action.
func Keep(ctx context.Context, tx postgres.Tx, s care.Staff, caseID, action string, form catalogue.ProgressForm, now time.Time) (*care.Refusal, error) {
	refusal, err := may(ctx, tx, s, caseID, action)
	if err != nil || refusal != nil {
		return refusal, err
	}
	seen, ok := plan.ReadSeen(form.Seen)
	if !ok {
		return nil, &ledger.Fault{Place: "a progress whose form does not read"}
	}
	// Of two at once the second waits for the first, and then sees its row.
	kept, err := tx.Exec(ctx, `INSERT INTO action_progress (action_id, case_id, zone, agency, state, note, at, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (action_id) DO UPDATE
		SET agency = excluded.agency, state = excluded.state, note = excluded.note, at = excluded.at, by_staff = excluded.by_staff
		WHERE $9::timestamptz IS NULL OR action_progress.at = $9`,
		action, caseID, s.Zone, s.Agency, form.State, form.Note, now, s.ID, seen)
	if err == nil && kept.RowsAffected() == 0 {
		return care.RefuseChanged(plan.RuleMeanwhile), nil
	}
	return nil, err
}

// may refuses who has no part in the action: it is for its agency, the
// case's own and the supervisor. ledger.ErrNotFound: the caller sees no such action.
func may(ctx context.Context, tx postgres.Tx, s care.Staff, caseID, action string) (*care.Refusal, error) {
	type row struct {
		State   care.PlanState     `db:"state"`
		Content ledger.PlanContent `db:"content"`
		Own     string             `db:"own"` // the case's agency; empty where the caller does not see the case
	}
	found, err := postgres.One[row](ctx, tx, `SELECT p.state, p.content, coalesce(f.agency, '') AS own FROM plan p LEFT JOIN case_file f ON f.id = p.case_id
		WHERE p.case_id = $1 AND p.content -> 'actions' @> jsonb_build_array(jsonb_build_object('id', $2::text))
		ORDER BY p.state = 'active' DESC, p.version DESC LIMIT 1`, caseID, action)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ledger.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found.Content.Actions, func(a ledger.PlannedAction) bool { return a.ID == action })
	switch mine := found.Content.Actions[i].Agency == s.Agency; {
	case found.State != care.PlanActive:
		return &care.Refusal{Code: care.RefusedNotAwaited, Now: string(found.State)}, nil
	case !mine && found.Own != s.Agency && s.Role != care.Supervisor:
		return &care.Refusal{Code: care.RefusedForbidden}, nil
	}
	return nil, nil
}

// Evaluation is who evaluates the goals of a case's plan, with the entry that says so.
type Evaluation struct {
	Entry, Case, Zone, Agency string
	At                        time.Time
	By                        *string
}

// Found keeps what the form of an evaluation says of the plan's goals.
func Found(queue func(sql string, args ...any), data []byte, e Evaluation) error {
	form, err := postgres.FormOf(catalogue.Complete, data)
	for _, g := range form.Goals {
		queue(`INSERT INTO goal_finding (id, goal_id, case_id, zone, agency, result, note, at, by_staff)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
			ledger.DerivedID(e.Entry, "goal "+g.Goal), g.Goal, e.Case, e.Zone, e.Agency, g.Result, g.Note, e.At, e.By)
	}
	return err
}
