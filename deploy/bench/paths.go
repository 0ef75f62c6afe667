package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"percorso/deploy"
	"percorso/deploy/standalone"
	"percorso/deploy/standalone/identity"
	"percorso/internal/ledger"
	"percorso/internal/walk"
)

// path is a whole path, from the desk to the closure of the case.
type path struct {
	name, title string
	walk        walk.Step
}

var paths = []path{
	{"straight", "straight path", walk.Straight},
	{"complex", "complex path", walk.Complex},
}

// pathHistory is what one case leaves, all its runs together.
type pathHistory struct {
	runs     int
	commands int // of people, worked by a process
	steps    int // that its processes recorded: these, what they told each other, and clocks
	events   int
	bytes    int
}

// perStep is how many events of history a step costs.
func (h pathHistory) perStep() float64 { return float64(h.events) / float64(max(1, h.steps)) }

// pathStack is a stack of its own for whole paths, beside the one that is
// measured otherwise: in its zone the reviews of the follow-up come after a
// second, and not after a month, so that a path can be walked to its end.
type pathStack struct {
	site
	stack  *standalone.Stack
	people atomic.Int32 // who have begun to walk
}

// openPaths starts the stack.
func openPaths(ctx context.Context, zone string) (s *pathStack, err error) {
	say("starting a stack whose reviews come after a second")
	s = &pathStack{}
	if s.data, err = os.MkdirTemp("", "percorso-bench-"); err != nil {
		return nil, err
	}
	begun := s // what is returned with an error is none
	defer func() {
		if err != nil {
			begun.close()
		}
	}()
	binaries := filepath.Dir(os.Getenv("PERCORSO_STACK")) // beside the launcher that started this
	options := standalone.Options{
		DataDir: s.data, ZoneDir: filepath.Join(s.data, "zones"),
		BinDir: binaries, NodeModules: filepath.Join(binaries, "..", "node_modules"),
	}
	if options.Ports, err = standalone.FreePorts(); err != nil {
		return nil, err
	}
	// PostgreSQL may run as another user, who passes through the folder.
	if err := os.Chmod(s.data, 0o711); err != nil { // #nosec G302 -- for passage alone
		return nil, err
	}
	if err := quickZones(options.ZoneDir); err != nil {
		return nil, err
	}
	if s.stack, err = standalone.Start(ctx, options); err != nil {
		return nil, err
	}
	if s.temporal, err = client.Dial(client.Options{HostPort: s.stack.Addresses().Temporal, Namespace: "percorso", Logger: silent{}}); err != nil {
		return nil, err
	}
	// The administrator of a private cluster counts what the records show nobody.
	if s.pool, err = pgxpool.New(ctx, s.stack.AdministratorURL("percorso")); err != nil {
		return nil, err
	}
	s.town, err = walk.Enter(ctx, s.stack.Addresses().Pages, zone, s.tokens, lanes[len(lanes)-1])
	return s, err
}

func (s *pathStack) close() {
	if s.pool != nil {
		s.pool.Close()
	}
	if s.temporal != nil {
		s.temporal.Close()
	}
	if s.stack != nil {
		s.stack.Stop()
	}
	_ = os.RemoveAll(s.data)
}

func (s *pathStack) tokens(ctx context.Context, accounts ...string) (map[string]string, error) {
	tokens := map[string]string{}
	for _, account := range accounts {
		token, err := identity.Token(ctx, s.stack.Addresses().Identity, account, identity.Password)
		if err != nil {
			return nil, fmt.Errorf("token of %s: %w", account, err)
		}
		tokens[account] = token
	}
	return tokens, nil
}

// review is a deadline of the follow-up's rhythm in a zone's file.
var review = regexp.MustCompile(`(code: review_after_\w+, duration: )[^,]+`)

// places is how many a session has in a zone's file.
var places = regexp.MustCompile(`places: \d+`)

// quickZones writes the delivered zones with quick reviews, and with places for
// everybody who walks through them.
func quickZones(folder string) error {
	if err := os.Mkdir(folder, 0o755); err != nil { // #nosec G301 -- zone files are no secrets
		return err
	}
	return fs.WalkDir(deploy.Zones(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(deploy.Zones(), name)
		if err != nil {
			return err
		}
		if !review.Match(content) {
			return errors.New(name + " has no deadline of a review")
		}
		return os.WriteFile(filepath.Join(folder, name), places.ReplaceAll(review.ReplaceAll(content, []byte("${1}1 seconds")), []byte("places: 1000")), 0o600)
	})
}

// measurePaths walks cases along each path: one alone, whose histories it reads,
// and then as many at once as the load has callers, by turns.
func measurePaths(ctx context.Context, p plan, r *result) error {
	s, err := openPaths(ctx, p.zone)
	if err != nil {
		return err
	}
	defer s.close()
	for _, w := range paths {
		say("one case along the %s", w.title)
		person := s.nextPerson()
		if err := w.walk(ctx, &person); err != nil {
			return fmt.Errorf("%s: %w", w.title, err)
		}
		if r.histories[w.name], err = s.pathHistory(ctx, &person); err != nil {
			return fmt.Errorf("%s: %w", w.title, err)
		}
	}
	for repeat := range p.repeats {
		for _, w := range paths {
			say("round %d of %d: %s, %d at once", repeat+1, p.repeats, w.title, lanes[len(lanes)-1])
			m, err := s.walkCrowd(ctx, w, p.paths)
			if err != nil {
				return fmt.Errorf("%s: %w", w.title, err)
			}
			r.paths[w.name] = append(r.paths[w.name], m)
		}
	}
	return nil
}

// pathWarmUp precedes each measurement of whole paths: until then all callers
// are at the same part of their first case.
const pathWarmUp = 4 * time.Second

// walkCrowd has callers walk one case after the other for a while, and measures
// what their processes recorded meanwhile. Who is on the way in the end stays there.
func (s *pathStack) walkCrowd(ctx context.Context, w path, long time.Duration) (measurement, error) {
	slot, cancel := context.WithTimeout(ctx, pathWarmUp+long)
	defer cancel()
	group, walking := errgroup.WithContext(slot)
	for range lanes[len(lanes)-1] {
		group.Go(func() error {
			for {
				person := s.nextPerson()
				if err := w.walk(walking, &person); err != nil {
					return err
				}
			}
		})
	}
	select {
	case <-time.After(pathWarmUp):
	case <-walking.Done(): // somebody cannot go on, as the wait below tells
	}
	return metered(&s.site, 0, func() (int, []time.Duration, error) {
		before, err := s.recorded(ctx, "")
		if err != nil {
			return 0, nil, err
		}
		if err := group.Wait(); slot.Err() == nil || !errors.Is(err, context.DeadlineExceeded) {
			return 0, nil, err
		}
		after, err := s.recorded(ctx, "")
		return after - before, nil, err
	})
}

// nextPerson is somebody who has not walked yet.
func (s *pathStack) nextPerson() walk.Person { return s.person(int(s.people.Add(1))) }

// recorded counts the steps that the processes of a case have recorded; those of
// all cases, if it is empty.
func (s *pathStack) recorded(ctx context.Context, caseID string) (steps int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT coalesce(sum(revision), 0) FROM run WHERE $1 = '' OR case_id::text = $1`, caseID).Scan(&steps)
	return steps, err
}

// pathHistory reads what a case left, once all its runs have ended.
func (s *pathStack) pathHistory(ctx context.Context, p *walk.Person) (h pathHistory, err error) {
	h.commands = p.Steps
	rows, err := s.pool.Query(ctx, `SELECT id FROM run WHERE case_id = $1`, p.CaseID)
	if err != nil {
		return h, err
	}
	runs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return h, err
	}
	if !slices.Contains(runs, ledger.RunID("case", p.CaseID)) {
		return h, errors.New("the case has no run")
	}
	h.runs = len(runs)
	for _, run := range runs {
		err := walk.Await(ctx, "the end of "+run, func() (bool, error) {
			d, err := s.temporal.DescribeWorkflowExecution(ctx, run, "")
			return err == nil && d.GetWorkflowExecutionInfo().GetCloseTime() != nil, err
		})
		if err != nil {
			return h, err
		}
		events, bytes, err := s.history(ctx, run)
		if err != nil {
			return h, err
		}
		h.events, h.bytes = h.events+events, h.bytes+bytes
	}
	h.steps, err = s.recorded(ctx, p.CaseID)
	return h, err
}
