package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"go.temporal.io/api/enums/v1"
)

// restart is how long the first step waited for a worker that was killed with -9.
type restart struct {
	fromStart time.Duration // from when the launcher had started the new worker
	fromKill  time.Duration
}

// restarts are those of a run that rested, and of one whose workflow task the
// killed worker had taken.
type restarts struct{ resting, working []restart }

const (
	// steady is how long a worker has to have run for the launcher to start the
	// next one at once: it waits longer for one that keeps ending.
	steady = 11 * time.Second
	// restartLimit bounds the wait for a worker or a step.
	restartLimit = 30 * time.Second
)

// measureRestarts kills the worker, by turns of both kinds.
func measureRestarts(ctx context.Context, s *site, cases []*openCase, times int) (*restarts, error) {
	var r restarts
	if err := renewCases(ctx, s, cases[:2]); err != nil {
		return nil, err
	}
	for i := range times {
		say("killing the worker, %d of %d", i+1, times)
		one, err := s.killResting(ctx, cases[0])
		if err != nil {
			return nil, fmt.Errorf("without a workflow task in flight: %w", err)
		}
		r.resting = append(r.resting, one)
		if one, err = s.killWorking(ctx, cases[1]); err != nil {
			return nil, fmt.Errorf("with a workflow task in flight: %w", err)
		}
		r.working = append(r.working, one)
	}
	return &r, nil
}

// killResting kills the worker that has the run in memory, and asks for a step
// once the launcher has started the next one: the worst moment, since the task
// first waits for the worker that is gone.
func (s *site) killResting(ctx context.Context, c *openCase) (restart, error) {
	w := &straight{s}
	old, err := s.steadyWorker(ctx, func() error { return w.step(ctx, c) })
	if err != nil {
		return restart{}, err
	}
	killed := time.Now()
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		return restart{}, err
	}
	started, err := s.nextWorker(ctx, old)
	if err != nil {
		return restart{}, err
	}
	if err := w.step(ctx, c); err != nil {
		return restart{}, err
	}
	return restart{fromStart: time.Since(started), fromKill: time.Since(killed)}, nil
}

// killWorking kills the worker while it holds a workflow task of the run: it is
// stopped in its tracks, takes the task without working it, and is killed.
func (s *site) killWorking(ctx context.Context, c *openCase) (restart, error) {
	w := &straight{s}
	old, err := s.steadyWorker(ctx, func() error { return w.step(ctx, c) })
	if err != nil {
		return restart{}, err
	}
	if err := syscall.Kill(old, syscall.SIGSTOP); err != nil {
		return restart{}, err
	}
	answered := make(chan error, 1)
	go func() { answered <- w.step(ctx, c) }()
	taken := s.taskTaken(ctx, c)
	killed := time.Now()
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		return restart{}, err
	}
	started, err := s.nextWorker(ctx, old)
	if err != nil {
		return restart{}, err
	}
	select {
	case err = <-answered:
	case <-time.After(restartLimit):
		err = fmt.Errorf("no answer within %s", restartLimit)
	}
	if err == nil {
		err = taken
	}
	return restart{fromStart: time.Since(started), fromKill: time.Since(killed)}, err
}

// taskTaken waits until a worker has taken the run's workflow task.
func (s *site) taskTaken(ctx context.Context, c *openCase) error {
	for until := time.Now().Add(restartLimit); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		d, err := s.temporal.DescribeWorkflowExecution(ctx, c.placement, "")
		if err != nil {
			return err
		}
		if d.GetPendingWorkflowTask().GetState() == enums.PENDING_WORKFLOW_TASK_STATE_STARTED {
			return nil
		}
	}
	return fmt.Errorf("the worker took no workflow task: the fault was not placed")
}

// steadyWorker waits until the worker has run for a while, has the run do a
// step, so that the worker has it in memory, and gives the worker's process.
func (s *site) steadyWorker(ctx context.Context, step func() error) (pid int, err error) {
	select {
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	case <-time.After(steady):
	}
	if pid = pidOf(s.data, ofWorker); pid == 0 {
		return 0, fmt.Errorf("no worker runs")
	}
	return pid, step()
}

// nextWorker waits until the launcher has started another worker, and says when.
func (s *site) nextWorker(ctx context.Context, old int) (started time.Time, err error) {
	for until := time.Now().Add(restartLimit); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		if pid := pidOf(s.data, ofWorker); pid != 0 && pid != old {
			return time.Now(), nil
		}
		if ctx.Err() != nil {
			return started, context.Cause(ctx)
		}
	}
	return started, fmt.Errorf("no worker within %s", restartLimit)
}

// middle is the median of one of the times.
func middle(list []restart, of func(restart) time.Duration) time.Duration {
	var times []time.Duration
	for _, r := range list {
		times = append(times, of(r))
	}
	slices.Sort(times)
	return times[len(times)/2]
}
