// Package stacktest starts the one-machine stack for end-to-end tests: every part real, on free ports
// and with a data folder of its own, beside whatever else runs on the machine.
//
// The binaries come from PERCORSO_BIN_DIR, which make test sets, else from the module's bin folder.
package stacktest

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/identity"
	"percorso/internal/manual"
)

// StartLimit is how long a stack may take to start on a busy machine.
const StartLimit = 2 * time.Minute

// logTail is how much of each part's log a failed test shows.
const logTail = 4 << 10

// Start starts a stack that ends with the test. Options arrive complete but for what change sets; with
// nil they stay so. A test that fails shows the end of every part's log.
func Start(t testing.TB, change func(*standalone.Options)) *standalone.Stack {
	t.Helper()
	options := Options(t)
	if change != nil {
		change(&options)
	}
	ctx, cancel := context.WithTimeout(context.Background(), StartLimit)
	defer cancel()
	stack, err := standalone.Start(ctx, options)
	if err != nil {
		showLogs(t, options.DataDir)
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stack.Stop()
		if t.Failed() {
			showLogs(t, options.DataDir)
		}
	})
	return stack
}

// Options returns what Start uses: free ports, a new data folder, the built binaries.
func Options(t testing.TB) standalone.Options {
	t.Helper()
	ports, err := standalone.FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	return standalone.Options{
		DataDir:     DataDir(t),
		BinDir:      BinDir(t),
		NodeModules: filepath.Join(manual.Root(), "node_modules"),
		Ports:       ports,
		Out:         t.Output(),
	}
}

// DataDir returns a new data folder that goes with the test.
func DataDir(t testing.TB) string {
	t.Helper()
	folder, err := NewFolder("percorso-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// NewFolder makes a data folder whose name begins so; who asks deletes it. It is in
// memory where the machine has the room: a database for each test is a thousand
// files, and on a disk they take ten times as long as the test. Other than a test's
// temporary folder it is open to other users' passage, as PostgreSQL needs when the
// tests run as root.
func NewFolder(prefix string) (string, error) {
	folder, err := os.MkdirTemp(place(), prefix)
	if err != nil {
		return "", err
	}
	return folder, os.Chmod(folder, 0o711) //nolint:gosec // see above
}

const (
	memory     = "/dev/shm" // the file system that Linux keeps in memory
	roomNeeded = 4 << 30    // bytes; the tests of two packages at once took less than one
)

// place is where data folders are made: in memory, or, empty, where temporary files are.
func place() string {
	var room syscall.Statfs_t
	if err := syscall.Statfs(memory, &room); err != nil || room.Bavail*uint64(room.Bsize) < roomNeeded { //nolint:gosec // a block's size is not negative
		return ""
	}
	return memory
}

// BinDir returns the folder of the built binaries.
func BinDir(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("PERCORSO_BIN_DIR")
	if folder == "" {
		folder = filepath.Join(manual.Root(), "bin")
	}
	if _, err := os.Stat(filepath.Join(folder, "percorso-stack")); err != nil {
		t.Fatalf("the stack is not built, run make build: %v", err)
	}
	return folder
}

// Token logs a demo account in and returns its bearer token for the API.
func Token(t testing.TB, stack *standalone.Stack, account string) string {
	t.Helper()
	token, err := identity.Token(context.Background(), stack.Addresses().Identity, account, identity.Password)
	if err != nil {
		t.Fatalf("token of %s: %v", account, err)
	}
	return token
}

func showLogs(t testing.TB, dataDir string) {
	logs, _ := filepath.Glob(filepath.Join(dataDir, "logs", "*.log"))
	for _, log := range logs {
		content, err := os.ReadFile(log)
		if err != nil || len(content) == 0 {
			continue
		}
		t.Logf("%s:\n%s", filepath.Base(log), content[max(0, len(content)-logTail):])
	}
}
