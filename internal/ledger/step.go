package ledger

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Step is all that one step of a run writes, in one transaction.
type Step struct {
	Run      string        `json:"run"`
	Case     string        `json:"case"`
	Epoch    int           `json:"epoch"`
	Revision int           `json:"revision"` // that the run stands at, before the step
	Entry    Entry         `json:"entry"`
	Taken    bool          `json:"taken"` // the path awaited the entry; else it is refused under lock
	At       time.Time     `json:"at"`
	State    care.RunState `json:"state"`            // after the step
	Tries    int           `json:"tries,omitempty"`  // that came to nothing before, since Postgres was away or it could not be written
	Course   int           `json:"course,omitempty"` // that the run follows, as its execution knows
	Knows    int           `json:"knows,omitempty"`  // the newest course of its kind that the worker knows
	Effects  Effects       `json:"effects"`
}

// OwnClock says whether the step's entry is what the run's own timer made of a time
// that has come. Nothing else may reach a run without having been accepted before:
// whoever could write to Temporal could otherwise act without being asked who they are.
func (s Step) OwnClock() bool {
	at := s.Entry.Answer.At
	return at != nil && !at.After(s.At) && s.Entry.Same(ClockEntry(s.Run, *at))
}

// Verdict says what the store made of a step.
type Verdict string

// Verdicts of a step.
const (
	Recorded Verdict = "recorded"
	Refused  Verdict = "refused" // durably, with a code
	Known    Verdict = "known"   // worked earlier; its stored result comes back
	Altered  Verdict = "altered" // the entry is not what was accepted: work it as it is stored, which comes back
	Behind   Verdict = "behind"  // Postgres is ahead of the run: take its state and work the entry again
	Fenced   Verdict = "fenced"  // a newer epoch owns the run
	Idle     Verdict = "idle"    // a clock fired and found nothing due
	// Deferred: it stays accepted and comes again, since it cannot be written as it
	// is, or waits behind an earlier one of its sender that cannot.
	Deferred Verdict = "deferred"
	Away     Verdict = "away"  // Postgres does not answer: nothing is known, and the entry comes again
	Newer    Verdict = "newer" // the run follows a course that the worker does not know: another worker's matter
)

// StepResult is the store's answer to a step, and to a load.
type StepResult struct {
	Verdict  Verdict          `json:"verdict"`
	Result   Result           `json:"result"`
	Revision int              `json:"revision"`
	Epoch    int              `json:"epoch"`
	NextDue  *time.Time       `json:"next_due,omitempty"` // the earliest clock of the run
	Waits    []care.OpenPoint `json:"waits,omitempty"`    // waits of the step with their computed times
	State    *care.RunState   `json:"state,omitempty"`    // where the run's own is not Postgres's
	Policy   *care.Policy     `json:"policy,omitempty"`   // on load, and when renewed
	Entry    *Entry           `json:"entry,omitempty"`    // as it is stored, where the step had it altered
	Ended    bool             `json:"ended,omitempty"`    // the run is over in Postgres
	Pause    time.Duration    `json:"pause,omitempty"`    // until the next try, of deferred and away
	Trace    string           `json:"-"`                  // the click that the entry belongs to, for the log; the run has no use for it
	// Course is, on load, the course under which the run opens if it has not yet; of
	// a recorded step, the one that the run follows from there. Zero: the first.
	Course int  `json:"course,omitempty"`
	Able   bool `json:"able,omitempty"` // of newer: a worker that knows the course is at work
}

// Later says whether the step, or the load, came to nothing for now, and is to be
// tried again later.
func (r StepResult) Later() bool { return r.Verdict == Deferred || r.Verdict == Away }

// InCase moves the step of a merged case's branch to the case that was kept.
func (step Step) InCase(kept string) Step {
	step.Effects.Tell = slices.Clone(step.Effects.Tell)
	for i := range step.Effects.Tell {
		if step.Effects.Tell[i].Run == step.Case {
			step.Effects.Tell[i].Run = kept
		}
	}
	step.Case = kept
	return step
}
