package standing

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/postgres"
	"percorso/internal/undoing"
)

// Explain adds to a refusal what was asked and, where that is not possible now, what
// is so: whoever is refused is told that, and what they can do. run is the one that
// was asked, about target. What the caller does not see is not told.
func Explain(ctx context.Context, tx postgres.Tx, r *care.Refusal, op care.Operation, run, target string) error {
	switch r.Code {
	case care.RefusedNotHeld, care.RefusedForbidden:
		if r.Role == "" { // else it says whose matter it is
			r.Operation = op
		}
		return nil
	case care.RefusedNotAwaited, care.RefusedEnded:
		r.Operation = op
	default:
		return nil
	}
	facts, known := catalogue.Of(op)
	if !known || r.Now != "" {
		return nil
	}
	var query, about string
	switch {
	case facts.On == catalogue.OnReferral && care.IsID(target):
		query, about = `SELECT state FROM referral WHERE id = $1`, target
	case facts.On == catalogue.OnTask && care.IsID(target):
		query, about = `SELECT state FROM task WHERE id = $1`, target
	case op == care.OpRecall:
		query, about = `SELECT coalesce((SELECT t.outcome FROM run r JOIN task t ON t.case_id = r.case_id AND t.kind = 'transfer_answer' AND t.state = 'completed'
			WHERE r.id = $1 ORDER BY t.ready_at DESC LIMIT 1), '')`, run
	default:
		// Of the tasks of the case's own path those that are to be done before anything else begins.
		query, about = `SELECT CASE WHEN r.state ? 'interrupt' AND r.ended_at IS NULL THEN 'closing' WHEN r.ended_at IS NOT NULL THEN 'closed ' || coalesce(f.outcome, '') ELSE coalesce((SELECT t.kind FROM task t
				WHERE t.run_id = r.id AND t.kind IN ('first_listening', 'social_consult', 'closure_approval') AND t.`+postgres.TaskOpen+` LIMIT 1), '') END
			FROM run r LEFT JOIN case_file f ON f.id = r.case_id WHERE r.id = $1`, run
	}
	err := tx.QueryRow(ctx, query, about).Scan(&r.Now)
	if outcome, closed := strings.CutPrefix(r.Now, "closed "); closed {
		r.Now = undoing.Closed(outcome)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}
