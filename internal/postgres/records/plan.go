package records

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/gathered"
)

// plans is what the équipes of a case say, and the plan that they agree on.
type plans struct{ *store }

const selectEquipe = `SELECT e.run_id, e.case_id::text, e.kind, e.reason, coalesce(equipe_note(e.run_id), '') AS note, e.convened_at,
	ended.ended_at, coalesce(ended.outcome, '') AS outcome FROM equipe e LEFT JOIN LATERAL equipe_end(e.run_id) ended ON true`

type equipeRow struct {
	Run      string          `db:"run_id"`
	CaseID   string          `db:"case_id"`
	Kind     care.EquipeKind `db:"kind"`
	Reason   string          `db:"reason"`
	Note     string          `db:"note"`
	Convened time.Time       `db:"convened_at"`
	Ended    *time.Time      `db:"ended_at"`
	Outcome  string          `db:"outcome"`
}

// Equipes lists the équipes of a case with their seats and minutes, the latest
// first, for who works on the case, sits in one or is asked to. The read is audited.
func (r plans) Equipes(ctx context.Context, s care.Staff, caseID string) (equipes []ledger.Equipe, err error) {
	err = r.ofCase(ctx, s, ledger.ReadEquipe, caseID, seesPlan, func(tx postgres.Tx) error {
		equipes, err = readEquipes(ctx, tx, `e.case_id = $1`, caseID)
		return err
	})
	return equipes, err
}

// Equipe reads one équipe by its run. The read is audited.
func (r plans) Equipe(ctx context.Context, s care.Staff, run string) (e ledger.Equipe, err error) {
	l := reading{kind: ledger.ReadEquipe, of: "run", id: run}
	err = r.reads(ctx, s, &l, func(tx postgres.Tx) error {
		equipes, err := readEquipes(ctx, tx, `e.run_id = $1`, run)
		if err != nil {
			return err
		}
		if len(equipes) == 0 {
			return ledger.ErrNotFound
		}
		e, l.cases = equipes[0], []string{equipes[0].CaseID}
		return nil
	})
	return e, err
}

func readEquipes(ctx context.Context, tx postgres.Tx, which, of string) ([]ledger.Equipe, error) {
	rows, err := postgres.Many[equipeRow](ctx, tx, selectEquipe+` WHERE `+which+` ORDER BY e.convened_at DESC, e.run_id`, of)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	equipes := make([]ledger.Equipe, len(rows))
	at := map[string]*ledger.Equipe{}
	runs := make([]string, len(rows))
	for i, row := range rows {
		equipes[i] = ledger.Equipe{
			Run: row.Run, CaseID: row.CaseID, Kind: row.Kind, Reason: row.Reason, Note: row.Note,
			Convened: row.Convened, Ended: row.Ended, Outcome: row.Outcome,
		}
		at[row.Run], runs[i] = &equipes[i], row.Run
	}
	// Who was asked to a seat and has not taken it reads nothing of what others said.
	seats, err := postgres.Many[ledger.Seat](ctx, tx, `SELECT s.id::text, s.run_id, s.role, s.agency, s.state, coalesce(m.name, '') AS member_name,
			said.opinion, said.opinion_note, said.opinion_at, said.signature, said.signature_note, said.signature_at, s.minuted, s.reported,
			sees_case(s.case_id) AND s.state IN ('invited', 'confirmed', 'spoken') AND unread_seat(s) AS unread
		FROM seat s LEFT JOIN staff m ON m.id = s.member
			LEFT JOIN LATERAL (SELECT s.agency = my('agency') OR reads_equipe(s.run_id, s.case_id) = 'sits' AS heard) reader ON true
			CROSS JOIN LATERAL (SELECT CASE WHEN heard THEN s.opinion ELSE '' END AS opinion, CASE WHEN heard THEN s.opinion_note ELSE '' END AS opinion_note,
				CASE WHEN heard THEN s.opinion_at END AS opinion_at, CASE WHEN heard THEN s.signature ELSE '' END AS signature,
				CASE WHEN heard THEN s.signature_note ELSE '' END AS signature_note, CASE WHEN heard THEN s.signature_at END AS signature_at) said
		WHERE s.run_id = ANY ($1) ORDER BY s.invited_at, s.role, s.id`, runs)
	if err != nil {
		return nil, err
	}
	for _, seat := range seats {
		at[seat.Run].Seats = append(at[seat.Run].Seats, seat)
	}
	minutes, err := postgres.Many[ledger.Minutes](ctx, tx, `SELECT m.run_id, m.held_at, m.text, coalesce(b.name, '') AS by_name
		FROM minutes m LEFT JOIN staff b ON b.id = m.by_staff WHERE m.run_id = ANY ($1) ORDER BY m.held_at DESC, m.id`, runs)
	for _, m := range minutes {
		at[m.Run].Minutes = append(at[m.Run].Minutes, m)
	}
	if err == nil {
		err = gathered.Fill(ctx, tx, runs, at)
	}
	return equipes, err
}

// Plans lists the versions of a case's plan, the newest first, with how each
// action comes along, for who works on the case, sits in an équipe of it or has
// something to do in the plan. The read is audited.
func (r plans) Plans(ctx context.Context, s care.Staff, caseID string) (plans []ledger.Plan, err error) {
	err = r.ofCase(ctx, s, ledger.ReadPlan, caseID, seesPlan, func(tx postgres.Tx) error {
		plans, err = readPlans(ctx, tx, caseID)
		return err
	})
	return plans, err
}

func readPlans(ctx context.Context, tx postgres.Tx, caseID string) ([]ledger.Plan, error) {
	plans, err := postgres.Many[ledger.Plan](ctx, tx, `SELECT id::text, case_id::text, run_id, version, state, content, agencies, changes, created_at,
		activated_at, ended_at FROM plan WHERE case_id = $1 ORDER BY version DESC`, caseID)
	if err != nil || len(plans) == 0 {
		return nil, err
	}
	type row struct {
		Action string           `db:"action_id"`
		State  care.ActionState `db:"state"`
		Note   string           `db:"note"`
		At     time.Time        `db:"at"`
		ByName string           `db:"by_name"`
	}
	rows, err := postgres.Many[row](ctx, tx, `SELECT p.action_id::text, p.state, p.note, p.at, coalesce(s.name, '') AS by_name
		FROM action_progress p LEFT JOIN staff s ON s.id = p.by_staff WHERE p.case_id = $1`, caseID)
	if err != nil {
		return nil, err
	}
	progress := map[string]row{}
	for _, p := range rows {
		progress[p.Action] = p
	}
	for _, plan := range plans {
		for i := range plan.Content.Actions {
			a := &plan.Content.Actions[i]
			a.State = care.ActionToDo
			if p, ok := progress[a.ID]; ok {
				a.State, a.Note, a.At, a.ByName = p.State, p.Note, &p.At, p.ByName
			}
		}
	}
	return plans, nil
}

// GoalFindings lists what the evaluations said of the plan's goals, the latest
// first. The read is audited.
func (r plans) GoalFindings(ctx context.Context, s care.Staff, caseID string) (findings []ledger.GoalFinding, err error) {
	err = r.ofCase(ctx, s, ledger.ReadGoalFindings, caseID, seesPlan, func(tx postgres.Tx) error {
		findings, err = postgres.Many[ledger.GoalFinding](ctx, tx, `SELECT g.goal_id::text, g.agency, g.result, g.note, g.at, coalesce(s.name, '') AS by_name
			FROM goal_finding g LEFT JOIN staff s ON s.id = g.by_staff WHERE g.case_id = $1 ORDER BY g.at DESC, g.id`, caseID)
		return err
	})
	return findings, err
}

// seesPlan answers ledger.ErrNotFound where the caller does not see the case's
// équipes and plan.
func seesPlan(ctx context.Context, tx postgres.Tx, caseID string) error {
	var sees bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM case_file WHERE id = $1) OR EXISTS (SELECT FROM equipe WHERE case_id = $1)
		OR EXISTS (SELECT FROM plan WHERE case_id = $1)`, caseID).Scan(&sees)
	if err == nil && !sees {
		return ledger.ErrNotFound
	}
	return err
}
