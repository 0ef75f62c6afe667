package records

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// progress says how an action of the active plan comes along, whatever version
// of the plan it stands in from then on.
func (r commands) progress(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string) (ledger.Command, error) {
	form, err := catalogue.Progress.Decode(c.Data)
	if err != nil {
		return ledger.Command{}, &ledger.Fault{Place: "a progress whose form does not read"}
	}
	caseID := ledger.BareID(c.Run)
	if !care.IsID(caseID) || !care.IsID(c.Target) {
		return ledger.Command{}, ledger.ErrNotFound
	}
	refusal, err := mayProgress(ctx, tx, s, caseID, c.Target)
	if err != nil {
		return ledger.Command{}, err
	}
	if refusal != nil {
		return r.settle(ctx, tx, s, c, id, caseID, refusal)
	}
	now := r.Clock()
	_, err = tx.Exec(ctx, `INSERT INTO action_progress (action_id, case_id, zone, agency, state, note, at, by_staff)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (action_id) DO UPDATE
		SET agency = excluded.agency, state = excluded.state, note = excluded.note, at = excluded.at, by_staff = excluded.by_staff`,
		c.Target, caseID, s.Zone, s.Agency, form.State, form.Note, now, s.ID)
	if err != nil {
		return ledger.Command{}, err
	}
	if err := postgres.TellMoment(ctx, tx, s, id, caseID, c.Run, now, "action_"+string(form.State), s.Agency); err != nil {
		return ledger.Command{}, err
	}
	return r.settle(ctx, tx, s, c, id, caseID, nil)
}

// mayProgress refuses who has no part in the action: it is for its agency, the
// case's own and the supervisor. ledger.ErrNotFound: the caller sees no such action.
func mayProgress(ctx context.Context, tx postgres.Tx, s care.Staff, caseID, action string) (*care.Refusal, error) {
	type row struct {
		State   care.PlanState     `db:"state"`
		Content ledger.PlanContent `db:"content"`
		Own     string             `db:"own"` // the case's agency; empty where the caller does not see the case
	}
	plan, err := postgres.One[row](ctx, tx, `SELECT p.state, p.content, coalesce(f.agency, '') AS own FROM plan p LEFT JOIN case_file f ON f.id = p.case_id
		WHERE p.case_id = $1 AND p.content -> 'actions' @> jsonb_build_array(jsonb_build_object('id', $2::text))
		ORDER BY p.state = 'active' DESC, p.version DESC LIMIT 1`, caseID, action)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ledger.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(plan.Content.Actions, func(a ledger.PlannedAction) bool { return a.ID == action })
	switch mine := plan.Content.Actions[i].Agency == s.Agency; {
	case plan.State != care.PlanActive:
		return &care.Refusal{Code: care.RefusedNotAwaited, Now: string(plan.State)}, nil
	case !mine && plan.Own != s.Agency && s.Role != care.Supervisor:
		return &care.Refusal{Code: care.RefusedForbidden}, nil
	}
	return nil, nil
}
