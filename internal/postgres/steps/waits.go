package steps

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/terms"
)

// waits is until when the path rests, where it waits for a time.
type waits struct {
	*writer
	set []care.OpenPoint // by this step, with when they are over
}

// write fixes when the waits of the path are over.
func (w *waits) write() error {
	for _, wait := range w.step.Effects.Waits {
		if _, open := w.step.State.Opened(wait.Point); !open {
			continue // begun and over in the same step: nothing would ever end its row
		}
		t, err := w.term(wait)
		if err != nil {
			return err
		}
		w.set = append(w.set, care.OpenPoint{Point: wait.Point, Kind: care.OpenWait, Due: t.Due})
		if t.Due == nil && wait.Deadline == care.DeadlinePermitWarning { // nothing asks for attention
			w.queue(`DELETE FROM wait WHERE run_id = $1 AND step = $2`, w.step.Run, wait.Point)
			continue
		}
		w.queue(`INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at, stood_at, stood_due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (run_id, step) DO UPDATE SET code = excluded.code, set_at = excluded.set_at, due_at = excluded.due_at,
				stood_at = excluded.stood_at, stood_due = excluded.stood_due`,
			w.step.Run, wait.Point, w.caseID(), w.run.Zone, wait.Deadline, t.Set, t.Due, t.Stood, t.StoodDue)
	}
	return nil
}

// waitTerm is until when a wait lasts.
type waitTerm struct {
	Set      time.Time  `db:"set_at"`
	Due      *time.Time `db:"due_at"` // nil: it stands still
	Stood    *time.Time `db:"stood_at"`
	StoodDue *time.Time `db:"stood_due"` // when it was due when it began to stand still
}

// term says until when a wait lasts that begins now.
func (w *waits) term(wait ledger.Wait) (t waitTerm, err error) {
	t.Set = w.step.At
	switch {
	case wait.Deadline == care.DeadlinePermitWarning:
		t.Due, err = w.permits.due()
		return t, err
	case wait.At != nil:
		t.Due = wait.At
		return t, nil
	}
	due := w.policy.Due(wait.Deadline, t.Set)
	if w.step.Entry.Answer.Operation == care.OpMeet {
		if t.Set, due, err = w.met(wait.Deadline); err != nil {
			return t, err
		}
	}
	if w.step.State.Suspended != nil {
		t.Stood, t.StoodDue = &w.step.At, &due
		return t, nil
	}
	t.Due = &due
	return t, nil
}

// met says until when a rhythm waits that begins anew because the person was met: it
// takes the place of the wait before, whose row is still there.
func (w *waits) met(deadline string) (set, due time.Time, err error) {
	var latest *time.Time
	if err := w.tx.QueryRow(w.ctx, `SELECT max(held_at) FROM meeting WHERE case_id = $1`, w.caseID()).Scan(&latest); err != nil {
		return set, due, err
	}
	if latest == nil {
		latest = &w.step.At
	}
	before, err := postgres.Many[waitTerm](w.ctx, w.tx, `SELECT set_at, coalesce(due_at, stood_due) AS due_at, stood_at, stood_due FROM wait
		WHERE run_id = $1 AND code = $2 AND coalesce(due_at, stood_due) IS NOT NULL ORDER BY coalesce(due_at, stood_due) DESC LIMIT 1`, w.step.Run, deadline)
	set, due = *latest, w.policy.Due(deadline, *latest)
	if len(before) > 0 {
		set, due = terms.Met(before[0].Set, *before[0].Due, set, due)
	}
	return set, due, err
}

// closed says whether the run waits for fewer times than before the step.
func (w *waits) closed() bool {
	return slices.ContainsFunc(w.run.State.Open, func(o care.OpenPoint) bool {
		now, open := w.step.State.Opened(o.Point)
		return o.Kind == care.OpenWait && (!open || now.Kind != care.OpenWait)
	})
}
