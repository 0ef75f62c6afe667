package run

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// A Wait is a time that the run waits for, known by its point.
type Wait struct {
	s     *Standing
	point string
}

// Wait gives the wait of a point, begun or not.
func (s *Standing) Wait(point string) Wait { return Wait{s, point} }

// Begin begins the wait for a deadline of the zone, counted from now.
func (w Wait) Begin(deadline string) { w.begin(ledger.Wait{Deadline: deadline}) }

func (w Wait) begin(wait ledger.Wait) {
	wait.Point = w.point
	if w.s.open(care.OpenPoint{Point: w.point, Kind: care.OpenWait}) {
		w.s.effects.Waits = append(w.s.effects.Waits, wait)
	}
}

// FellDue says whether an entry is the clock's, and its time that of the wait or later.
func (w Wait) FellDue(e ledger.Entry) bool {
	wait, ok := w.s.state.Opened(w.point)
	return ok && wait.Kind == care.OpenWait && wait.Due != nil && e.Answer.Operation == care.OpClock && !wait.Due.After(*e.Answer.At)
}

// End forgets the wait.
func (w Wait) End() { w.s.close(w.point) }

// UntilUnless rests until a deadline of the zone, counted from now, has come, or
// another entry comes sooner.
func (r *Run) UntilUnless(point, deadline string, sooner func(ledger.Entry) bool) (cameSooner bool, err error) {
	wait := r.Wait(point)
	if _, done := r.state.Answer(point); !done {
		wait.Begin(deadline)
	}
	answer, err := r.Await(point, func(e ledger.Entry) bool { return wait.FellDue(e) || sooner(e) })
	if err != nil {
		return false, err
	}
	wait.End()
	return answer.Operation != care.OpClock, nil
}
