package endtoend

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"percorso/deploy/standalone"
	"percorso/deploy/standalone/stacktest"
	"percorso/internal/care"
	"percorso/internal/manual"
)

// twoVersions is a stack whose binary can be replaced, and a second build of it.
type twoVersions struct {
	*services
	options    standalone.Options
	settings   []string // of the stack's own worker
	folder     string   // of the stack's binaries
	first      string   // the binary that make built
	second     string   // linked as build "two"
	began      *exec.Cmd
	moved      atomic.Int64 // cases that the load has led to their orientation
	stopping   atomic.Bool
	delivering sync.WaitGroup
}

// newTwoVersions links the second build, and starts a stack in a folder of binaries
// of its own.
func newTwoVersions(t *testing.T, settings ...string) *twoVersions {
	v := &twoVersions{folder: t.TempDir(), settings: settings}
	built := stacktest.BinDir(t)
	v.first, v.second = filepath.Join(built, "percorso"), filepath.Join(t.TempDir(), "percorso")
	link := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-X percorso/internal/versions.linked=two", "-o", v.second, "./cmd/percorso")
	link.Dir = manual.Root()
	said, err := link.CombinedOutput()
	require.NoError(t, err, "%s", said)
	for _, name := range []string{"percorso-stack", "percorso-temporal"} {
		require.NoError(t, os.Symlink(filepath.Join(built, name), filepath.Join(v.folder, name)))
	}
	v.use(v.first)
	v.options = stacktest.Options(t)
	v.options.BinDir, v.options.ZoneDir = v.folder, zonesThatReceive(t)
	v.options.Environment = map[standalone.Part][]string{standalone.Worker: v.settings}
	v.services = &services{t: t, zone: "prato", tokens: map[string]string{}}
	v.start()
	return v
}

func (v *twoVersions) start() {
	v.t.Helper()
	v.stack = stacktest.Start(v.t, func(o *standalone.Options) { *o = v.options })
}

// use makes a binary the one that the stack's next processes run.
func (v *twoVersions) use(binary string) {
	name := filepath.Join(v.folder, "percorso")
	_ = os.Remove(name)
	if err := os.Symlink(binary, name); err != nil {
		panic(err)
	}
}

// release runs percorso release, and says how it ended.
func (v *twoVersions) release(arguments ...string) (code int, said string) {
	v.t.Helper()
	out, err := v.stack.Command(v.t.Context(), standalone.Ops, append([]string{"release"}, arguments...)...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(v.t, err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return code, string(out)
}

// stands waits until the list of versions has a line.
func (v *twoVersions) stands(line string) {
	v.t.Helper()
	pattern := regexp.MustCompile(`(?m)^` + line + `\b`)
	var said string
	require.Eventually(v.t, func() bool {
		_, said = v.release("--list")
		return pattern.MatchString(said)
	}, time.Minute, 200*time.Millisecond, "%s", line)
}

// begin starts a worker of the second build beside the stack's own.
func (v *twoVersions) begin(settings ...string) {
	v.t.Helper()
	v.began = exec.CommandContext(context.WithoutCancel(v.t.Context()), v.second, "worker")
	v.began.Env = slices.Concat(os.Environ(), v.stack.Env(standalone.Worker), []string{"PERCORSO_BUILD_ID="}, settings)
	require.NoError(v.t, v.began.Start())
	v.t.Cleanup(v.end)
}

// end kills it.
func (v *twoVersions) end() {
	if v.began != nil {
		_ = v.began.Process.Kill()
		_ = v.began.Wait()
		v.began = nil
	}
}

// load opens cases and leads them to their orientation, several at once, until it is
// stopped: each request is repeated with its key until it is answered as worked.
func (v *twoVersions) load() {
	for range 4 {
		one := &services{t: v.t, stack: v.stack, zone: v.zone, tokens: map[string]string{}}
		for _, role := range []care.Role{care.DeskOperator, care.Supervisor, care.SocialWorker} {
			one.tokens[string(role)+"."+v.zone] = stacktest.Token(v.t, v.stack, string(role)+"."+v.zone)
		}
		v.delivering.Go(func() {
			for !v.stopping.Load() {
				opened := one.untilWorked(care.DeskOperator, "/case-files", opening(person(nil), "labour"))
				for _, form := range []care.Completion{heard, booked()} {
					kind := care.FirstListening
					if form.Outcome == care.Booked {
						kind = care.Orientation
					}
					task := one.untilOpen(opened.text("id"), kind)
					one.untilWorked(care.Role(task.text("role")), "/tasks/"+task.text("id")+"/claim", nil)
					one.untilWorked(care.Role(task.text("role")), "/tasks/"+task.text("id")+"/complete", form)
				}
				v.moved.Add(1)
			}
		})
	}
}

// untilWorked repeats a request, and gives up with its test alone.
func (s *services) untilWorked(role care.Role, path string, body any) (a answer) {
	for key := uuid.NewString(); s.t.Context().Err() == nil; time.Sleep(50 * time.Millisecond) {
		var err error
		if a, err = s.try(role, http.MethodPost, path, key, body); err == nil && (a.status == http.StatusOK || a.status == http.StatusCreated) {
			return a
		}
		if err == nil && a.status != http.StatusAccepted && a.status < http.StatusInternalServerError {
			s.t.Errorf("%s: %d %v", path, a.status, a.body)
			return a
		}
	}
	return a
}

// untilOpen waits until a case has an open task of a kind.
func (s *services) untilOpen(caseID string, kind care.TaskKind) answer {
	for s.t.Context().Err() == nil {
		page, err := s.try(care.Supervisor, http.MethodGet, "/tasks?limit=100&case_file_id="+caseID, "", nil)
		if i := slices.IndexFunc(page.items(), func(a answer) bool { return a.text("kind") == string(kind) }); err == nil && i >= 0 {
			return page.items()[i]
		}
		time.Sleep(50 * time.Millisecond)
	}
	return answer{t: s.t}
}

// moves waits until each part of the load has led another case on.
func (v *twoVersions) moves(now string) {
	v.t.Helper()
	before := v.moved.Load()
	require.Eventually(v.t, func() bool { return v.moved.Load() >= before+8 }, time.Minute, 50*time.Millisecond, "nothing moves: %s", now)
}

// stop ends the load, once what it began is worked.
func (v *twoVersions) stop() {
	v.t.Helper()
	v.stopping.Store(true)
	done := make(chan struct{})
	go func() { v.delivering.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		v.t.Fatal("what was begun was never worked")
	}
}

// isWorkedBy waits until a case's run was worked last by a version. A step is answered
// a moment before Temporal has taken it.
func (v *twoVersions) isWorkedBy(caseID, build string) {
	v.t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: v.stack.Addresses().Temporal, Namespace: "percorso", Logger: nothing{}})
	require.NoError(v.t, err)
	defer temporal.Close()
	pattern := regexp.MustCompile(`^` + build + `$`)
	v.eventually("worked by "+build, func() bool {
		run, err := temporal.DescribeWorkflowExecution(v.t.Context(), "case/"+caseID, "")
		last := run.GetWorkflowExecutionInfo().GetVersioningInfo().GetDeploymentVersion().GetBuildId()
		return err == nil && pattern.MatchString(last)
	})
}

// nothing keeps Temporal's client from logging.
type nothing struct{}

func (nothing) Debug(string, ...any) {}
func (nothing) Info(string, ...any)  {}
func (nothing) Warn(string, ...any)  {}
func (nothing) Error(string, ...any) {}

// onceEach asserts that nothing waits, and nothing happened twice.
func (v *twoVersions) onceEach() {
	v.t.Helper()
	conn, err := pgx.Connect(v.t.Context(), v.stack.AdministratorURL("percorso"))
	require.NoError(v.t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(v.t.Context())) }()
	count := func(what string) (n int64) {
		require.NoError(v.t, conn.QueryRow(v.t.Context(), `SELECT count(*) FROM `+what).Scan(&n))
		return n
	}
	// What runs tell one another may still be on its way.
	v.eventually("everything accepted is worked", func() bool { return count(`command WHERE state = 'accepted'`) == 0 })
	require.Zero(v.t, count(`(SELECT case_id, code, detail FROM timeline WHERE code IN ('case_opened', 'task_completed', 'appointment_booked') GROUP BY 1, 2, 3 HAVING count(*) > 1) AS twice`))
	require.Equal(v.t, v.moved.Load()+1, count(`timeline WHERE code = 'task_completed' AND detail LIKE 'orientation/%'`), "those of the load, and the early one")
}

// TestVersionsSideBySide: two builds of the worker under a steady load, released
// forwards and back, with versions on and off, one of them killed each time: the
// load goes on, everything accepted is worked, and nothing twice.
func TestVersionsSideBySide(t *testing.T) {
	t.Parallel()
	v := newTwoVersions(t, "PERCORSO_BUILD_ID=one", "PERCORSO_WORKER_VERSIONS=release")
	code, said := v.release("--list")
	require.Zero(t, code)
	require.Regexp(t, `(?m)^one +current +1 `, said, "at a first start nobody has to release it")
	early := v.openCase()
	v.load()
	v.moves("first start")
	v.isWorkedBy(early, "one")

	t.Run("forwards", func(t *testing.T) {
		v.begin()
		v.stands("two +stands by +1")
		v.stands("one +current +1")
		code, said := v.release("--build", "two")
		require.Zero(t, code, said)
		require.Contains(t, said, "two is current, before it was one\n")
		require.NoError(t, v.stack.Hold(standalone.Worker))
		v.moves("released, and the older one is gone")
		v.do(early, care.FirstListening, heard)
		v.isWorkedBy(early, "two")
	})
	t.Run("back", func(t *testing.T) {
		require.NoError(t, v.stack.Restart(t.Context(), standalone.Worker))
		code, said := v.release("--build", "one")
		require.Zero(t, code, said)
		v.end()
		v.moves("released back, and the newer one is gone")
		v.do(early, care.Orientation, booked())
		v.isWorkedBy(early, "one")
		code, said = v.release("--build", "one")
		require.Zero(t, code)
		require.Contains(t, said, "one was current already\n")
	})
	t.Run("a build that nobody is", func(t *testing.T) {
		code, said := v.release("--build", "three", "--wait", "5s")
		require.Equal(t, 1, code)
		require.Contains(t, said, "no worker of this build polls: three")
		v.moves("not released")
	})
	var between string
	t.Run("off", func(t *testing.T) {
		v.settings[1] = "PERCORSO_WORKER_VERSIONS=off"
		require.NoError(t, v.stack.Restart(t.Context(), standalone.Worker))
		v.stands("unversioned +current")
		v.begin("PERCORSO_WORKER_VERSIONS=off")
		v.moves("two builds, and no versions")
		between = v.openCase()
		require.NoError(t, v.stack.Hold(standalone.Worker))
		v.moves("no versions, and one is gone")
		require.NoError(t, v.stack.Restart(t.Context(), standalone.Worker))
		v.end()
	})
	t.Run("on again", func(t *testing.T) {
		v.settings[1] = "PERCORSO_WORKER_VERSIONS=self"
		require.NoError(t, v.stack.Restart(t.Context(), standalone.Worker))
		v.stands("one +current")
		v.moves("versions again")
		v.do(between, care.FirstListening, heard)
		v.isWorkedBy(between, "one")
	})
	v.stop()
	v.onceEach()

	// The launcher is started again in the same folder with a newer binary, then with
	// the older one, and Temporal is lost: nobody says which version is current.
	v.settings[0] = "PERCORSO_BUILD_ID="
	again := func(binary string) {
		t.Helper()
		v.stack.Stop()
		v.use(binary)
		v.start()
	}
	var later string
	t.Run("another binary", func(t *testing.T) {
		again(v.second)
		v.do(between, care.Orientation, booked())
		v.isWorkedBy(between, "two")
		later = v.openCase()
	})
	t.Run("the binary of before", func(t *testing.T) {
		again(v.first)
		v.do(later, care.FirstListening, heard)
		v.isWorkedBy(later, "[0-9a-f]{16}")
	})
	t.Run("Temporal lost", func(t *testing.T) {
		v.settings[1] = "PERCORSO_WORKER_VERSIONS=release"
		require.NoError(t, v.stack.Restart(t.Context(), standalone.Worker))
		require.NoError(t, v.stack.DropTemporal(t.Context()))
		out, err := v.stack.Command(t.Context(), standalone.Ops, "rebuild").CombinedOutput()
		require.NoError(t, err, "%s", out)
		v.doOverFaults(later, care.Orientation, booked())
		v.isWorkedBy(later, "[0-9a-f]{16}")
	})
}
