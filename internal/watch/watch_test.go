package watch

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"percorso/internal/ledger"
	"percorso/internal/runs"
)

// fakeRecords is the watch's side of Postgres.
type fakeRecords struct {
	mu      sync.Mutex
	taken   bool
	leaders int
	reports []ledger.MachineReport
	backlog ledger.Backlog
	mails   ledger.MailState
	workers ledger.Workers
	err     error
	lost    error // of the lock, once
	looks   int   // begun over the failing runs
	saw     []string
	failing []string       // that a whole look saw
	known   map[string]int // courses, that the workers know which are given work
	course  int            // that is wanted of a case
}

func (f *fakeRecords) TryLead(context.Context) (func(context.Context) error, func(), bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken {
		return nil, nil, false, nil
	}
	f.taken = true
	f.leaders++
	holds := func(context.Context) error { f.mu.Lock(); defer f.mu.Unlock(); err := f.lost; f.lost = nil; return err }
	return holds, func() { f.mu.Lock(); f.taken = false; f.mu.Unlock() }, true, nil
}

func (f *fakeRecords) BeginLook(context.Context) (ledger.Look, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	return ledger.Look{}, nil
}

func (f *fakeRecords) SawFailing(_ context.Context, runs []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.saw = append(f.saw, runs...)
	return nil
}

func (f *fakeRecords) EndLook(context.Context, ledger.Look) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failing, f.saw = f.saw, nil
	return nil
}

func (f *fakeRecords) Troubled(context.Context) (ledger.Troubled, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return ledger.Troubled{Failing: len(f.failing), Beyond: f.course - f.known["case"]}, nil
}

func (f *fakeRecords) Beyond(_ context.Context, known map[string]int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known = known
	return nil
}

func (f *fakeRecords) Unworked(context.Context) (ledger.Backlog, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.backlog, nil
}

func (f *fakeRecords) Mails(context.Context) (ledger.MailState, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mails, nil
}

func (f *fakeRecords) Workers(context.Context) (ledger.Workers, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.workers, nil
}

func (f *fakeRecords) Report(_ context.Context, r ledger.MachineReport) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reports = append(f.reports, r)
	err := f.err
	f.err = nil
	return err
}

// fakeRuns is the watch's side of Temporal.
type fakeRuns struct {
	pollers int
	failing [][]string // by page
	away    error      // of Pollers
	refuses error      // of Failing
	asked   int        // how often for failing runs
}

func (f *fakeRuns) Pollers(context.Context, time.Time) (string, int, error) {
	return "build", f.pollers, f.away
}

func (f *fakeRuns) Failing(_ context.Context, from []byte) (ids []string, next []byte, err error) {
	f.asked++
	page, _ := strconv.Atoi(string(from))
	if f.refuses != nil || page >= len(f.failing) {
		return nil, nil, f.refuses
	}
	if page+1 < len(f.failing) {
		next = []byte(strconv.Itoa(page + 1))
	}
	return f.failing[page], next, nil
}

func TestOneProcessWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &fakeRecords{}
		machine := &fakeRuns{pollers: 1, failing: [][]string{{"case/1"}}}
		core, logs := observer.New(zap.InfoLevel)
		ctx, cancel := context.WithCancel(t.Context())
		for range 2 {
			go New(records, machine, nil, zap.New(core)).Run(ctx)
		}
		time.Sleep(period/2 + 2*period)
		if records.leaders != 1 || len(records.reports) != 3 {
			t.Fatalf("%d leaders made %d reports", records.leaders, len(records.reports))
		}
		if r := records.reports[2]; r.Pollers != 1 || r.TemporalAway || r.Failing != 1 {
			t.Errorf("report: %+v", r)
		}

		records.mu.Lock()
		records.err, records.backlog = errors.New("connection lost"), ledger.Backlog{Entries: 3}
		records.mu.Unlock()
		time.Sleep(3 * period)
		if records.leaders != 2 {
			t.Errorf("%d leaders after a lost connection", records.leaders)
		}
		if n := logs.FilterMessage("the machinery is behind").Len(); n != 1 {
			t.Errorf("told %d times of the backlog", n)
		}
		// Postgres answers everywhere but on the connection that has the lock.
		records.mu.Lock()
		records.lost = errors.New("nobody there")
		records.mu.Unlock()
		time.Sleep(3 * period)
		if records.leaders != 3 {
			t.Errorf("%d leaders after a lost lock", records.leaders)
		}
		cancel()
		synctest.Wait()
		if records.taken {
			t.Error("the lock is still held")
		}
	})
}

// Mails that wait for the operator are said once, at error level, and are in the
// report, for as long as they wait.
func TestWatchTellsOfHeldMails(t *testing.T) {
	since := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	records := &fakeRecords{mails: ledger.MailState{Held: 7, Since: &since, Cause: ledger.MailLogin, Code: 535}}
	core, logs := observer.New(zap.InfoLevel)
	w := New(records, &fakeRuns{pollers: 1}, nil, zap.New(core))
	look := func(times int) {
		for range times {
			if err := w.look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	look(3)
	if n := logs.FilterLevelExact(zap.ErrorLevel).Len(); n != 1 {
		t.Errorf("told %d times", n)
	}
	if r := records.reports[2]; r.Mails.Held != 7 || r.Mails.Cause != ledger.MailLogin {
		t.Errorf("report: %+v", r)
	}
	records.mails.Cause = ledger.MailTLS
	look(1)
	records.mails = ledger.MailState{}
	look(2)
	if n := logs.FilterLevelExact(zap.ErrorLevel).Len(); n != 2 || logs.FilterMessage("mails go out again").Len() != 1 {
		t.Errorf("told: %v", logs.All())
	}
}

// Workers count as what they say of themselves: Temporal remembers those that are
// gone for more than a minute. Only where none says anything do the pollers count.
func TestWatchCountsWorkersByWhatTheySay(t *testing.T) {
	for name, c := range map[string]struct {
		said ledger.Workers
		want int
	}{
		"one of two is at work": {ledger.Workers{{Build: "build", AtWork: true}, {Build: "build"}}, 1},
		"all are silent":        {ledger.Workers{{Build: "build"}, {Build: "build"}}, 0},
		"of another version":    {ledger.Workers{{Build: "build"}, {Build: "other", AtWork: true}}, 0},
		"none says anything":    {nil, 5},
	} {
		t.Run(name, func(t *testing.T) {
			records := &fakeRecords{workers: c.said}
			if err := New(records, &fakeRuns{pollers: 5}, nil, zap.NewNop()).look(t.Context()); err != nil || records.reports[0].Pollers != c.want {
				t.Errorf("%v %+v", err, records.reports)
			}
		})
	}
}

// What waits for a newer version than those that are given work is told once, and once
// that it does not wait any more.
func TestWatchTellsOfRunsThatWaitForANewerVersion(t *testing.T) {
	worker := func(build string, course int, atWork bool) ledger.Worker {
		return ledger.Worker{Build: build, AtWork: atWork, Courses: map[string]int{"case": course}}
	}
	records := &fakeRecords{course: 2}
	core, logs := observer.New(zap.InfoLevel)
	w := New(records, &fakeRuns{pollers: 1}, nil, zap.New(core))
	for _, c := range []struct {
		said ledger.Workers
		want int
	}{
		{ledger.Workers{worker("build", 1, true), worker("build", 2, true)}, 0},
		{ledger.Workers{worker("build", 1, true), worker("build", 2, false)}, 1},
		{ledger.Workers{worker("build", 1, true), worker("other", 2, true)}, 1}, // it is given nothing
		{ledger.Workers{worker("build", 2, true)}, 0},
	} {
		records.workers = c.said
		if err := w.look(t.Context()); err != nil || records.reports[len(records.reports)-1].Beyond != c.want {
			t.Errorf("%v: %v, %+v", c.said, err, records.reports[len(records.reports)-1])
		}
	}
	if logs.FilterLevelExact(zap.ErrorLevel).Len() != 1 || logs.FilterMessage("no run waits for a newer version any more").Len() != 1 {
		t.Errorf("told: %v", logs.All())
	}
}

func TestWatchReportsTemporalAway(t *testing.T) {
	records := &fakeRecords{}
	w := New(records, &fakeRuns{away: errors.New("away")}, nil, zap.NewNop())
	if err := w.look(t.Context()); err != nil || !records.reports[0].TemporalAway {
		t.Errorf("%v %+v", err, records.reports)
	}
}

func TestWatchDoesWithoutFailingRuns(t *testing.T) {
	old := &fakeRuns{pollers: 1, refuses: runs.ErrUnsupported}
	w := New(&fakeRecords{}, old, nil, zap.NewNop())
	for range 3 {
		if r, err := w.report(t.Context()); err != nil || r.TemporalAway || r.Pollers != 1 {
			t.Errorf("report: %+v %v", r, err)
		}
	}
	if old.asked != 1 {
		t.Errorf("asked %d times", old.asked)
	}
}

// All failing runs are seen, however many pages Temporal has of them: a look goes on
// where the one before stopped, and only a whole one forgets what it did not see.
func TestAllFailingRunsAreSeen(t *testing.T) {
	temporal := &fakeRuns{pollers: 1}
	for i := range 2*pages + 1 {
		temporal.failing = append(temporal.failing, []string{"case/" + strconv.Itoa(i)})
	}
	records := &fakeRecords{failing: []string{"case/old"}}
	w := New(records, temporal, nil, zap.NewNop())
	for i := range 3 {
		if err := w.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if whole := i == 2; (len(records.failing) == 2*pages+1) != whole || temporal.asked > pages*(i+1) {
			t.Errorf("look %d: %d failing, asked %d times", i, len(records.failing), temporal.asked)
		}
	}
	if records.looks != 1 {
		t.Errorf("%d looks", records.looks)
	}
	temporal.failing = nil
	if err := w.look(t.Context()); err != nil || len(records.failing) != 0 {
		t.Errorf("%v: %d failing", err, len(records.failing))
	}
}
