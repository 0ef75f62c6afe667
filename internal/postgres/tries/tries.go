// Package tries notes, as the worker, which tries of accepted entries came to nothing, and
// when such an entry is to be tried again.
package tries

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/locks"
)

// Notes stand beside the entries that they are about.
type Notes struct{ pool *pgxpool.Pool }

// New builds the notes on a pool whose login may join the worker's role.
func New(pool *pgxpool.Pool) *Notes { return &Notes{pool} }

// standingRow is where a run stands, of which its state is not read: it may be what
// cannot be.
type standingRow struct {
	Epoch int `db:"epoch"`
	Rev   int `db:"revision"`
}

// noted is what is noted of a try that came to nothing: with the code $2, of an entry
// that counts as deferred from the try $3 on, at the time t.now.
const (
	pause = `CASE WHEN deferred_at IS NOT NULL OR deferrals + 1 >= $3 THEN deferral_pause(deferrals) ELSE interval '1 second' * power(2, deferrals) END`
	noted = `fault = $2, deferrals = deferrals + 1, deferred_at = coalesce(deferred_at, CASE WHEN deferrals + 1 >= $3 THEN t.now END),
		wake_at = t.now + ` + pause + `, rests_until = t.now + ` + pause
)

// fewTries is after how many tries an entry counts as deferred for what may pass.
const fewTries = 3

// Defer notes beside an accepted entry that its step cannot be written: since when,
// and a code that says why. It comes again after a pause that grows to ten minutes.
// A run's own clock has no entry: it comes again as its run makes it.
func (n *Notes) Defer(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	return n.note(ctx, step, code, 1)
}

// Postpone is Defer for what may pass: the entry comes again soon, and counts as
// deferred once a few tries came to nothing.
func (n *Notes) Postpone(ctx context.Context, step ledger.Step, code string) (ledger.StepResult, error) {
	return n.note(ctx, step, code, fewTries)
}

// DeferRun notes beside all that was accepted for a run, and does not rest, that the run
// does not load.
func (n *Notes) DeferRun(ctx context.Context, start ledger.Start, code string, passes bool) error {
	tries := 1
	if passes {
		tries = fewTries
	}
	kept := ""
	err := postgres.Within(ctx, n.pool, postgres.Worker(ledger.BareID(start.Case)), nil, func(tx postgres.Tx) (err error) {
		if kept, err = locks.CaseNow(ctx, tx, start.Run, start.Case); err != nil || kept != "" {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE command c SET `+noted+` FROM (SELECT clock_timestamp() AS now) t WHERE c.id IN (SELECT e.id FROM command e
			WHERE e.run_id = $1 AND e.state = 'accepted' AND (e.rests_until IS NULL OR e.rests_until <= clock_timestamp()) ORDER BY e.seq FOR UPDATE)`, start.Run, code, tries)
		return err
	})
	if err == nil && kept != "" {
		start.Case = kept
		return n.DeferRun(ctx, start, code, passes)
	}
	return err
}

// Answers says whether Postgres answers at all.
func (n *Notes) Answers(ctx context.Context) error {
	return postgres.Within(ctx, n.pool, postgres.Worker(""), nil, func(postgres.Tx) error { return nil })
}

// note keeps a try that came to nothing. The run is not locked: that may be what
// its step waits for.
func (n *Notes) note(ctx context.Context, step ledger.Step, code string, tries int) (ledger.StepResult, error) {
	res, kept := ledger.StepResult{Verdict: ledger.Known}, ""
	err := postgres.Within(ctx, n.pool, postgres.Worker(ledger.BareID(step.Case)), nil, func(tx postgres.Tx) error {
		run, err := postgres.One[standingRow](ctx, tx, `SELECT epoch, revision FROM run WHERE id = $1`, step.Run)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			kept, err = locks.CaseNow(ctx, tx, step.Run, step.Case)
			return err
		case err != nil:
			return err
		case step.Epoch < run.Epoch:
			res = ledger.StepResult{Verdict: ledger.Fenced}
			return nil
		}
		err = tx.QueryRow(ctx, `UPDATE command SET `+noted+` FROM (SELECT clock_timestamp() AS now) t
			WHERE run_id = $1 AND id = $4 AND state = 'accepted' RETURNING trace`, step.Run, code, tries, step.Entry.ID).Scan(&res.Trace)
		switch gone := errors.Is(err, pgx.ErrNoRows); {
		case gone && !step.OwnClock():
			return nil
		case gone:
			err = nil
		}
		res.Verdict, res.Revision = ledger.Deferred, run.Rev
		return err
	})
	if err == nil && kept != "" {
		step.Case = kept
		return n.note(ctx, step, code, tries)
	}
	return res, err
}
