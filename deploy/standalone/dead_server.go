package standalone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// removeDeadLocks removes the lock files of a server that was killed. PostgreSQL does so itself, but takes
// two things for a server that still runs: a zombie, in a container whose first process collects none,
// and another program that got the same process id since. The data folder's own lock, which this process
// holds, says that no launcher runs the cluster.
func (c *cluster) removeDeadLocks(ctx context.Context) error {
	path := filepath.Join(c.dataFolder(), "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || isServer(pid) {
		return nil
	}
	// Its children end by themselves, but one that is still there works on the same shared memory.
	for c.inUse() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probeInterval):
		}
	}
	sockets, _ := filepath.Glob(filepath.Join(c.socketFolder(), ".s.PGSQL.*"))
	for _, dead := range append(sockets, path) {
		if err := os.Remove(dead); err != nil {
			return err
		}
	}
	return nil
}

// isServer says whether a process is a PostgreSQL that lives.
func isServer(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && bytes.Contains(stat, []byte("(postgres) ")) && !bytes.Contains(stat, []byte("(postgres) Z"))
}

// inUse says whether a process works in the data folder, as every process of PostgreSQL does.
func (c *cluster) inUse() bool {
	data, err := filepath.EvalSymlinks(c.dataFolder())
	if err != nil {
		return false
	}
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd")
	return slices.ContainsFunc(folders, func(link string) bool {
		folder, err := os.Readlink(link)
		return err == nil && folder == data
	})
}
