package standalone_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
)

// launcher is percorso-stack run as a process of its own, as make run starts it.
type launcher struct {
	command     *exec.Cmd
	environment []string
	binary      string
	dataDir     string
}

// launch starts the launcher and waits until it says that it is ready.
func launch(t *testing.T, dataDir string, ports standalone.Ports) *launcher {
	t.Helper()
	binaries := withStandIn(t)
	l := &launcher{binary: filepath.Join(binaries, "percorso-stack"), dataDir: dataDir}
	l.environment = append(os.Environ(), "PERCORSO_DATA="+dataDir, "PERCORSO_BIN_DIR="+binaries, "PERCORSO_DATABASE_URL=",
		fmt.Sprintf("PERCORSO_PORT=%d", ports.API), fmt.Sprintf("PERCORSO_POSTGRES_PORT=%d", ports.Postgres),
		fmt.Sprintf("PERCORSO_TEMPORAL_PORT=%d", ports.Temporal), fmt.Sprintf("PERCORSO_TEMPORAL_UI_PORT=%d", ports.TemporalUI),
		fmt.Sprintf("PERCORSO_OIDC_PORT=%d", ports.Identity), fmt.Sprintf("PERCORSO_SMTP_PORT=%d", ports.SMTP),
		fmt.Sprintf("PERCORSO_MAIL_PAGE_PORT=%d", ports.MailPage))
	l.command = exec.Command(l.binary, "run")
	l.command.Env = l.environment
	l.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := l.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var messages bytes.Buffer
	l.command.Stderr = &messages
	if err := l.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.command.Process.Kill() })
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Ready in ") {
			go func() { _, _ = io.Copy(io.Discard, output) }()
			return l
		}
	}
	t.Fatalf("the launcher ended: %s", &messages)
	return nil
}

// ask runs another command of the launcher beside it and returns what it prints, and its complaint.
func (l *launcher) ask(t *testing.T, arguments ...string) (string, string) {
	t.Helper()
	command := exec.Command(l.binary, arguments...)
	command.Env = l.environment
	var out, complaint strings.Builder
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil && complaint.Len() == 0 {
		t.Fatal(err)
	}
	return out.String(), complaint.String()
}

// family returns the launcher's processes, of all generations.
func (l *launcher) family() []int { return standalone.Descendants(l.command.Process.Pid) }

// alive returns those that still run; a zombie that nobody has collected does not.
func alive(pids []int) []int {
	var found []int
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err == nil && !strings.Contains(string(stat), ") Z ") {
			found = append(found, pid)
		}
	}
	return found
}

func freePorts(t *testing.T) standalone.Ports {
	t.Helper()
	ports, err := standalone.FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	return ports
}

func TestNothingOutlivesAKilledLauncher(t *testing.T) {
	dataDir, ports := stacktest.DataDir(t), freePorts(t)
	l := launch(t, dataDir, ports)
	family := l.family()
	if len(family) < len(standalone.AllParts()) {
		t.Fatalf("only %d processes", len(family))
	}
	if err := l.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = l.command.Wait()
	waitFor(t, "every part ends", func() bool { return len(alive(family)) == 0 })

	// What is left on disk is a crash's, and the next start goes on from it.
	again := launch(t, dataDir, ports)
	if token, complaint := again.ask(t, "token", "supervisor.lucca"); !strings.HasPrefix(token, "ey") {
		t.Errorf("no token: %s", complaint)
	}
}

func TestInterruptStopsInOrder(t *testing.T) {
	dataDir := stacktest.DataDir(t)
	l := launch(t, dataDir, freePorts(t))
	family := l.family()

	t.Run("commands beside it", func(t *testing.T) {
		token, complaint := l.ask(t, "token", "social_worker.prato", "admin")
		if lines := strings.Fields(token); len(lines) != 2 || complaint != "" {
			t.Errorf("tokens %q, %q", token, complaint)
		}
		for account, want := range map[string]string{"nobody.prato": `no account "nobody.prato"`, "": "whose token?"} {
			if out, complaint := l.ask(t, "token", account); out != "" || !strings.Contains(complaint, want) ||
				strings.Count(complaint, "\n") != 1 {
				t.Errorf("%q: %q, %q", account, out, complaint)
			}
		}
		if out, _ := l.ask(t, "exec", "api", "/usr/bin/env"); !strings.Contains(out, "PERCORSO_OIDC_ISSUER=http://127.0.0.1:") {
			t.Errorf("environment: %s", out)
		}
		if _, complaint := l.ask(t, "clean"); !strings.Contains(complaint, "running already") {
			t.Errorf("clean: %q", complaint)
		}
	})

	if err := l.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := l.command.Wait(); err != nil {
		t.Errorf("the launcher: %v", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the stop took %s", took)
	}
	if left := alive(family); len(left) != 0 {
		t.Errorf("still running: %v", left)
	}
	log, err := os.ReadFile(filepath.Join(dataDir, "logs", "postgres.log"))
	if err != nil || !strings.Contains(string(log), "database system is shut down") {
		t.Errorf("PostgreSQL was not shut down: %v", err)
	}
	if _, complaint := l.ask(t, "token", "admin"); !strings.Contains(complaint, "not running") {
		t.Errorf("token after the stop: %q", complaint)
	}
	if _, complaint := l.ask(t, "clean"); complaint != "" {
		t.Errorf("clean: %s", complaint)
	}
	if _, err := os.Stat(dataDir); !os.IsNotExist(err) {
		t.Errorf("the data folder is still there: %v", err)
	}
}
