// Package watch looks at the machinery from outside of it, so that a dead worker
// or a dead Temporal is seen too.
package watch

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/runs"
)

// Records is what the watch needs of Postgres. It sees counts and run ids, no case.
type Records interface {
	// TryLead takes the advisory lock that makes this process the one that
	// watches. Not ok: another one does. The lock is held until release is
	// called or the connection is lost, which is what holds finds out.
	TryLead(ctx context.Context) (holds func(context.Context) error, release func(), ok bool, err error)
	// Unworked counts what the machinery should have worked by now.
	Unworked(ctx context.Context) (ledger.Backlog, error)
	// Mails says how the mails do.
	Mails(ctx context.Context) (ledger.MailState, error)
	// Workers lists the workers that said of late that they are at work.
	Workers(ctx context.Context) (ledger.Workers, error)
	// Report stores what was seen, in place of the report before it.
	Report(ctx context.Context, r ledger.MachineReport) error
	// BeginLook begins a look over all failing runs, SawFailing keeps those of a
	// page of it, and EndLook forgets those that it did not see.
	BeginLook(ctx context.Context) (ledger.Look, error)
	SawFailing(ctx context.Context, runs []string) error
	EndLook(ctx context.Context, look ledger.Look) error
	// Beyond keeps which runs wait for a worker that knows a newer course than those
	// do which are given work.
	Beyond(ctx context.Context, known map[string]int) error
	// Troubled counts the runs that do not go on, by cause.
	Troubled(ctx context.Context) (ledger.Troubled, error)
}

// Runs is what the watch asks Temporal; package runs implements it.
type Runs interface {
	// Pollers counts the workers that poll now.
	Pollers(ctx context.Context, now time.Time) (build string, polling int, err error)
	// Failing lists a page of the runs that cannot go on, from where the page
	// before ended. runs.ErrUnsupported: Temporal does not know.
	Failing(ctx context.Context, from []byte) (ids []string, next []byte, err error)
}

// Watch looks at the machinery. All API processes run one, and one at a time
// leads. What it sees is stored; those who compute the health of cases read it.
type Watch struct {
	records Records
	runs    Runs
	mender  *Mender
	log     *zap.Logger

	failing     *ledger.Look     // over the failing runs, that is under way; nil: none is
	from        []byte           // where its next page begins
	unsupported bool             // Temporal does not tell of failing workflow tasks
	build       string           // the current version of the workers
	deferred    int              // entries that could not be worked when that was last looked at
	beyond      bool             // runs waited for a newer version when that was last looked at
	behind      bool             // the backlog was not empty when it was last looked at
	held        ledger.MailCause // why mails were held when they were last looked at; empty: none was
}

// New makes a watch, which has lost runs mended while it leads; it looks at nothing yet.
func New(records Records, runs Runs, mender *Mender, log *zap.Logger) *Watch {
	return &Watch{records: records, runs: runs, mender: mender, log: log}
}

const (
	period  = 5 * time.Second
	timeout = 4 * time.Second // of one look, so that the next is on time
	pages   = 3               // of failing runs in one look; the next one goes on
)

// Run watches until ctx is done.
func (w *Watch) Run(ctx context.Context) error {
	for {
		loops.Moves(ctx)
		asking, cancel := context.WithTimeout(ctx, timeout)
		holds, release, ok, err := w.records.TryLead(asking)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			w.log.Warn("the watch cannot ask who leads", zap.Error(err))
		case ok:
			w.lead(ctx, holds)
			release()
		}
		if !pause(ctx, period) {
			return nil
		}
	}
}

// lead looks every period, until a report cannot be stored or the lock is lost:
// whoever has it then leads. For as long lost runs are mended.
func (w *Watch) lead(ctx context.Context, holds func(context.Context) error) {
	if w.mender == nil {
		w.looks(ctx, holds)
		return
	}
	leading, end := context.WithCancel(ctx)
	defer end()
	_ = loops.Together(leading, w.mender.Run, func(ctx context.Context) error {
		defer end()
		w.looks(ctx, holds)
		return nil
	})
}

func (w *Watch) looks(ctx context.Context, holds func(context.Context) error) {
	for {
		loops.Moves(ctx)
		err := holds(ctx)
		if err == nil {
			err = w.look(ctx)
		}
		if err != nil {
			if ctx.Err() == nil {
				w.log.Warn("the watch cannot report", zap.Error(err))
			}
			return
		}
		if !pause(ctx, period) {
			return
		}
	}
}

// look asks the parts once and stores what they say.
func (w *Watch) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	report, err := w.report(ctx)
	if err != nil {
		return err
	}
	if report.Mails, err = w.records.Mails(ctx); err != nil {
		return err
	}
	workers, err := w.records.Workers(ctx)
	if err != nil {
		return err
	}
	report.Pollers, report.StandBy = workers.AtWork(w.build, report.Pollers), workers.StandBy(w.build)
	if err := w.records.Beyond(ctx, workers.Courses(w.build)); err != nil {
		return err
	}
	troubled, err := w.records.Troubled(ctx)
	if err != nil {
		return err
	}
	report.Failing, report.Missing, report.Beyond = troubled.Failing, troubled.Missing, troubled.Beyond
	if err := w.records.Report(ctx, report); err != nil {
		return err
	}
	w.tellOfMails(report.Mails)
	backlog, err := w.records.Unworked(ctx)
	if err != nil {
		return err
	}
	if backlog.Deferred > w.deferred {
		w.log.Error("accepted entries cannot be worked as they are", zap.Int("entries", backlog.Deferred))
	}
	w.deferred = backlog.Deferred
	if waits := report.Beyond > 0; waits != w.beyond {
		w.beyond = waits
		if waits {
			w.log.Error("no worker knows the course that runs follow: they wait for one of a newer version", zap.Int("runs", report.Beyond))
		} else {
			w.log.Info("no run waits for a newer version any more")
		}
	}
	switch behind := !backlog.Empty(); {
	case behind && !w.behind:
		w.log.Warn("the machinery is behind", zap.Int("entries", backlog.Entries), zap.Int("clocks", backlog.Clocks), zap.Int("outbox", backlog.Outbox))
		w.behind = true
	case !behind && w.behind:
		w.log.Info("the machinery has caught up")
		w.behind = false
	}
	return nil
}

// tellOfMails says once that mails wait for the operator, and once that they no
// longer do. Why may change meanwhile: that is said too.
func (w *Watch) tellOfMails(m ledger.MailState) {
	switch {
	case m.Cause != "" && m.Cause != w.held:
		w.log.Error("mails are held until the operator mends what holds them",
			zap.String("cause", string(m.Cause)), zap.Int("code", m.Code), zap.Int("mails", m.Held), zap.Timep("since", m.Since))
	case m.Cause == "" && w.held != "":
		w.log.Info("mails go out again")
	}
	w.held = m.Cause
}

// report asks Temporal for workers and for runs that cannot go on. It leaves
// time to store the answer. An error is one of Postgres.
func (w *Watch) report(ctx context.Context) (ledger.MachineReport, error) {
	asking, cancel := context.WithTimeout(ctx, timeout/2)
	defer cancel()
	report := ledger.MachineReport{At: time.Now()}
	var err error
	if w.build, report.Pollers, err = w.runs.Pollers(asking, report.At); err != nil {
		report.TemporalAway = true
		return report, nil
	}
	if w.unsupported {
		return report, nil
	}
	return report, w.lookForFailing(asking, ctx)
}

// lookForFailing keeps the failing runs of a few pages of Temporal's list. A look
// over all of them may take several of these; the next one begins anew. asking
// limits what Temporal is asked, keeping what is stored.
func (w *Watch) lookForFailing(asking, keeping context.Context) error {
	for range pages {
		if w.failing == nil {
			look, err := w.records.BeginLook(keeping)
			if err != nil {
				return err
			}
			w.failing, w.from = &look, nil
		}
		ids, next, err := w.runs.Failing(asking, w.from)
		switch {
		case errors.Is(err, runs.ErrUnsupported):
			w.unsupported = true
			w.log.Warn("the watch does without failing runs", zap.Error(err))
			return nil
		case err != nil:
			w.failing = nil // where it was may be what Temporal no longer knows
			w.log.Warn("Temporal does not list failing runs", zap.Error(err))
			return nil
		}
		if len(ids) > 0 {
			if err := w.records.SawFailing(keeping, ids); err != nil {
				return err
			}
		}
		if w.from = next; len(next) == 0 {
			look := *w.failing
			w.failing = nil
			return w.records.EndLook(keeping, look)
		}
	}
	return nil
}

// pause waits; false: ctx is done.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
