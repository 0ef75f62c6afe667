package steps

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// plans is the versions of the case's plan.
type plans struct{ *writer }

// write moves a version of the case's plan.
func (w *plans) write() error {
	p := w.step.Effects.Plan
	if p == nil {
		return nil
	}
	switch p.State {
	case care.PlanDrafting:
		w.queue(`INSERT INTO plan (id, case_id, run_id, zone, version, state, content, agencies, created_at)
			SELECT $1, $2, $3, $4, 1 + coalesce(max(version), 0), $5,
				coalesce((SELECT content FROM plan WHERE case_id = $2 AND state = 'active'), '{"goals": [], "actions": []}'),
				coalesce((SELECT agencies FROM plan WHERE case_id = $2 AND state = 'active'), '{}'), $6
			FROM plan WHERE case_id = $2 ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
			p.ID, w.caseID(), w.step.Run, w.run.Zone, p.State, w.step.At)
	case care.PlanProposed:
		if err := w.propose(p.ID); err != nil {
			return err
		}
	case care.PlanActive:
		w.queue(`UPDATE plan SET state = $2, ended_at = $3 WHERE case_id = $1 AND state = 'active'`, w.caseID(), care.PlanRevised, w.step.At)
		w.queue(`UPDATE plan SET state = $2, activated_at = $3, content = jsonb_set(content, '{actions}', coalesce((SELECT jsonb_agg(
				CASE WHEN (a ->> 'send')::boolean THEN (a - 'send') || '{"routed": true}' ELSE a END ORDER BY n)
				FROM jsonb_array_elements(content -> 'actions') WITH ORDINALITY AS each (a, n)), '[]')) WHERE id = $1`, p.ID, p.State, w.step.At)
	case care.PlanDeclined, care.PlanDropped, care.PlanCompleted:
		w.queue(`UPDATE plan SET state = $2, ended_at = $3 WHERE id = $1`, p.ID, p.State, w.step.At)
	default:
		w.queue(`UPDATE plan SET state = $2 WHERE id = $1`, p.ID, p.State)
	}
	w.moment("plan_"+string(p.State), "")
	return nil
}

// propose keeps the content of a draft, from when on it is proposed. What was signed or not
// of an earlier proposal is no answer to this one: the history has it.
func (w *plans) propose(id string) error {
	form, err := postgres.FormOf(catalogue.Complete, w.entry.Data)
	if err != nil || form.Plan == nil {
		return err
	}
	rows, _ := w.tx.Query(w.ctx, `SELECT content FROM plan WHERE case_id = $1`, w.caseID())
	earlier, err := pgx.CollectRows(rows, pgx.RowTo[ledger.PlanContent])
	if err != nil {
		return err
	}
	content, err := json.Marshal(ledger.PlanOf(w.step.Entry.ID, *form.Plan, earlier))
	if err != nil {
		return err
	}
	w.queue(`UPDATE plan SET state = $2, content = $3, agencies = $4, changes = $5, created_at = $6 WHERE id = $1`,
		id, care.PlanProposed, content, postgres.OrEmpty(form.Plan.Agencies()), form.Plan.Changes, w.step.At)
	w.queue(`UPDATE seat SET signature = '', signature_note = '', signature_at = NULL, reported = reported AND signature = '' WHERE run_id = $1`, w.step.Run)
	return nil
}

// end ends the plan along with its case.
func (w *plans) end() {
	w.queue(`UPDATE plan SET state = CASE state WHEN 'active' THEN 'completed' ELSE 'dropped' END, ended_at = $2
		WHERE case_id = $1 AND ended_at IS NULL`, w.caseID(), w.step.At)
}
