package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"percorso/internal/config"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/postgres/machine"
	"percorso/internal/runs"
)

func init() {
	commands = append(commands, command{"rebuild", "[CASE | RUN]", "start open runs anew from Postgres: a case's, one, or all; it may be cut off and repeated", parseRebuild})
}

const (
	rebuildHands  = 16              // runs started side by side
	rebuildEvery  = 2 * time.Second // a line of progress
	rebuildChunks = 500             // runs read at once
)

func parseRebuild(args []string) (work, error) {
	flags := newFlags()
	anew := flags.Bool("anew", false, "begin a new pass over all runs, though one was cut off")
	found, err := read(flags, args, 0, 1)
	if err != nil {
		return nil, err
	}
	if len(found) == 1 && *anew {
		return nil, fmt.Errorf("%w: --anew is about all runs", errUsage)
	}
	return func(ctx context.Context, out io.Writer) error {
		c, err := config.ReadRebuild()
		if err != nil {
			return err
		}
		parts, err := connect(ctx, newLog("rebuild"), c.Database, c.Processes, nil)
		if err != nil {
			return err
		}
		defer parts.close()
		r := &rebuilding{pool: parts.pool, processes: runs.New(parts.temporal), out: out}
		if len(found) == 1 {
			return lacks(asRebuild, r.some(ctx, found[0]))
		}
		return lacks(asRebuild, r.all(ctx, *anew))
	}, nil
}

// restarter starts an open run anew in Temporal; package runs implements it.
type restarter interface {
	Restart(ctx context.Context, run ledger.OpenRun) error
}

// rebuilding starts open runs from what Postgres keeps, under a higher epoch: should
// a lost cluster come back, its runs are fenced. A run that is there is terminated.
type rebuilding struct {
	pool      *pgxpool.Pool
	processes restarter
	out       io.Writer

	mu     sync.Mutex
	done   int
	failed []string // what became of some, for the message
}

// some rebuilds the open runs of a case, or one run.
func (r *rebuilding) some(ctx context.Context, named string) error {
	open, err := machine.RunsOf(ctx, r.pool, named)
	if errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("there is no case and no open run %q", named)
	}
	if err != nil {
		return err
	}
	r.startAll(ctx, open, func(context.Context, []string) error { return nil })
	return r.ended(ctx, len(open))
}

// all rebuilds every open run. A pass that was cut off goes on where it stood.
func (r *rebuilding) all(ctx context.Context, anew bool) error {
	pass, err := machine.BeginPass(ctx, r.pool, anew)
	if err != nil {
		return err
	}
	if pass.Done > 0 {
		r.say("going on with the pass of %s: %d of %d runs are rebuilt already", pass.Started.UTC().Format(time.RFC3339), pass.Done, pass.Total)
	} else {
		r.say("%d runs to rebuild", pass.Total)
	}
	stop := sync.OnceFunc(r.progress(ctx, pass.Done, pass.Total))
	defer stop()
	for after := ""; ctx.Err() == nil; {
		open, err := machine.PassRuns(ctx, r.pool, pass.ID, after, rebuildChunks)
		if err != nil {
			return r.cut(ctx, err)
		}
		if len(open) == 0 {
			break
		}
		after = open[len(open)-1].ID
		r.startAll(ctx, open, func(ctx context.Context, ids []string) error { return machine.Rebuilt(ctx, r.pool, pass.ID, ids) })
	}
	stop()
	if err := r.ended(ctx, pass.Total-pass.Done); err != nil {
		return err
	}
	return machine.EndPass(ctx, r.pool)
}

// startAll starts some runs side by side, and has those kept that were started.
func (r *rebuilding) startAll(ctx context.Context, open []ledger.OpenRun, keep func(context.Context, []string) error) {
	next := make(chan ledger.OpenRun)
	hands := []func(context.Context) error{func(ctx context.Context) error {
		defer close(next)
		for _, run := range open {
			select {
			case next <- run:
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	}}
	for range rebuildHands {
		hands = append(hands, func(ctx context.Context) error {
			for run := range next {
				// What is begun is ended and kept, even if the command is cut off meanwhile:
				// so the next one starts nothing twice.
				ctx := context.WithoutCancel(ctx)
				err := r.processes.Restart(ctx, run)
				if err == nil {
					err = keep(ctx, []string{run.ID})
				}
				r.count(run, err)
			}
			return nil
		})
	}
	_ = loops.Together(ctx, hands...)
}

func (r *rebuilding) count(run ledger.OpenRun, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.done++
		return
	}
	r.failed = append(r.failed, fmt.Sprintf("%s: %v", run.ID, err))
}

// progress says every few seconds how far it is, until it is stopped.
func (r *rebuilding) progress(ctx context.Context, before, total int) (stop func()) {
	ctx, end := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(rebuildEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				r.mu.Lock()
				done, failed := before+r.done, len(r.failed)
				r.mu.Unlock()
				r.say("%d of %d runs rebuilt, %d could not be", done, total, failed)
			}
		}
	}()
	return func() { end(); <-stopped }
}

// ended says how it went.
func (r *rebuilding) ended(ctx context.Context, of int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return r.cut(ctx, nil)
	}
	if n := len(r.failed); n > 0 {
		return fmt.Errorf("%d of %d runs rebuilt; %d could not be, and are tried again when the command is repeated:\n  %s",
			r.done, of, n, strings.Join(r.failed[:min(n, 5)], "\n  "))
	}
	r.say("%d runs rebuilt", r.done)
	return nil
}

// cut tells an interruption apart from what else went wrong.
func (r *rebuilding) cut(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w after %d runs: the same command goes on from there", errCutOff, r.done)
	}
	return err
}

func (r *rebuilding) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format+"\n", args...)
}
