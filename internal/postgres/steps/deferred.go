package steps

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres/deferred"
)

// hold leaves an entry that is not to be tried now. One that waits behind an earlier one
// of its sender that could not be written is brought when that one was tried again, and
// at once when it is worked or refused. One that rests itself is a copy that waited for
// its turn while the entry was tried.
func (w *writer) hold() (res ledger.StepResult, err error) {
	if w.entry.Held {
		_, err = w.tx.Exec(w.ctx, `UPDATE command c SET wake_at = interval '1 second' + greatest(clock_timestamp(), (SELECT max(e.wake_at) FROM command e
				WHERE e.run_id = c.run_id AND e.caller = c.caller AND e.seq < c.seq AND e.state = 'accepted' AND e.deferrals > 0))
			WHERE id = $1 AND run_id = $2`, w.step.Entry.ID, w.step.Run)
	}
	res = ledger.StepResult{Verdict: ledger.Deferred, Revision: w.run.Rev, NextDue: w.run.NextDue}
	if w.run.Rev != w.step.Revision {
		res.State = &w.run.State
	}
	return res, err
}

// overtake refuses those entries of the run that could not be written and whose place the entry takes: were
// they worked later, what is older would count. What runs tell one another keeps its
// order by itself.
func (w *writer) overtake() {
	op := w.step.Entry.Answer.Operation
	alike := deferred.Alike(op)
	if len(alike) == 0 || w.entry.byCase() || !w.entry.Passes && (op != care.OpClock || w.entry.known()) {
		return
	}
	w.queue(`UPDATE command e SET state = 'refused', refusal = $5, worked_at = $6
		WHERE e.run_id = $1 AND e.id <> $2 AND e.state = 'accepted' AND e.deferrals > 0 AND e.operation = ANY ($3) AND e.target = $4
			AND e.seq < coalesce((SELECT c.seq FROM command c WHERE c.id = $2), e.seq + 1) AND (e.role <> '' OR e.caller LIKE 'link/%' OR e.operation = 'clock')`+deferred.OfTheSameAgency,
		w.step.Run, w.step.Entry.ID, alike, w.step.Entry.Target, care.Refusal{Code: care.RefusedOvertaken}, w.step.At, w.step.Entry.Answer.Agency, w.step.Entry.Answer.Matter)
}
