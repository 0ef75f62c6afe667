package endtoend

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/ledger"
	"percorso/internal/manual"
	"percorso/internal/postgres"
	"percorso/internal/postgres/machine"
)

// reader is somebody who types what README and docs say, in one shell, beside a
// stack that runs.
type reader struct {
	t       *testing.T
	stack   *standalone.Stack
	options standalone.Options
	folder  string   // like a checkout, with files of the reader's own
	already []string // what was typed before, in the same shell
}

// newReader starts a stack on ports of its own. Its data folder is named by the
// variable that the commands read; only the address of the API is another one.
func newReader(t *testing.T) *reader {
	r := &reader{t: t, folder: stacktest.DataDir(t)}
	r.options = stacktest.Options(t)
	r.options.DataDir = filepath.Join(r.folder, ".percorso")
	r.stack = stacktest.Start(t, func(o *standalone.Options) { *o = r.options })
	for _, name := range []string{"Makefile", "deploy", "docs"} {
		require.NoError(t, os.Symlink(filepath.Join(manual.Root(), name), filepath.Join(r.folder, name)))
	}
	require.NoError(t, os.Symlink(stacktest.BinDir(t), filepath.Join(r.folder, "bin")))
	return r
}

// types types a command; it gives what is printed and the exit code.
func (r *reader) types(c manual.Command) (printed string, code int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 5*time.Minute)
	defer cancel()
	usual := fmt.Sprintf("http://127.0.0.1:%d", standalone.DefaultPorts().API)
	text := strings.ReplaceAll(c.Text, usual, r.stack.Addresses().Pages)
	// What was typed before is done again for its variables alone.
	shell := exec.CommandContext(ctx, "bash", "-c", "set -o pipefail\n"+strings.Join(r.already, "\n")+"\n"+text)
	shell.Dir = r.folder
	// A make that runs this test would have the reader's own say more.
	shell.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS=") })
	shell.Env = append(shell.Env, "PERCORSO_DATA="+filepath.Join(r.folder, ".percorso"))
	var out, messages bytes.Buffer
	shell.Stdout, shell.Stderr = &out, &messages
	_ = shell.Run()
	if regexp.MustCompile(`^[A-Za-z_]+=`).MatchString(text) {
		r.already = append(r.already, text)
	}
	if messages.Len() > 0 {
		r.t.Logf("%s:%d: %s\n%s", c.File, c.Line, c.Text, &messages)
	}
	return strings.ReplaceAll(out.String(), r.stack.Addresses().Pages, usual), shell.ProcessState.ExitCode()
}

// prints says whether a command prints what stands below it.
func prints(c manual.Command, printed string) bool {
	want := strings.ReplaceAll(regexp.QuoteMeta(c.Prints), "…", ".*")
	return regexp.MustCompile(`(?s)^` + want + `\s*$`).MatchString(printed)
}

// TestREADMERunsAsItStands: in its order, all but the commands that start and test
// everything.
func TestREADMERunsAsItStands(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	ran := 0
	for _, c := range manual.Commands(t, "README.md") {
		if c.Text == "make run" || c.Text == "make test" {
			continue
		}
		printed, code := r.types(c)
		require.Zero(t, code, "%s:%d: %s\n%s", c.File, c.Line, c.Text, printed)
		if c.Prints != "" {
			require.True(t, prints(c, printed), "%s:%d: %s\nprints\n%s\nnot\n%s", c.File, c.Line, c.Text, printed, c.Prints)
			ran++
		}
	}
	require.GreaterOrEqual(t, ran, 3, "README says of too few commands what they print")
}

// TestOperationsRunAsTheyStand: the commands of operations.md that leave the stack
// as it is. The others start, restore or delete one.
func TestOperationsRunAsTheyStand(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	require.NoError(t, os.CopyFS(filepath.Join(r.folder, "my-zones"), deploy.Zones()))
	prato := filepath.Join(r.folder, "my-zones", "prato.yaml")
	change(t, prato, "attempts: 2", "attempts: 3")
	change(t, filepath.Join(r.folder, "my-zones", "lucca.yaml"), "attempts: 2", "attempts: 3")
	staff, err := os.ReadFile(filepath.Join(manual.Root(), "deploy", "standalone", "staff.yaml"))
	require.NoError(t, err)
	mine := filepath.Join(r.folder, "my-staff.yaml")
	require.NoError(t, os.WriteFile(mine, staff, 0o600))
	change(t, mine, "subject: social_worker_2.prato", "subject: nuova.prato")

	ran := map[string]int{} // by what is run
	for _, c := range manual.Commands(t, filepath.Join("docs", "operations.md")) {
		program, _, _ := strings.Cut(c.Text, " ")
		if program != "curl" && !strings.HasPrefix(c.Text, "bin/percorso-stack exec ") {
			continue
		}
		printed, code := r.types(c)
		// A difference that is shown has a code of its own.
		shows := strings.Contains(c.Text, " load ") && !strings.Contains(c.Text, "--apply")
		require.True(t, code == 0 || code == 3 && shows, "%s:%d: %s: exit code %d\n%s", c.File, c.Line, c.Text, code, printed)
		if shows {
			require.Contains(t, printed, "Non è cambiato nulla.", c.Text)
		}
		ran[program]++
	}
	require.GreaterOrEqual(t, ran["curl"], 1)
	require.GreaterOrEqual(t, ran["bin/percorso-stack"], 8)

	// What was loaded by hand outlives the next start, which says so.
	before := stored(t, r.stack)
	r.stack.Stop()
	var said strings.Builder
	r.options.Out = &said
	r.stack = stacktest.Start(t, func(o *standalone.Options) { *o = r.options })
	require.Equal(t, before, stored(t, r.stack))
	for _, left := range []string{"prato: policy left", "lucca: policy left", "prato: staff left"} {
		require.Contains(t, said.String(), left)
	}
	require.Equal(t, 3, strings.Count(said.String(), "left as stored"), said.String())
}

// stored is what the database has of zones and staff.
func stored(t *testing.T, stack *standalone.Stack) ledger.Setup {
	t.Helper()
	owner, err := postgres.Open(t.Context(), databaseOf(t, stack))
	require.NoError(t, err)
	defer owner.Close()
	setup, err := machine.Setup(t.Context(), owner)
	require.NoError(t, err)
	return setup
}

func change(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file) //nolint:gosec // of the test
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o600)) //nolint:gosec // of the test
}
