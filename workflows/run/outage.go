package run

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// An outage is what a run knows of tries that came to nothing: how often, and until
// when its own clock rests.
type outage struct {
	away   int       // tries in a row for which Postgres was away
	clocks int       // tries in a row of the run's own clock that came to nothing
	rests  time.Time // its own clock comes no earlier again; zero: it does not rest
}

// tries is how often what an entry is about came to nothing before.
func (o *outage) tries(e ledger.Entry) int {
	if e.Answer.Operation == care.OpClock {
		return o.clocks
	}
	return o.away
}

// failed notes a try that came to nothing.
func (o *outage) failed(e ledger.Entry, res ledger.StepResult, now time.Time) {
	if res.Verdict == ledger.Away {
		o.away++
	}
	if e.Answer.Operation == care.OpClock {
		o.clocks++
		o.rests = now.Add(res.Pause)
	}
}

// answered notes that Postgres is there. A clock that found it away need rest no
// longer; one that cannot be written for another reason does until it was.
func (o *outage) answered(e ledger.Entry, res ledger.StepResult) {
	if o.away > 0 || e.Answer.Operation == care.OpClock && !res.Later() {
		*o = outage{}
	}
}

// alarm is when a timer for a time is to fire; zero: there is nothing to wait for.
func (o *outage) alarm(due time.Time) time.Time {
	if !due.IsZero() && o.rests.After(due) {
		return o.rests
	}
	return due
}
