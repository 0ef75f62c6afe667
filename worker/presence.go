package worker

import (
	"context"
	"strings"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
	"percorso/internal/loops"
)

// Presence is where a worker says that it is at work. Package postgres implements it.
type Presence interface {
	AtWork(ctx context.Context, w ledger.Worker) error
	// Ended says that the worker ends, so that nobody waits for it to grow silent.
	Ended(ctx context.Context, w ledger.Worker) error
	// AtWorkOf counts the workers of a build that are at work; polling is how many
	// Temporal saw of late, which counts where none of that build says anything.
	AtWorkOf(ctx context.Context, build string, polling int) (int, error)
}

// presence says every few seconds that a worker is at work, and only while it is:
// its loops move, and it asks Temporal for work.
type presence struct {
	place  Presence
	worker ledger.Worker
	loops  *loops.Set
	polls  *Polls
	log    *zap.Logger
	silent string // why nothing was said the last time; empty: it was
}

const (
	presencePeriod  = 5 * time.Second
	presenceTimeout = 3 * time.Second
	afterSilence    = time.Second // before the next try where Postgres did not take it
)

func (p *presence) run(ctx context.Context) error {
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), presenceTimeout)
		defer cancel()
		_ = p.place.Ended(last, p.worker) // else it is noticed by its silence
	}()
	for {
		loops.Moves(ctx)
		pause := presencePeriod
		if !p.say(ctx) {
			pause = afterSilence
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// say says that the worker is at work, if it is.
func (p *presence) say(ctx context.Context) (said bool) {
	silent := strings.Join(Still(p.loops, p.polls), ", ")
	if silent == "" && p.polls != nil && p.polls.areRefused() {
		silent = "Temporal refuses it work"
	}
	if silent == "" {
		ctx, cancel := context.WithTimeout(ctx, presenceTimeout)
		defer cancel()
		if err := p.place.AtWork(ctx, p.worker); err != nil {
			silent = "Postgres does not take it: " + err.Error()
		}
	}
	if silent != p.silent {
		p.silent = silent
		if silent == "" {
			p.log.Info("the worker is at work")
		} else {
			p.log.Error("the worker does not say that it is at work", zap.String("cause", silent))
		}
	}
	return silent == ""
}

// Still names what of a worker stands still: its loops, and whether it asks Temporal
// for work.
func Still(set *loops.Set, polls *Polls) []string {
	still := set.Still()
	if polls != nil && !polls.goOn() {
		still = append(still, "polls")
	}
	return still
}
