package standalone

import (
	"os/exec"
	"runtime"
	"syscall"
)

// spawner starts every process of a stack from one operating system thread.
//
// The kernel sends a child its parent-death signal when the thread that started it ends, not the whole
// process, and Go ends threads as it likes. A goroutine locked to its thread for as long as the stack
// lives makes the signal mean what it says: no part outlives the launcher, not even one killed with -9.
type spawner struct{ requests chan spawnRequest }

type spawnRequest struct {
	command *exec.Cmd
	started chan error
}

func newSpawner() *spawner {
	s := &spawner{requests: make(chan spawnRequest)}
	go func() {
		// Unlocked in the end: a thread that ended with the goroutine would take along what others in
		// this program had started from it before, as workers of another stack.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for request := range s.requests {
			request.started <- request.command.Start()
		}
	}()
	return s
}

// start starts the command in a process group of its own, so that a terminal's ctrl-C reaches the
// launcher alone, which then stops the parts in order.
func (s *spawner) start(command *exec.Cmd) error {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	request := spawnRequest{command: command, started: make(chan error, 1)}
	s.requests <- request
	return <-request.started
}

// close gives the thread back; every process must have ended before.
func (s *spawner) close() { close(s.requests) }
