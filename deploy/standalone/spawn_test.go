package standalone

import (
	"os/exec"
	"syscall"
	"testing"
)

// TestOthersOutliveASpawner: what something else in this program has started, to end with
// it, goes on when a stack has ended.
func TestOthersOutliveASpawner(t *testing.T) {
	const rounds = 20 // in each of which the spawner may get the thread that started one of the others
	var others []*exec.Cmd
	defer func() {
		for _, other := range others {
			_ = other.Process.Kill()
			_ = other.Wait()
		}
	}()
	for range rounds {
		other := exec.CommandContext(t.Context(), "sleep", "600")
		other.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		others = append(others, other)
		spawner := newSpawner()
		part := exec.CommandContext(t.Context(), "true")
		if err := spawner.start(part); err != nil {
			t.Fatal(err)
		}
		if err := part.Wait(); err != nil {
			t.Fatal(err)
		}
		spawner.close()
	}
	for i, other := range others {
		var status syscall.WaitStatus
		if ended, err := syscall.Wait4(other.Process.Pid, &status, syscall.WNOHANG, nil); err != nil || ended != 0 {
			t.Errorf("the process of round %d has ended: %v, signal %v", i, err, status.Signal())
		}
	}
}
