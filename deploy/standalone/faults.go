package standalone

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// What follows is what tests do to single parts of a running stack.

// Kill ends a part with SIGKILL, children included. The launcher starts it again as after a crash; Ready
// waits for that.
func (s *Stack) Kill(part Part) error {
	return s.with(part, func(p *process) error { return p.kill(false) })
}

// Hold ends a part with SIGKILL and keeps it down until Restart.
func (s *Stack) Hold(part Part) error {
	return s.with(part, func(p *process) error { return p.kill(true) })
}

// Pause stops a part and its children in their tracks (SIGSTOP) until Resume: it answers nothing, but
// keeps its connections. It returns once no thread of the part goes on.
func (s *Stack) Pause(part Part) error {
	return s.with(part, func(p *process) error {
		if err := p.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		for begun := time.Now(); !stopped(p.pid()); time.Sleep(time.Millisecond) {
			if time.Since(begun) > pauseLimit {
				return fmt.Errorf("%s does not stop", part)
			}
		}
		return nil
	})
}

// pauseLimit is how long a signal may take to reach every thread.
const pauseLimit = 10 * time.Second

// stopped says whether every thread of a process is stopped, or gone.
func stopped(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	return !slices.ContainsFunc(threads, func(file string) bool {
		stat, err := os.ReadFile(file)
		// The state is what stands behind the name, which is in parentheses.
		_, state, _ := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
		return err == nil && len(state) > 0 && !bytes.ContainsAny(state[:1], "TtZX")
	})
}

// Resume lets a paused part go on.
func (s *Stack) Resume(part Part) error {
	return s.with(part, func(p *process) error { return p.signal(syscall.SIGCONT) })
}

// Restart stops a part in order unless it is down, starts it and waits until it is ready.
func (s *Stack) Restart(ctx context.Context, part Part) error {
	return s.with(part, func(p *process) error {
		p.stop()
		return p.start(ctx)
	})
}

// Ready waits until a part is ready, over whatever restarts that takes.
func (s *Stack) Ready(ctx context.Context, part Part) error {
	return s.with(part, func(p *process) error { return p.await(ctx, nil) })
}

// DropTemporal loses the Temporal cluster: it ends the server with SIGKILL, drops both of its databases,
// and starts it on empty ones.
func (s *Stack) DropTemporal(ctx context.Context) error {
	return s.with(Temporal, func(p *process) error {
		if err := p.kill(true); err != nil {
			return err
		}
		if err := s.server.recreate(ctx, temporalDatabase, visibilityDatabase); err != nil {
			return err
		}
		return p.start(ctx)
	})
}

func (s *Stack) process(part Part) (*process, error) {
	i := slices.IndexFunc(s.processes, func(p *process) bool { return p.part == part })
	if i < 0 {
		return nil, fmt.Errorf("%s is no part of this stack", part)
	}
	return s.processes[i], nil
}

func (s *Stack) with(part Part, do func(*process) error) error {
	p, err := s.process(part)
	if err != nil {
		return err
	}
	return do(p)
}
