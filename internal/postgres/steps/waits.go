package steps

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
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
		if t.Due == nil && wait.Deadline != care.SuspensionOver && slices.Contains(neverFreeze, wait.Deadline) { // nothing asks for attention
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

// waitTerm is until when a wait lasts. A due time of nil: it stands still, since Stood
// and with what was left of StoodDue.
type waitTerm struct {
	Set                  time.Time
	Due, Stood, StoodDue *time.Time
}

// term says until when a wait lasts that begins now.
func (w *waits) term(wait ledger.Wait) (t waitTerm, err error) {
	t.Set = w.step.At
	switch {
	case wait.Deadline == care.DeadlinePermitWarning:
		t.Due, err = w.permits.due()
		return t, err
	case wait.Deadline == care.PlanActionDate:
		t.Due, err = w.days().Action(w.step.Entry.Answer)
		return t, err
	case wait.Deadline == care.PermitGranted:
		if w.permits.granted {
			t.Due = &w.step.At
		}
		return t, nil
	case wait.Deadline == care.TurnsSixteen || wait.Deadline == care.NearlyAdult:
		before, _ := w.run.State.Opened(wait.Point)
		told := w.step.Entry.Answer // a merge may write another day of birth, too
		corrected := told.Operation == care.OpCorrect || told.Operation == care.OpPermit && told.Outcome == care.OutcomeMerged
		t.Due, err = w.days().Birthday(wait.Deadline, w.born, before.Due != nil && corrected)
		return t, err
	case wait.At != nil:
		t.Due = wait.At
		return t, nil
	}
	due := w.policy.Due(wait.Deadline, t.Set)
	if w.step.Entry.Answer.Operation == care.OpMeet {
		if t.Set, due, err = w.days().Met(w.step.Run, wait.Deadline); err != nil {
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

// closed says whether the run waits for fewer times than before the step.
func (w *waits) closed() bool {
	return slices.ContainsFunc(w.run.State.Open, func(o care.OpenPoint) bool {
		now, open := w.step.State.Opened(o.Point)
		return o.Kind == care.OpenWait && (!open || now.Kind != care.OpenWait)
	})
}
