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

	mostConflicts = 20 // of one try, before it is as if Postgres were away
)

// How long one attempt may take. A brief one ends before the workflow task asks for
// more time.
const (
	attempt = 3 * time.Second
	brief   = 1400 * time.Millisecond
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

// waits works until it succeeds, or until the run has waited for long enough: then the
// verdict is away, with a pause. What no repetition mends comes back as an error.
func (p Patience) waits(ctx context.Context, tries int, work func(context.Context) (ledger.StepResult, error)) (ledger.StepResult, error) {
	ends, each := time.Now().Add(p.of(usual)), attempt //nolint:forbidigo // how long it takes, by no given clock
	if tries > 0 {
		ends, each = time.Time{}, brief
	}
	conflicts := 0
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		res, err := once(ctx, each, work)
		var fault *ledger.Fault
		switch {
		case err == nil:
			return res, nil
		case ctx.Err() != nil: // the worker ends
			return ledger.StepResult{}, ctx.Err()
		case !errors.As(err, &fault) || fault.Unwritable():
			return ledger.StepResult{}, err
		case fault.Conflict() && conflicts < mostConflicts:
			conflicts++
			wait = atOnce
		case time.Now().Add(wait).After(ends): //nolint:forbidigo // as above
			return ledger.StepResult{Verdict: ledger.Away, Pause: p.rest(tries)}, nil
		}
		select {
		case <-ctx.Done():
			return ledger.StepResult{}, ctx.Err()
		case <-time.After(wait):
		}
	}
}

func once(ctx context.Context, each time.Duration, work func(context.Context) (ledger.StepResult, error)) (ledger.StepResult, error) {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	return work(ctx)
}
