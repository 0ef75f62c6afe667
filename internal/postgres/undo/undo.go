// Package undo takes the closure of a case back that was a mistake.
package undo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/undoing"
)

// Work says that a closure was a mistake, or confirms it, as a member of staff asks;
// or says why not. Whoever asks meanwhile waits for the case's run.
func Work(ctx context.Context, tx postgres.Tx, s care.Staff, c ledger.NewCommand, id string, at time.Time) (*care.Refusal, error) {
	own := ledger.BareID(c.Run)
	if !care.IsID(own) {
		return nil, ledger.ErrNotFound
	}
	closure, err := locked(ctx, tx, own)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ledger.ErrNotFound
	case err != nil:
		return nil, err
	case c.Operation == care.OpMistake:
		if rule := closure.Said(s.ID, at); rule != "" {
			return care.Refuse(care.Fault{Field: "note", Rule: rule}), nil
		}
		return nil, say(ctx, tx, s, id, own, at)
	}
	if rule := closure.Confirmed(s.ID, at); rule != "" {
		return care.Refuse(care.Fault{Field: "note", Rule: rule}), nil
	}
	if err := postgres.TellMoment(ctx, tx, s, id, own, c.Run, at, "closure_undone", closure.Outcome); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `SELECT take_up_again($1, $2, $3)`, own, ledger.DerivedID(c.Run, "undo "+id), undoing.Course)
	return nil, err
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

// say writes that somebody says so, and tells those who may confirm it.
func say(ctx context.Context, tx postgres.Tx, s care.Staff, id, caseID string, at time.Time) error {
	run := ledger.CaseRun(caseID)
	if err := postgres.TellMoment(ctx, tx, s, id, caseID, run, at, "mistake_said", ""); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT tell_of_mistake($1, $2)`, caseID, at)
	return err
}

// Of reads how the closure of a case can be taken back, and since when it ended what the
// case had open, where somebody is to take that up again.
func Of(ctx context.Context, tx postgres.Tx, c *ledger.Case, now time.Time) error {
	again := slices.ContainsFunc(c.Tasks, func(t ledger.Task) bool { return t.Kind == care.TakeUpAgain })
	if c.Closed == nil && !again {
		return nil
	}
	err := tx.QueryRow(ctx, `SELECT max(at) FROM timeline WHERE case_id = $1
		AND (code = 'closure_asked' OR code = 'task_completed' AND detail LIKE 'closure/closed/%')`, c.ID).Scan(&c.LostAt)
	closure := undoing.Closure{Outcome: c.Outcome, At: c.Closed}
	if err != nil || closure.Stands(now) != "" {
		return err
	}
	c.Undoing = &ledger.Undoing{Until: closure.Until()}
	err = tx.QueryRow(ctx, `SELECT r.created_at, s.name, coalesce(r.data ->> 'note', '') FROM record r JOIN staff s ON s.id = r.by_staff
		WHERE r.case_id = $1 AND r.kind = $2 AND r.created_at >= $3 ORDER BY r.created_at DESC LIMIT 1`, c.ID, care.OpMistake, c.Closed).
		Scan(&c.Undoing.SaidAt, &c.Undoing.SaidBy, &c.Undoing.Why)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return err
}
