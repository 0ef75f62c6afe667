package steps

import (
	"encoding/json"
	"strconv"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// equipe records an équipe, its seats, and the minutes of its meetings.
func (w *writer) equipe() error {
	if e := w.step.Effects.Equipe; e != nil {
		w.queue(`INSERT INTO equipe (run_id, case_id, zone, kind, reason, convened_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			w.step.Run, w.caseID(), w.run.Zone, e.Kind, e.Reason, w.step.At)
		w.moment("equipe_convened", string(e.Kind))
	}
	if len(w.step.Effects.Seats) == 0 && w.step.Entry.Answer.Operation != care.OpMinutes {
		return nil
	}
	said, err := w.said()
	if err != nil {
		return err
	}
	for _, s := range w.step.Effects.Seats {
		if s.State == care.SeatInvited {
			w.inviteSeat(s)
			continue
		}
		w.moveSeat(s, said)
	}
	return nil
}

// reasons are what who acted wrote along with opinions and signatures.
type reasons struct {
	note  string                  // of the one who completed a task
	votes []catalogue.MinutedVote // of a meeting; its minutes are kept too
}

func (w *writer) said() (said reasons, err error) {
	switch w.step.Entry.Answer.Operation {
	case care.OpMinutes:
		form, err := formOf(w, catalogue.Minutes)
		if err != nil {
			return said, err
		}
		said.votes = form.Votes
		w.queue(`INSERT INTO minutes (id, run_id, case_id, zone, held_at, text, by_staff) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			w.step.Entry.ID, w.step.Run, w.caseID(), w.run.Zone, form.At, form.Text, w.by())
		w.moment("minutes", "")
	case care.OpComplete:
		form, err := formOf(w, catalogue.Complete)
		if err != nil {
			return said, err
		}
		said.note = form.Note
	}
	return said, nil
}

// inviteSeat makes a seat, or asks somebody else to it. Its agency gets what it
// needs of the person.
func (w *writer) inviteSeat(s ledger.SeatChange) {
	w.queue(`INSERT INTO seat (id, run_id, case_id, zone, agency, role, state, invited_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, member = NULL, invited_at = excluded.invited_at`,
		s.ID, w.step.Run, w.caseID(), w.run.Zone, s.Agency, s.Role, s.State, w.step.At)
	w.share(share{run: w.step.Run, zone: w.run.Zone, agency: string(s.Agency), purpose: forEquipe})
	w.moment("seat_invited", string(s.Role))
}

// moveSeat records who took a seat and what was said from it. What was said in a
// meeting is found in its minutes by the seat's role and agency.
func (w *writer) moveSeat(s ledger.SeatChange, said reasons) {
	votes := said.votes
	if votes == nil {
		votes = []catalogue.MinutedVote{}
	}
	w.queue(`UPDATE seat SET state = coalesce(nullif($2, ''), state), member = CASE WHEN $2 = 'confirmed' THEN $3::uuid ELSE member END,
			opinion = coalesce(nullif($4, ''), opinion), opinion_note = CASE WHEN $4 = '' THEN opinion_note ELSE words.note END,
			opinion_at = CASE WHEN $4 = '' THEN opinion_at ELSE $5::timestamptz END,
			signature = coalesce(nullif($6, ''), signature), signature_note = CASE WHEN $6 = '' THEN signature_note ELSE words.note END,
			signature_at = CASE WHEN $6 = '' THEN signature_at ELSE $5 END, minuted = words.minuted
		FROM (SELECT v.note IS NOT NULL AS minuted, coalesce(v.note, $8) AS note FROM seat s LEFT JOIN LATERAL (
				SELECT coalesce(v ->> 'note', '') AS note FROM jsonb_array_elements($7::jsonb) v WHERE v ->> 'role' = s.role AND v ->> 'agency' = s.agency LIMIT 1
			) v ON true WHERE s.id = $1) AS words WHERE id = $1`,
		s.ID, s.State, w.by(), s.Opinion, w.step.At, s.Signature, votes, said.note)
	if s.State != "" {
		w.queue(`INSERT INTO timeline (case_id, run_id, zone, at, code, detail, by_staff)
			SELECT case_id, run_id, zone, $2, $3, role, $4 FROM seat WHERE id = $1`, s.ID, w.step.At, "seat_"+string(s.State), w.by())
	}
	if s.Opinion != "" {
		w.moment("opinion", string(s.Opinion))
	}
	if s.Signature != "" {
		w.moment("signature", string(s.Signature))
	}
}

// planChange moves a version of the case's plan.
func (w *writer) planChange() error {
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
		if err := w.proposePlan(p.ID); err != nil {
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

// proposePlan keeps the content of a draft. What an earlier version has keeps its
// id, and whether the person was sent there for it.
func (w *writer) proposePlan(id string) error {
	form, err := formOf(w, catalogue.Complete)
	if err != nil || form.Plan == nil {
		return err
	}
	rows, err := postgres.Many[struct {
		Content ledger.PlanContent `db:"content"`
	}](w.ctx, w.tx, `SELECT content FROM plan WHERE case_id = $1`, w.caseID())
	if err != nil {
		return err
	}
	goals, actions := map[string]bool{}, map[string]bool{} // by id; of an action, whether it was routed
	for _, row := range rows {
		for _, g := range row.Content.Goals {
			goals[g.ID] = true
		}
		for _, a := range row.Content.Actions {
			actions[a.ID] = actions[a.ID] || a.Routed
		}
	}
	content, err := json.Marshal(planContent(w.step.Entry.ID, *form.Plan, goals, actions))
	if err != nil {
		return err
	}
	w.queue(`UPDATE plan SET state = $2, content = $3, agencies = $4, changes = $5 WHERE id = $1`,
		id, care.PlanProposed, content, postgres.OrEmpty(form.Plan.Agencies()), form.Plan.Changes)
	return nil
}

// planContent is what a version says, by the command that proposes it and what
// earlier versions have.
func planContent(command string, form care.PlanForm, goals, actions map[string]bool) ledger.PlanContent {
	content := ledger.PlanContent{Goals: []care.PlanGoal{}, Actions: []ledger.PlannedAction{}}
	for i, g := range form.Goals {
		if !goals[g.ID] {
			g.ID = ledger.DerivedID(command, "goal "+strconv.Itoa(i))
		}
		content.Goals = append(content.Goals, g)
	}
	for i, a := range form.Actions {
		routed, known := actions[a.ID]
		if !known {
			a.ID = ledger.DerivedID(command, "action "+strconv.Itoa(i))
		}
		a.Send = a.Send && !routed
		content.Actions = append(content.Actions, ledger.PlannedAction{PlanAction: a, Routed: routed})
	}
	return content
}

// endPlans ends the plan along with its case.
func (w *writer) endPlans() {
	w.queue(`UPDATE plan SET state = CASE state WHEN 'active' THEN 'completed' ELSE 'dropped' END, ended_at = $2
		WHERE case_id = $1 AND ended_at IS NULL`, w.caseID(), w.step.At)
}
