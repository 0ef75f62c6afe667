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
		due, err := w.due(wait)
		if err != nil {
			return err
		}
		w.set = append(w.set, care.OpenPoint{Point: wait.Point, Kind: care.OpenWait, Due: due})
		if due == nil && wait.Deadline == care.DeadlinePermitWarning { // nothing asks for attention
			w.queue(`DELETE FROM wait WHERE run_id = $1 AND step = $2`, w.step.Run, wait.Point)
			continue
		}
		w.queue(`INSERT INTO wait (run_id, step, case_id, zone, code, set_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (run_id, step) DO UPDATE SET code = excluded.code, set_at = excluded.set_at, due_at = excluded.due_at`,
			w.step.Run, wait.Point, w.caseID(), w.run.Zone, wait.Deadline, w.step.At, due)
	}
	return nil
}

// due says when a wait is over; nil: nobody knows yet.
func (w *waits) due(wait ledger.Wait) (*time.Time, error) {
	switch {
	case wait.Deadline == care.DeadlinePermitWarning:
		return w.permits.due()
	case wait.At != nil:
		return wait.At, nil
	case w.step.State.Suspended != nil:
		return nil, nil
	}
	due := w.policy.Due(wait.Deadline, w.step.At)
	return &due, nil
}

// closed says whether the run waits for fewer times than before the step.
func (w *waits) closed() bool {
	return slices.ContainsFunc(w.run.State.Open, func(o care.OpenPoint) bool {
		now, open := w.step.State.Opened(o.Point)
		return o.Kind == care.OpenWait && (!open || now.Kind != care.OpenWait)
	})
}
