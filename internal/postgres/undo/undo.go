// Package undo takes the closure of a case back that was a mistake, or the merge of one.
package undo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/correcting"
	"percorso/internal/undoing"
)

// mistake is what somebody may say to be one: a closure, or a merge.
type mistake interface {
	Until() time.Time
	Said(by string, now time.Time) (rule string)
	Confirmed(by string, now time.Time) (rule string)
}

// Work says that a closure or a merge was a mistake, or confirms it, as a member of staff
// asks; or says why not. Whoever asks meanwhile waits for the runs of the cases.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	merge, merged, err := lockedMerge(ctx, tx, own)
	if err != nil {
		return nil, err
	}
	var what mistake = merge
	var closure undoing.Closure
	if !merged {
		closure, err = locked(ctx, tx, own)
		what = closure
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case merged && !catalogue.Merge.MayAsk(s.Role): // whoever may merge may take it back
		return nil, ledger.ErrForbidden
	case c.Operation == care.OpMistake:
		if rule := what.Said(s.ID, at); rule != "" {
			return care.Refuse(care.Fault{Field: "note", Rule: rule}), nil
		}
		return nil, say(ctx, tx, s, id, own, at, what.Until())
	}
	if rule := what.Confirmed(s.ID, at); rule != "" {
		return care.Refuse(care.Fault{Field: "note", Rule: rule}), nil
	}
	if _, err := tx.Exec(ctx, `SELECT second_confirmed($1, $2)`, own, at); err != nil {
		return nil, err
	}
	if merged {
		return nil, part(ctx, tx, own, id, at)
	}
	if err := postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "closure_undone", closure.Outcome); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `SELECT take_up_again($1, $2, $3)`, own, ledger.DerivedID(c.Run, "undo "+id), undoing.Course)
	return nil, err
}

// part takes the merge of a file back. What people are found by is made anew of what is
// said in each file then: it may have been corrected meanwhile.
func part(ctx context.Context, tx postgres.Tx, own, id string, at time.Time) error {
	var kept string
	if err := tx.QueryRow(ctx, `SELECT undo_merge($1, $2, $3, $4)::text`, own, id, at, undoing.Parted).Scan(&kept); err != nil {
		return err
	}
	for _, file := range []string{own, kept} {
		if err := correcting.Renew(ctx, tx, file); err != nil {
			return err
		}
	}
	return nil
}

// lockedMerge reads how a file was merged, and locks the runs of both cases; false: it is
// not, or the caller does not see it.
func lockedMerge(ctx context.Context, tx postgres.Tx, caseID string) (m undoing.Merge, merged bool, err error) {
	type row struct {
		At        time.Time `db:"at"`
		Remember  bool      `db:"remembered"`
		MergedOn  bool      `db:"merged_on"`
		Elsewhere bool      `db:"asked_elsewhere"`
		SaidBy    []string  `db:"said_by"`
	}
	r, err := postgres.One[row](ctx, tx, `SELECT at, remembered, merged_on, asked_elsewhere, said_by FROM merge_of($1)`, caseID)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, false, nil
	}
	return undoing.Merge{At: r.At, Remembered: r.Remember, MergedOn: r.MergedOn, AskedElsewhere: r.Elsewhere, SaidBy: r.SaidBy}, err == nil, err
}

// locked reads the closure of a case, whose run it locks. pgx.ErrNoRows: the caller
// does not see the case.
func locked(ctx context.Context, tx postgres.Tx, caseID string) (undoing.Closure, error) {
	type row struct {
		Outcome string     `db:"outcome"`
		At      *time.Time `db:"closed_at"`
		Begins  bool       `db:"begins"`
		SaidBy  []string   `db:"said_by"`
	}
	r, err := postgres.One[row](ctx, tx, `SELECT outcome, closed_at, begins, said_by FROM closure_of($1)`, caseID)
	return undoing.Closure{Outcome: r.Outcome, At: r.At, Begins: r.Begins, SaidBy: r.SaidBy}, err
}

// say writes that somebody says so, and tells those who may confirm it, for which there is a
// term.
func say(ctx context.Context, tx postgres.Tx, s care.Staff, id, caseID string, at, until time.Time) error {
	run := ledger.CaseRun(caseID)
	if err := postgres.TellMoment(ctx, tx, s, id, caseID, run, at, "mistake_said", ""); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT await_second($1, $2, $3, $4, $5, $6)`, caseID, id, at, until, undoing.Remind(at, until), undoing.Escalate(at, until))
	return err
}

// Of reads how the closure of a case, or its merge, can be taken back, which merges there
// were of it, and since when its closure ended what the case had open, where somebody is to
// take that up again.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case, now time.Time) (err error) {
	if c.Merges, err = postgres.Many[undoing.FileMerge](ctx, tx, `SELECT * FROM merges_of($1)`, c.ID); err != nil {
		return err
	}
	again := slices.ContainsFunc(c.Tasks, func(t ledger.Task) bool { return t.Kind == care.TakeUpAgain })
	for i := range c.Merges {
		c.Merges[i].Lasts(now)
	}
	if c.Closed == nil && !again {
		return nil
	}
	err = tx.QueryRow(ctx, `SELECT max(at) FROM timeline WHERE case_id = $1
		AND (code = 'closure_asked' OR code = 'task_completed' AND detail LIKE 'closure/closed/%')`, c.ID).Scan(&c.LostAt)
	until, ok := untilWhen(*c, now)
	if err != nil || !ok {
		return err
	}
	c.Undoing = &ledger.Undoing{Until: until}
	err = tx.QueryRow(ctx, `SELECT r.created_at, s.name, coalesce(r.data ->> 'note', '') FROM record r JOIN staff s ON s.id = r.by_staff
		WHERE r.case_id = $1 AND r.kind = $2 AND r.created_at >= $3 ORDER BY r.created_at DESC LIMIT 1`, c.ID, care.OpMistake, c.Closed).
		Scan(&c.Undoing.SaidAt, &c.Undoing.SaidBy, &c.Undoing.Why)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return waits(ctx, tx, c)
}

// waits reads for whom what was said of a case waits.
func waits(ctx context.Context, tx postgres.Tx, c *ledger.Case) error {
	u := c.Undoing
	c.Waiting = c.Waiting.Disputed(u.SaidAt, u.Until)
	err := tx.QueryRow(ctx, `SELECT said::text, names, roles, escalate_at, escalated_at FROM mistake_waits($1)`, c.ID).
		Scan(&u.SaidByID, &u.WaitsFor, &u.Roles, &u.EscalatesAt, &u.Escalated)
	if errors.Is(err, pgx.ErrNoRows) { // said before it had a clock
		return nil
	}
	return err
}

// untilWhen says until when the closure of a case, or its merge, can be taken back; false:
// it cannot.
func untilWhen(c ledger.Case, now time.Time) (until time.Time, ok bool) {
	if c.MergedInto == "" {
		closure := undoing.Closure{Outcome: c.Outcome, At: c.Closed}
		ok = closure.Stands(now) == ""
		if ok {
			until = closure.Until()
		}
		return until, ok
	}
	i := slices.IndexFunc(c.Merges, func(m undoing.FileMerge) bool { return m.Other == c.MergedInto && m.Undone == nil })
	if i < 0 || c.Merges[i].Until == nil {
		return until, false
	}
	return *c.Merges[i].Until, true
}
