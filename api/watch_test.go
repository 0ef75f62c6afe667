package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"percorso/internal/ledger"
)

func TestStatus(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*rig)
		code int
		want string
	}{
		"all there":     {func(*rig) {}, 200, `{"status":"ok","parts":{"postgres":"ok","temporal":"ok","worker":"ok"}}`},
		"no Postgres":   {func(r *rig) { r.records.fail = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"away","temporal":"ok","worker":"ok"}}`},
		"no worker":     {func(r *rig) { r.temporal.polled = time.Now().Add(-2 * time.Minute) }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away"}}`},
		"never any":     {func(r *rig) { r.temporal.polled = time.Time{} }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"ok","worker":"away"}}`},
		"Temporal away": {func(r *rig) { r.temporal.err = errors.New("away") }, 503, `{"status":"away","parts":{"postgres":"ok","temporal":"away","worker":"away"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.set(r)
			a := r.do(http.DefaultClient, r.request(http.MethodGet, "/status", ""))
			if a.StatusCode != c.code || strings.TrimSpace(a.text) != c.want {
				t.Errorf("%d %s", a.StatusCode, a.text)
			}
		})
	}
}

// fakeWatch is the watch's side of Postgres.
type fakeWatch struct {
	mu      sync.Mutex
	taken   bool
	leaders int
	reports []ledger.MachineReport
	backlog ledger.Backlog
	err     error
}

func (f *fakeWatch) TryLead(context.Context) (func(), bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken {
		return nil, false, nil
	}
	f.taken = true
	f.leaders++
	return func() { f.mu.Lock(); f.taken = false; f.mu.Unlock() }, true, nil
}

func (f *fakeWatch) Unworked(context.Context) (ledger.Backlog, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.backlog, nil
}

func (f *fakeWatch) Report(_ context.Context, r ledger.MachineReport) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reports = append(f.reports, r)
	err := f.err
	f.err = nil
	return err
}

func TestOneProcessWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := &fakeWatch{}
		temporal := &fakeTemporal{polled: time.Now(), failing: []string{"case/" + someID}}
		core, logs := observer.New(zap.InfoLevel)
		ctx, cancel := context.WithCancel(t.Context())
		for range 2 {
			go (&watch{records: records, temporal: temporal, log: zap.New(core)}).run(ctx)
		}
		time.Sleep(watchPeriod/2 + 2*watchPeriod)
		if records.leaders != 1 || len(records.reports) != 3 {
			t.Fatalf("%d leaders made %d reports", records.leaders, len(records.reports))
		}
		if r := records.reports[2]; r.Pollers != 1 || r.TemporalAway || len(r.FailingRuns) != 1 || r.FailingRuns[0] != "case/"+someID {
			t.Errorf("report: %+v", r)
		}

		records.mu.Lock()
		records.err, records.backlog = errors.New("connection lost"), ledger.Backlog{Entries: 3}
		records.mu.Unlock()
		time.Sleep(3 * watchPeriod)
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

func TestWatchReportsTemporalAway(t *testing.T) {
	records := &fakeWatch{}
	w := &watch{records: records, temporal: &fakeTemporal{err: errors.New("away")}, log: zap.NewNop()}
	if err := w.look(t.Context()); err != nil || !records.reports[0].TemporalAway {
		t.Errorf("%v %+v", err, records.reports)
	}
}

func TestWatchDoesWithoutFailingRuns(t *testing.T) {
	temporal := &oldTemporal{fakeTemporal{polled: time.Now()}}
	w := &watch{records: &fakeWatch{}, temporal: temporal, log: zap.NewNop()}
	for range 3 {
		if r := w.report(t.Context()); r.TemporalAway || r.Pollers != 1 || len(r.FailingRuns) != 0 {
			t.Errorf("report: %+v", r)
		}
	}
	if temporal.queries != 1 {
		t.Errorf("asked %d times", temporal.queries)
	}
}

// oldTemporal does not know the search attribute.
type oldTemporal struct{ fakeTemporal }

func (f *oldTemporal) ListWorkflow(ctx context.Context, q *listRequest) (*listResponse, error) {
	_, _ = f.fakeTemporal.ListWorkflow(ctx, q)
	return nil, serviceerror.NewInvalidArgument("invalid search attribute")
}
