package standalone

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// firstBackoff is short: after a single crash the part is back before anybody waits.
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 5 * time.Second
	// steadyAfter is how long a part has to run until an end of it counts as a first one again.
	steadyAfter = 10 * time.Second

	probeInterval = 50 * time.Millisecond
	probeTimeout  = 2 * time.Second

	// shownLines is how much of a log is shown when a part does not start.
	shownLines = 10
)

// definition says how a part is started, seen to be ready, and stopped.
type definition struct {
	part Part
	// command makes a fresh command; its output goes to the part's log.
	command func() *exec.Cmd
	// ready returns nil once the part does its work.
	ready      func(context.Context) error
	readyLimit time.Duration
	// stopSignal asks for an orderly end, which may take stopLimit.
	stopSignal syscall.Signal
	stopLimit  time.Duration
}

// process is a part that is watched: it is started again whenever it ends unasked.
type process struct {
	definition
	folder  *folder
	spawner *spawner
	say     func(format string, arguments ...any)

	mu      sync.Mutex
	command *exec.Cmd // nil while it does not run
	ended   chan struct{}
	// logOffset is where the log of this run begins.
	logOffset int64
	// starting leaves an end to who waits for the start; held keeps the part down; stopping marks an end
	// that was asked for.
	starting, held, stopping bool
	backoff                  time.Duration
	restart                  *time.Timer
}

var errEnded = errors.New("it ended")

// start starts the part and waits until it is ready. Errors: errEnded with the end of its log, the last
// answer of its probe after readyLimit, or that of ctx.
func (p *process) start(ctx context.Context) error {
	p.mu.Lock()
	p.held, p.starting = false, true
	err := p.run()
	ended := p.ended
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", p.part, err)
	}
	err = p.await(ctx, ended)
	p.mu.Lock()
	p.starting = false
	// It may have ended between its first answer and here, when nobody watched.
	gone := p.command == nil
	p.mu.Unlock()
	if err == nil && gone {
		p.startAgain()
	}
	return err
}

// await waits until the part is ready. An end of the run whose channel is given ends the wait too; with
// nil the wait goes on over restarts.
func (p *process) await(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.readyLimit, fmt.Errorf("not ready within %s", p.readyLimit))
	defer cancel()
	ticker := time.NewTicker(probeInterval)
	defer ticker.Stop()
	for {
		probe, cancelProbe := context.WithTimeout(ctx, probeTimeout)
		err := p.ready(probe)
		cancelProbe()
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("%s: %w:\n%s", p.part, errEnded, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s: %w (%w); its log is %s", p.part, context.Cause(ctx), err, p.folder.logFile(p.part))
		case <-ticker.C:
		}
	}
}

// lastWords returns the end of the log of the last run.
func (p *process) lastWords() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.folder.lastLines(p.part, p.logOffset, shownLines)
}

// run starts one process; p.mu is held.
func (p *process) run() error {
	if p.command != nil {
		return nil
	}
	log, offset, err := p.folder.openLog(p.part)
	if err != nil {
		return err
	}
	p.logOffset = offset
	// The child has its own copy of the file.
	defer func() { _ = log.Close() }()
	command := p.definition.command()
	command.Stdout, command.Stderr = log, log
	if err := p.spawner.start(command); err != nil {
		return err
	}
	p.command, p.stopping = command, false
	p.ended = make(chan struct{})
	go p.watch(command, p.ended, time.Now())
	return nil
}

// watch waits for the end of one process, and starts the next one unless the end was asked for.
func (p *process) watch(command *exec.Cmd, ended chan struct{}, since time.Time) {
	_ = command.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.command = nil
	close(ended)
	if p.starting || p.held || p.stopping {
		return
	}
	if time.Since(since) > steadyAfter || p.backoff == 0 {
		p.backoff = firstBackoff
	} else {
		p.backoff = min(2*p.backoff, maxBackoff)
	}
	p.say("%s ended (%s), starts again in %s", p.part, command.ProcessState, p.backoff)
	p.restart = time.AfterFunc(p.backoff, p.startAgain)
}

func (p *process) startAgain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held || p.stopping {
		return
	}
	if err := p.run(); err != nil {
		p.say("%s does not start: %v", p.part, err)
		p.backoff = min(2*p.backoff, maxBackoff)
		p.restart = time.AfterFunc(p.backoff, p.startAgain)
	}
}

// stop ends the part in order, or with SIGKILL when it takes longer than it may.
func (p *process) stop() {
	p.mu.Lock()
	p.stopping = true
	if p.restart != nil {
		p.restart.Stop()
	}
	command, ended := p.command, p.ended
	p.mu.Unlock()
	if command == nil {
		return
	}
	// One that a test has paused cannot follow a signal.
	signalTree(command.Process.Pid, syscall.SIGCONT)
	_ = command.Process.Signal(p.stopSignal)
	select {
	case <-ended:
	case <-time.After(p.stopLimit):
		p.say("%s did not stop within %s and is killed", p.part, p.stopLimit)
		signalTree(command.Process.Pid, syscall.SIGKILL)
		<-ended
	}
}

// kill ends the part and its children with SIGKILL and waits for it. It stays down when hold is set,
// else it is started again as after a crash.
func (p *process) kill(hold bool) error {
	p.mu.Lock()
	p.held = hold
	if hold && p.restart != nil {
		p.restart.Stop()
	}
	command, ended := p.command, p.ended
	p.mu.Unlock()
	if command == nil {
		if hold {
			return nil
		}
		return fmt.Errorf("%s does not run", p.part)
	}
	signalTree(command.Process.Pid, syscall.SIGKILL)
	<-ended
	return nil
}

// signal sends a signal to the part and its children.
func (p *process) signal(signal syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return fmt.Errorf("%s does not run", p.part)
	}
	signalTree(p.command.Process.Pid, signal)
	return nil
}

// pid returns the process id, 0 while the part does not run.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return 0
	}
	return p.command.Process.Pid
}

// signalTree signals a process and then its descendants. PostgreSQL's lead sessions of their own, so
// that its process group alone would not do.
func signalTree(pid int, signal syscall.Signal) {
	children := descendants(pid)
	_ = syscall.Kill(pid, signal)
	for _, child := range children {
		_ = syscall.Kill(child, signal)
	}
}

// descendants reads the process tree from /proc.
func descendants(root int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name in parentheses may hold anything; what follows it is state and parent.
		_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
		fields := strings.Fields(rest)
		if len(fields) < 2 {
			continue
		}
		parent, err := strconv.Atoi(fields[1])
		if err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	var found []int
	for pending := []int{root}; len(pending) > 0; pending = pending[1:] {
		found = append(found, children[pending[0]]...)
		pending = append(pending, children[pending[0]]...)
	}
	return found
}
