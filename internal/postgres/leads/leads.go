// Package leads names who follows a case for their agency, and reads who does.
package leads

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/lead"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Work names the lead of an agency in a case, as a member of staff asks, and gives the
// command what was done; or says why not. Whoever asks meanwhile waits for the case's run.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	form, err := postgres.FormOf(catalogue.NameLead, c.Data)
	if err != nil {
		return nil, err
	}
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	var ended bool
	err = tx.QueryRow(ctx, `SELECT ended FROM run_at_work($1)`, c.Run).Scan(&ended)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case ended:
		return &care.Refusal{Code: care.RefusedEnded}, nil
	}
	rule, err := refuse(ctx, tx, s, form.To)
	var refused, before *string
	if err == nil && rule == "" {
		err = tx.QueryRow(ctx, `SELECT refused, before::text FROM name_lead($1, $2, $3, $4, $5)`, own, form.To, id, at, form.Seen).Scan(&refused, &before)
	}
	switch {
	case err != nil:
		return nil, err
	case refused != nil && *refused == lead.Ended: // meanwhile
		return &care.Refusal{Code: care.RefusedEnded}, nil
	case refused != nil && *refused == lead.Meanwhile:
		return care.RefuseChanged(lead.Meanwhile), nil
	case refused != nil:
		rule = *refused
	}
	if rule != "" {
		return care.Refuse(care.Fault{Field: "to", Rule: rule}), nil
	}
	done := ledger.Assigned{To: &ledger.Hands{Staff: form.To}}
	if before != nil {
		done.From = &ledger.Hands{Staff: *before}
	}
	c.Result = done.JSON()
	return nil, postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "lead_named", "")
}

// refuse says by which rule who asks may not name somebody, whatever the case.
func refuse(ctx context.Context, tx postgres.Tx, s care.Staff, named string) (rule string, err error) {
	to := care.Staff{ID: named}
	err = tx.QueryRow(ctx, `SELECT role, agency FROM staff WHERE id = $1 AND active AND zone = my('zone')`, named).Scan(&to.Role, &to.Agency)
	if errors.Is(err, pgx.ErrNoRows) {
		return care.RuleNotHere, nil
	}
	return lead.Refuse(s, to), err
}

// Of reads who follows a case for each agency, and then who did.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case) (err error) {
	c.Leads, err = postgres.Many[ledger.Lead](ctx, tx, `SELECT l.agency, s.id::text, s.name, s.role, l.since, coalesce(n.name, '') AS by_name, coalesce(said_now(r.id, r.data) ->> 'note', '') AS why,
			l.until, coalesce(l.ended, '') AS ended
		FROM lead l JOIN staff s ON s.id = l.staff LEFT JOIN record r ON r.id = l.command_id LEFT JOIN staff n ON n.id = r.by_staff
		WHERE l.case_id = ANY (same_file($1)) ORDER BY l.until DESC NULLS FIRST, l.since DESC, l.id`, c.ID)
	return err
}

// untaken is whether a task called t comes to somebody first: while nobody has taken it,
// and until its role is reminded of it.
const untaken = `t.state = 'ready' AND t.begun_at IS NULL AND NOT t.reminded`

// First joins to whom a task called t comes first, as a row of staff called first: the
// lead of its agency where it is for their role, unless they proposed what it approves. While
// they are away that is their substitute, or nobody.
const First = `LEFT JOIN lead ON ` + untaken + ` AND lead.case_id = t.case_id AND lead.agency = t.agency AND lead.until IS NULL AND same_identity(lead.staff, t.proposed_by) IS NOT TRUE
	LEFT JOIN staff first ON first.id = acts_for(lead.staff, t.case_id, t.proposed_by, my_now()) AND first.role = t.role`

// Own is whether a task called t comes to a member of staff first, or to who is away and whom
// they stand in for: it takes their agency, role and id. The cases that these follow are an
// array, so that their tasks are looked up by them: of a join Postgres thinks that it has to
// read what waits for all.
const Own = untaken + ` AND t.agency = ? AND t.role = ? AND same_identity(t.proposed_by, ?) IS NOT TRUE
	AND t.case_id = ANY (ARRAY(SELECT lead.case_id FROM lead WHERE lead.staff IN (SELECT acting_for()) AND lead.until IS NULL AND lead.agency = my('agency')))
	AND (t.proposed_by IS NULL OR NOT EXISTS (SELECT FROM lead WHERE same_identity(lead.staff, t.proposed_by) AND lead.until IS NULL AND lead.case_id = t.case_id AND lead.agency = t.agency))`

// Led is whether somebody, of whom it takes the id, is the lead in a case called f.
const Led = `EXISTS (SELECT FROM lead WHERE lead.staff = ? AND lead.until IS NULL AND lead.case_id = f.id)`
