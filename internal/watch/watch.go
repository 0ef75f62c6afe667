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
	// called or the connection is lost; a lost one shows as an error of Report.
	TryLead(ctx context.Context) (release func(), ok bool, err error)
	// Unworked counts what the machinery should have worked by now.
	Unworked(ctx context.Context) (ledger.Backlog, error)
	// Mails says how the mails do.
	Mails(ctx context.Context) (ledger.MailState, error)
	// Workers lists the workers that said of late that they are at work.
	Workers(ctx context.Context) (ledger.Workers, error)
	// Report stores what was seen, in place of the report before it.
	Report(ctx context.Context, r ledger.MachineReport) error
}

// Runs is what the watch asks Temporal; package runs implements it.
type Runs interface {
	// Pollers counts the workers that poll now.
	Pollers(ctx context.Context, now time.Time) (build string, polling int, err error)
	// Failing lists the runs that cannot go on. runs.ErrUnsupported: Temporal
	// does not know.
	Failing(ctx context.Context, most int) ([]string, error)
}

// Watch looks at the machinery. All API processes run one, and one at a time
// leads. What it sees is stored; those who compute the health of cases read it.
type Watch struct {
	records Records
	runs    Runs
	log     *zap.Logger

	unsupported bool             // Temporal does not tell of failing workflow tasks
	build       string           // the current version of the workers
	deferred    int              // entries that could not be worked when that was last looked at
	behind      bool             // the backlog was not empty when it was last looked at
	held        ledger.MailCause // why mails were held when they were last looked at; empty: none was
}

// New makes a watch; it looks at nothing yet.
func New(records Records, runs Runs, log *zap.Logger) *Watch {
	return &Watch{records: records, runs: runs, log: log}
}

const (
	period     = 5 * time.Second
	timeout    = 4 * time.Second // of one look, so that the next is on time
	maxFailing = 1000            // runs reported at most
)

// Run watches until ctx is done.
func (w *Watch) Run(ctx context.Context) error {
	for {
		loops.Moves(ctx)
		asking, cancel := context.WithTimeout(ctx, timeout)
		release, ok, err := w.records.TryLead(asking)
		cancel()
		switch {
		case err != nil && ctx.Err() == nil:
			w.log.Warn("the watch cannot ask who leads", zap.Error(err))
		case ok:
			w.lead(ctx)
			release()
		}
		if !pause(ctx, period) {
			return nil
		}
	}
}

// lead looks every period, until a report cannot be stored: then the lock may be
// lost too.
func (w *Watch) lead(ctx context.Context) {
	for {
		loops.Moves(ctx)
		if err := w.look(ctx); err != nil {
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
	report := w.report(ctx)
	var err error
	if report.Mails, err = w.records.Mails(ctx); err != nil {
		return err
	}
	workers, err := w.records.Workers(ctx)
	if err != nil {
		return err
	}
	report.Pollers, report.StandBy = workers.AtWork(w.build, report.Pollers), workers.StandBy(w.build)
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
// time to store the answer.
func (w *Watch) report(ctx context.Context) ledger.MachineReport {
	asking, cancel := context.WithTimeout(ctx, timeout/2)
	defer cancel()
	report := ledger.MachineReport{At: time.Now(), FailingRuns: []string{}}
	var err error
	if w.build, report.Pollers, err = w.runs.Pollers(asking, report.At); err != nil {
		report.TemporalAway = true
		return report
	}
	if w.unsupported {
		return report
	}
	report.FailingRuns, err = w.runs.Failing(asking, maxFailing)
	switch {
	case errors.Is(err, runs.ErrUnsupported):
		w.unsupported = true
		w.log.Warn("the watch does without failing runs", zap.Error(err))
	case err != nil:
		w.log.Warn("Temporal does not list failing runs", zap.Error(err))
	}
	return report
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
