package watch

import (
	"context"
	"errors"
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
}

func (f *fakeRecords) TryLead(context.Context) (func(), bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken {
		return nil, false, nil
	}
	f.taken = true
	f.leaders++
	return func() { f.mu.Lock(); f.taken = false; f.mu.Unlock() }, true, nil
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
	failing []string
	away    error // of Pollers
	refuses error // of Failing
	asked   int   // how often for failing runs
}

func (f *fakeRuns) Pollers(context.Context, time.Time) (string, int, error) {
	return "build", f.pollers, f.away
}

func (f *fakeRuns) Failing(context.Context, int) ([]string, error) {
	f.asked++
	return f.failing, f.refuses
}

func TestOneProcessWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &fakeRecords{}
		machine := &fakeRuns{pollers: 1, failing: []string{"case/1"}}
		core, logs := observer.New(zap.InfoLevel)
		ctx, cancel := context.WithCancel(t.Context())
		for range 2 {
			go New(records, machine, zap.New(core)).Run(ctx)
		}
		time.Sleep(period/2 + 2*period)
		if records.leaders != 1 || len(records.reports) != 3 {
			t.Fatalf("%d leaders made %d reports", records.leaders, len(records.reports))
		}
		if r := records.reports[2]; r.Pollers != 1 || r.TemporalAway || len(r.FailingRuns) != 1 || r.FailingRuns[0] != "case/1" {
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
	w := New(records, &fakeRuns{pollers: 1}, zap.New(core))
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
			if err := New(records, &fakeRuns{pollers: 5}, zap.NewNop()).look(t.Context()); err != nil || records.reports[0].Pollers != c.want {
				t.Errorf("%v %+v", err, records.reports)
			}
		})
	}
}

func TestWatchReportsTemporalAway(t *testing.T) {
	records := &fakeRecords{}
	w := New(records, &fakeRuns{away: errors.New("away")}, zap.NewNop())
	if err := w.look(t.Context()); err != nil || !records.reports[0].TemporalAway {
		t.Errorf("%v %+v", err, records.reports)
	}
}

func TestWatchDoesWithoutFailingRuns(t *testing.T) {
	old := &fakeRuns{pollers: 1, refuses: runs.ErrUnsupported}
	w := New(&fakeRecords{}, old, zap.NewNop())
	for range 3 {
		if r := w.report(t.Context()); r.TemporalAway || r.Pollers != 1 || len(r.FailingRuns) != 0 {
			t.Errorf("report: %+v", r)
		}
	}
	if old.asked != 1 {
		t.Errorf("asked %d times", old.asked)
	}
}
