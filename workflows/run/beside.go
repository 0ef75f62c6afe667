package run

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// What happens to a run beside its path may come whatever the path rests on: the
// run stands still and goes on, is told to end, and hears whatever else its
// process hears. None of it answers a point of the path, so a walk from the
// start goes past it; its trace is in the run's state and in what it has open.

// Handling says whose an entry is.
type Handling int

const (
	ForPath    Handling = iota // the path's, if the path awaits it
	Done                       // taken, and no matter of the path
	Interrupts                 // taken, and the run ends early: see Interrupt
	Refused                    // not taken: the run cannot do it as it stands
)

// Interrupt ends the run early: its path is unwound, and what ends it is walked
// in its place. Its process gets to know why.
func (r *Run) Interrupt(why care.Answer) Handling {
	r.state.Interrupt = &why
	return Interrupts
}

// beside works what concerns the run and not its path: first what every run
// hears, then what its process hears.
func (x *execution) beside(e ledger.Entry) Handling {
	r := x.run
	if r.ending && !whileEnding(e.Answer.Operation) {
		return Refused
	}
	switch e.Answer.Operation {
	case care.OpEnd:
		return r.Interrupt(e.Answer)
	case care.OpRenewPolicy, care.OpMailBounced: // the store does what is to be done
		return Done
	case care.OpSuspend:
		r.suspend(e.Answer)
		if x.process.Beside != nil {
			x.process.Beside(r, e) // somebody may have to be told of what was cancelled for it
		}
		return Done
	case care.OpResume:
		if r.state.Suspended == nil {
			return Refused
		}
		r.resume()
		return Done
	case care.OpClock:
		if r.Wait(care.SuspensionOver).FellDue(e) {
			r.resume()
		}
	}
	if x.process.Beside == nil {
		return ForPath
	}
	return x.process.Beside(r, e)
}

// whileEnding says what still reaches a run that winds up.
func whileEnding(op care.Operation) bool {
	switch op {
	case care.OpReport, care.OpAdopt, care.OpClock, care.OpMailBounced, care.OpRenewPolicy:
		return true
	}
	return false
}

// takenAnyway says which entries are taken where the path does not await them.
// That the person was met or has withdrawn a consent may or may not matter to the
// path. What is due by the clock may be a task's reminder, which the store sends.
func takenAnyway(op care.Operation) bool {
	return op == care.OpMeet || op == care.OpUnconsent || op == care.OpClock
}
