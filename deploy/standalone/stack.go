package standalone

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed staff.yaml
var demoStaff []byte

// Stack is a running stack. Its methods may be called from several goroutines.
type Stack struct {
	options     Options
	folder      *folder
	environment *environment
	server      *server
	spawner     *spawner
	processes   []*process // in the order of their start
	// sockets is set when the Web UI's socket needed a shorter path than the data folder's.
	sockets  string
	sayLock  sync.Mutex
	stopOnce sync.Once
	// endAside ends what looks for commands that want the database for themselves, and waits for it.
	endAside func()
}

// Start starts the parts in order and returns once each is ready. Whatever fails, and an end of ctx,
// stops what had been started. Once started the stack lives until Stop, or as long as this process.
func Start(ctx context.Context, options Options) (*Stack, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	folder, err := openFolder(options.DataDir)
	if err != nil {
		return nil, err
	}
	s := &Stack{options: options, folder: folder, spawner: newSpawner()}
	if err := s.start(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	if err := s.removeRunningFile(); err != nil {
		return err
	}
	if err := s.options.Ports.check(s.options.has); err != nil {
		return err
	}
	if err := s.options.Ports.choose(); err != nil {
		return err
	}
	secrets, err := s.folder.secrets()
	if err != nil {
		return err
	}
	if err := s.prepareDatabase(ctx, secrets); err != nil {
		return err
	}
	if err := s.prepareEnvironment(secrets); err != nil {
		return err
	}
	for _, part := range AllParts() {
		if part == Postgres || !s.options.has(part) {
			continue
		}
		// What percorso does once comes before the first of its processes.
		if part == Worker || (part == API && !s.options.has(Worker)) {
			if err := s.prepareProduct(ctx); err != nil {
				return err
			}
		}
		if err := s.startPart(ctx, s.definition(part), time.Now()); err != nil {
			return err
		}
	}
	if err := s.environment.publish(); err != nil {
		return err
	}
	looking, end := context.WithCancel(context.WithoutCancel(ctx))
	var looks sync.WaitGroup
	looks.Go(func() { s.standsAside(looking) })
	s.endAside = func() { end(); looks.Wait() }
	return nil
}

// prepareDatabase starts the private cluster, or takes the given one, with roles and databases in it.
func (s *Stack) prepareDatabase(ctx context.Context, secrets secrets) error {
	if s.options.DatabaseURL != "" {
		given, err := givenServer(s.options.DatabaseURL, secrets.Passwords)
		if err != nil {
			return err
		}
		s.server = given
		return s.server.prepare(ctx)
	}
	if !s.options.has(Postgres) {
		// Nobody asks the database, but every environment names one.
		given, err := givenServer("postgres://nobody@"+address(s.options.Ports.Postgres)+"/postgres", secrets.Passwords)
		s.server = given
		return err
	}
	cluster, err := findCluster(s.folder, &s.options, secrets.Passwords[administratorRole])
	if err != nil {
		return err
	}
	if cluster.note != "" {
		s.say("%s", cluster.note)
	}
	began := time.Now()
	if err := cluster.initialise(ctx, s.spawner); err != nil {
		return err
	}
	if err := cluster.removeDeadLocks(ctx); err != nil {
		return err
	}
	if err := s.startPart(ctx, cluster.definition(), began); err != nil {
		return err
	}
	s.server = &server{administrator: cluster.administrator(), passwords: secrets.Passwords}
	return s.server.prepare(ctx)
}

func (s *Stack) prepareEnvironment(secrets secrets) error {
	codecKeys, err := s.folder.codecKeys()
	if err != nil {
		return err
	}
	staffFile := s.options.StaffFile
	if staffFile == "" {
		staffFile = s.folder.file("staff.yaml")
		if err := writeWhole(staffFile, demoStaff); err != nil {
			return err
		}
	}
	socket := s.folder.file("run", "temporal-ui.sock")
	if len(socket) > maxSocketPath {
		if s.sockets, err = os.MkdirTemp("", "percorso-run-"); err != nil {
			return err
		}
		socket = filepath.Join(s.sockets, "temporal-ui.sock")
	}
	s.environment = &environment{
		options: &s.options, folder: s.folder, secrets: secrets, server: s.server,
		addresses: s.options.addresses(s.server), codecKeys: codecKeys, uiSocket: socket, staffFile: staffFile,
	}
	return nil
}

// loadedFile of the data folder says what was loaded last of zones and staff, so that a start overwrites
// nothing that somebody else has changed since.
const loadedFile = "loaded.json"

// prepareProduct runs what percorso does once at each start. All of it can be repeated.
func (s *Stack) prepareProduct(ctx context.Context) error {
	began := time.Now()
	if _, err := s.runOnce(ctx, "migrate"); err != nil {
		return err
	}
	zones := []string{"zone", "load", "--unless-changed", s.folder.file(loadedFile)}
	if s.options.ZoneDir != "" {
		zones = append(zones, s.options.ZoneDir)
	}
	var left []string
	for _, arguments := range [][]string{zones, {"staff", "load", "--unless-changed", s.folder.file(loadedFile), s.environment.staffFile}} {
		said, err := s.runOnce(ctx, arguments...)
		if err != nil {
			return err
		}
		left = append(left, slices.Collect(strings.Lines(said))...)
	}
	s.say("%-12s done in %s: migrations, zones, staff", Migrate, since(began))
	for _, line := range left {
		// The command in it is run with the settings of this stack.
		line = strings.Replace(strings.TrimSpace(line), ": percorso ", fmt.Sprintf(": %s exec %s %s ", s.options.binary(stackBinary), Migrate, s.options.binary(productBinary)), 1)
		s.say("%-12s %s", Migrate, line)
	}
	return nil
}

// runOnce runs a command of percorso as the owner of the database, waits for its end, and returns what it said.
func (s *Stack) runOnce(ctx context.Context, arguments ...string) (said string, err error) {
	command := exec.CommandContext(ctx, s.options.binary(productBinary), arguments...) // #nosec G204 -- our own binary
	command.Env = s.environment.process(Migrate)
	command.Dir = s.folder.path
	log, offset, err := s.folder.openLog(Migrate)
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	var out strings.Builder
	command.Stdout, command.Stderr = io.MultiWriter(log, &out), log
	if err := s.spawner.start(command); err != nil {
		return "", err
	}
	if err := command.Wait(); err != nil {
		return "", fmt.Errorf("percorso %s: %w:\n%s", strings.Join(arguments, " "), err, s.folder.lastLines(Migrate, offset, shownLines))
	}
	return out.String(), nil
}

// startPart starts a part and waits until it is ready; what it took counts from began.
func (s *Stack) startPart(ctx context.Context, d definition, began time.Time) error {
	p := &process{definition: d, folder: s.folder, spawner: s.spawner, say: s.say}
	s.processes = append(s.processes, p)
	if err := p.start(ctx); err != nil {
		return err
	}
	s.say("%-12s ready in %s", d.part, since(began))
	return nil
}

func since(began time.Time) time.Duration { return time.Since(began).Round(10 * time.Millisecond) }

// definition says how a part other than PostgreSQL is run.
func (s *Stack) definition(part Part) definition {
	a := s.environment.addresses
	binary, arguments := s.options.binary(productBinary), []string{string(part)}
	ready, readyLimit, stopLimit := answers(a.Pages+"/status"), time.Minute, 15*time.Second
	switch part {
	case Temporal:
		binary, arguments = s.options.binary(temporalBinary), nil
		// The first start also makes the schema.
		ready, stopLimit = temporalAnswers(a.Temporal), 20*time.Second
	case Identity:
		binary, ready = s.options.binary(stackBinary), answers(a.Identity+"/.well-known/openid-configuration")
	case Mail:
		binary, ready = s.options.binary(stackBinary), both(answers(a.MailPage+"/healthz"), listens(a.SMTP))
	case TemporalUI:
		binary, ready = s.options.binary(stackBinary), answers(a.TemporalUI+"/gateway/healthz")
	case Worker:
		// Whether a worker is there is part of the API's status, which the next part waits for.
		ready = func(context.Context) error { return nil }
	}
	return definition{
		part: part,
		command: func() *exec.Cmd {
			command := exec.Command(binary, arguments...) // #nosec G204 -- our own binaries
			command.Env = s.environment.process(part)
			command.Dir = s.folder.path
			return command
		},
		ready: ready, readyLimit: readyLimit, stopSignal: syscall.SIGTERM, stopLimit: stopLimit,
	}
}

// Addresses returns where the stack is reached.
func (s *Stack) Addresses() Addresses { return s.environment.addresses }

// Env returns the variables of a part or command, as KEY=value. It does not repeat the caller's own.
func (s *Stack) Env(part Part) []string { return s.environment.of(part) }

// Command makes a command of percorso with the environment of a part or command, to be started by the
// caller: Command(Ops, "rebuild").
func (s *Stack) Command(ctx context.Context, part Part, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, s.options.binary(productBinary), arguments...) // #nosec G204 -- our own binary
	command.Env = s.environment.process(part)
	command.Dir = s.folder.path
	return command
}

// AdministratorURL returns the database administrator's URL, for tests that look into every database.
func (s *Stack) AdministratorURL(database string) string {
	address := *s.server.administrator
	address.Path = "/" + database
	return address.String()
}

// LogFile returns the path of a part's log.
func (s *Stack) LogFile(part Part) string { return s.folder.logFile(part) }

// PID returns the process id of a part, 0 while it does not run.
func (s *Stack) PID(part Part) int {
	p, err := s.process(part)
	if err != nil {
		return 0
	}
	return p.pid()
}

// Stop stops the parts in the reverse order of their start, PostgreSQL last. A second call does nothing.
func (s *Stack) Stop() { s.stopOnce.Do(s.stop) }

func (s *Stack) stop() {
	if s.endAside != nil {
		s.endAside()
	}
	for _, p := range slices.Backward(s.processes) {
		p.stop()
	}
	_ = s.removeRunningFile()
	if s.sockets != "" {
		_ = os.RemoveAll(s.sockets)
	}
	s.spawner.close()
	s.folder.close()
}

func (s *Stack) removeRunningFile() error {
	err := os.Remove(s.folder.file(runningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Remove deletes a data folder with everything in it. It refuses while a stack uses it.
func Remove(dataDir string) error {
	if isRunning(dataDir) {
		return fmt.Errorf("%s: %w", dataDir, ErrRunning)
	}
	if _, err := os.Stat(filepath.Join(dataDir, "secrets.json")); errors.Is(err, fs.ErrNotExist) {
		// Nothing that a stack made: better left alone than a mistyped path deleted.
		return nil
	}
	if err := removeCluster(dataDir); err != nil {
		return err
	}
	return os.RemoveAll(dataDir)
}

func (s *Stack) say(format string, arguments ...any) {
	s.sayLock.Lock()
	defer s.sayLock.Unlock()
	_, _ = fmt.Fprintf(s.options.Out, format+"\n", arguments...)
}
