package activities

import (
	"context"
	"errors"
	"time"

	"percorso/internal/ledger"
)

// How long a run waits for Postgres, in units. A run that finds Postgres away for
// the first time tries for a minute; meanwhile nobody else gets at it, and Temporal
// notes every second or so that it is still at it. From then on each try is brief,
// and the pauses between them grow, so that a week's outage costs few events.
const (
	usual     = 60                     // of a run's first try
	firstWait = 100 * time.Millisecond // between two attempts of one try
	lastWait  = 5 * time.Second        //
	atOnce    = 10 * time.Millisecond  // after a conflict with somebody else
	firstRest = 5                      // between two tries
	lastRest  = 900                    //

	mostConflicts = 20 // of one try, before it is as if Postgres had no time
	mostFailures  = 3  // of one try that may be a matter of a moment
)

// How long one attempt may take, and each of two questions afterwards: whether it can be
// noted, and whether Postgres answers others. Brief ones together end before the workflow
// task asks for more time.
const (
	attempt     = 3 * time.Second
	asking      = time.Second
	brief       = 800 * time.Millisecond
	briefAsking = 300 * time.Millisecond
)

// Patience is how long runs wait for Postgres.
type Patience struct {
	// Unit is what counts as a second; 0: a second. Tests let a week pass in a minute.
	Unit time.Duration
}

func (p Patience) of(seconds int) time.Duration {
	unit := p.Unit
	if unit == 0 {
		unit = time.Second
	}
	return time.Duration(seconds) * unit
}

// rest is the pause after so many tries that came to nothing.
func (p Patience) rest(tries int) time.Duration {
	seconds := firstRest
	for range tries {
		if seconds = min(2*seconds, lastRest); seconds == lastRest {
			break
		}
	}
	return p.of(seconds)
}

// try is one attempt at something.
type try func(context.Context) (ledger.StepResult, error)

// letsGo gives what becomes of something that failed although Postgres answers others,
// and asks it nothing for longer than the limit. An error: it does not answer, or another
// attempt is worth while.
type letsGo func(ctx context.Context, limit time.Duration, why error) (ledger.StepResult, error)

// waits works until it succeeds, or is let go. Nothing but an outage of Postgres is
// waited for: what fails while others are answered must not hold them up. It has a few
// quick attempts, or a slow one. Verdict away: Postgres answers nobody, for as long as
// the run waits.
func (p Patience) waits(ctx context.Context, tries int, work try, lets letsGo) (ledger.StepResult, error) {
	began := time.Now() //nolint:forbidigo // how long it takes, by no given clock
	ends, each, asks, enough := began.Add(p.of(usual)), attempt, asking, mostFailures
	if tries > 0 {
		ends, each, asks, enough = began, brief, briefAsking, 1
	}
	conflicts, failures := 0, 0
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		res, err := once(ctx, each, work)
		if err == nil {
			if res.Later() {
				res.Pause = p.rest(tries)
			}
			return res, nil
		}
		failures++
		now := time.Now() //nolint:forbidigo // as above
		last, quick := now.Add(wait).After(ends), now.Before(began.Add(attempt))
		switch {
		case ctx.Err() != nil: // the worker ends
			return ledger.StepResult{}, ctx.Err()
		case conflict(err) && conflicts < mostConflicts && quick:
			conflicts++
			failures, wait = 0, atOnce
		case !passing(err) || failures >= enough || !quick || last:
			if res, err := lets(ctx, asks, err); err == nil {
				res.Pause = p.rest(tries)
				return res, nil
			}
			if last {
				return ledger.StepResult{Verdict: ledger.Away, Pause: p.rest(tries)}, nil
			}
		}
		select {
		case <-ctx.Done():
			return ledger.StepResult{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func once(ctx context.Context, each time.Duration, work try) (ledger.StepResult, error) {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	return work(ctx)
}

// passing says whether the same may do better in a while.
func passing(err error) bool {
	var fault *ledger.Fault
	return errors.As(err, &fault) && !fault.Unwritable()
}

// conflict says whether the same may do better at once.
func conflict(err error) bool {
	var fault *ledger.Fault
	return errors.As(err, &fault) && fault.Conflict()
}
