package steps

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// standingRow is where a run stands, of which its state is read only where somebody
// does not know it: a state may be what cannot be read.
type standingRow struct {
	Epoch int `db:"epoch"`
	Rev   int `db:"revision"`
}

// Defer notes beside an accepted entry that its step cannot be written: since when,
// and a code that says why. It comes again after a pause that grows to ten minutes.
// A run's own clock has no entry: it comes again as its run makes it.
func (s *Steps) Defer(ctx context.Context, step ledger.Step, code string) (res ledger.StepResult, err error) {
	kept := ""
	err = s.within(ctx, step.Case, nil, func(tx postgres.Tx) error {
		run, err := postgres.One[standingRow](ctx, tx, `SELECT epoch, revision FROM run WHERE id = $1 FOR UPDATE`, step.Run)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			kept, err = mergedInto(ctx, tx, step.Case)
			return err
		case err != nil:
			return err
		case step.Epoch < run.Epoch:
			res = ledger.StepResult{Verdict: ledger.Fenced}
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE command SET deferred_at = coalesce(deferred_at, clock_timestamp()), fault = $3, deferrals = deferrals + 1,
				wake_at = clock_timestamp() + deferral_pause(deferrals) WHERE id = $1 AND run_id = $2 AND state = 'accepted'`, step.Entry.ID, step.Run, code)
		res = ledger.StepResult{Verdict: ledger.Deferred, Revision: run.Rev}
		return err
	})
	if err == nil && kept != "" {
		return s.Defer(ctx, inCase(step, kept), code)
	}
	return res, err
}

// Postpone has an entry brought again later. Nothing is wrong with the entry, so
// nothing is noted of it; nor is the run locked, which may be what its step waits for.
func (s *Steps) Postpone(ctx context.Context, step ledger.Step) error {
	return s.within(ctx, step.Case, nil, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE command SET deferrals = deferrals + 1, wake_at = clock_timestamp() + deferral_pause(deferrals)
			WHERE id = $1 AND run_id = $2 AND state = 'accepted'`, step.Entry.ID, step.Run)
		return err
	})
}

// hold keeps an entry behind the deferred one of its sender, and has it brought
// when that one was tried again. When that one is worked or refused it comes at once.
func (w *writer) hold() (ledger.StepResult, error) {
	_, err := w.tx.Exec(w.ctx, `UPDATE command c SET wake_at = interval '1 second' + greatest(clock_timestamp(), (SELECT max(e.wake_at) FROM command e
			WHERE e.run_id = c.run_id AND e.caller = c.caller AND e.seq < c.seq AND e.state = 'accepted' AND e.deferred_at IS NOT NULL))
		WHERE id = $1 AND run_id = $2`, w.step.Entry.ID, w.step.Run)
	res := ledger.StepResult{Verdict: ledger.Deferred, Revision: w.run.Rev, NextDue: w.run.NextDue}
	if w.run.Rev != w.step.Revision {
		res.State = &w.run.State
	}
	return res, err
}

// alike are the operations that take each other's place: of those the latest
// counts. What adds something, as a meeting or a booking, takes nothing's place.
var alike = [][]care.Operation{
	{care.OpComplete}, {care.OpAcknowledge}, {care.OpAccept, care.OpReject, care.OpHold, care.OpRedirect}, {care.OpSupply}, {care.OpWithdraw},
	{care.OpPermit}, {care.OpConsent, care.OpUnconsent}, {care.OpSuspend, care.OpResume}, {care.OpTransfer, care.OpRecall}, {care.OpClose, care.OpReopen},
	{care.OpRenewPolicy}, {care.OpClock},
}

// overtake refuses the deferred entries of the run whose place the entry takes: were
// they worked later, what is older would count. What runs tell one another keeps its
// order by itself.
func (w *writer) overtake() {
	op := w.step.Entry.Answer.Operation
	i := slices.IndexFunc(alike, func(ops []care.Operation) bool { return slices.Contains(ops, op) })
	if i < 0 || !w.entry.Passes && (op != care.OpClock || w.entry.known()) {
		return
	}
	w.queue(`UPDATE command e SET state = 'refused', refusal = $5, worked_at = $6
		WHERE e.run_id = $1 AND e.id <> $2 AND e.state = 'accepted' AND e.deferred_at IS NOT NULL AND e.operation = ANY ($3) AND e.target = $4
			AND e.seq < coalesce((SELECT c.seq FROM command c WHERE c.id = $2), e.seq + 1) AND (e.role <> '' OR e.caller LIKE 'link/%' OR e.operation = 'clock')`,
		w.step.Run, w.step.Entry.ID, alike[i], w.step.Entry.Target, care.Refusal{Code: care.RefusedOvertaken}, w.step.At)
}
