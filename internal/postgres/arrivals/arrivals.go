// Package arrivals keeps who is here for an appointment.
package arrivals

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// marked is an appointment whose person somebody marks.
type marked struct {
	arrival.Expected
	Run  string `db:"run_id"`
	Case string `db:"case_id"`
}

// Marks gives what marks, by the rules of a zone, that the person of an appointment is here,
// or takes it back, as a member of staff asks who sees it; or says why not. Whoever else
// marks it, moves it or cancels it meanwhile waits. It gives the command the run of the
// appointment, and its case.
func Marks(rules *postgres.Rules) func(context.Context, postgres.Tx, care.Staff, *ledger.NewCommand, string, time.Time) (string, *care.Refusal, error) {
	return func(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (string, *care.Refusal, error) {
		set, err := rules.Current(ctx, tx, s.Zone)
		if err != nil {
			return "", nil, err
		}
		return mark(ctx, tx, s, c, id, set.There(at))
	}
}

// mark marks it; at is the hour there.
func mark(ctx context.Context, tx postgres.Tx, s care.Staff, c *ledger.NewCommand, id string, at time.Time) (caseID string, _ *care.Refusal, err error) {
	if !care.IsID(c.Target) {
		return "", nil, ledger.ErrNotFound
	}
	form, err := postgres.FormOf(catalogue.Arrive, c.Data)
	if err != nil {
		return "", nil, err
	}
	found, err := postgres.One[marked](ctx, tx, `SELECT run_id, case_id::text, state, at, arrived_at FROM appointment WHERE id = $1 FOR UPDATE`, c.Target)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, ledger.ErrNotFound
	}
	if err != nil {
		return "", nil, err
	}
	c.Run = found.Run
	if rule := found.Refuses(form, at); rule != "" {
		return found.Case, care.RefuseChanged(rule), nil
	}
	moment, hour := "person_arrived", &at
	if form.Back {
		moment, hour = "arrival_taken_back", nil
	}
	if _, err := tx.Exec(ctx, `UPDATE appointment SET arrived_at = $2 WHERE id = $1`, c.Target, hour); err != nil {
		return "", nil, err
	}
	return found.Case, nil, postgres.TellMoment(ctx, tx, s, id, found.Case, c.Run, at, moment, "")
}

// Contradicted says whether an outcome makes an absence of somebody who was here for the
// appointment that a run has, without a word of why.
func Contradicted(ctx context.Context, tx postgres.Tx, run string, outcome, reason care.Code, note string) (bool, error) {
	list, err := postgres.Many[arrival.Expected](ctx, tx, `SELECT state, at, arrived_at FROM appointment
		WHERE run_id = $1 AND state IN ('booked', 'confirmed') AND arrived_at IS NOT NULL`, run)
	return slices.ContainsFunc(list, func(e arrival.Expected) bool { return e.Contradicts(outcome, reason, note) }), err
}
