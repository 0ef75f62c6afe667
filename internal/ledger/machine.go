package ledger

import (
	"slices"
	"time"

	"percorso/internal/health"
)

// MachineReport is what the watch last saw of Temporal. Those who compute the
// health of cases read the newest: with no pollers or with Temporal away every
// open case that waits for the machinery is broken. A report that has grown old
// says that nobody watches, and then what was seen of single runs says nothing either.
type MachineReport struct {
	At           time.Time `db:"at"`
	Pollers      int       `db:"pollers"`  // workers of the current version that are at work
	StandBy      int       `db:"stand_by"` // workers of other versions that are: they are given nothing
	Failing      int       // runs whose workflow task keeps failing; which they are is in run_trouble
	Missing      int       // runs that Temporal has lost
	Beyond       int       // runs that wait for a worker of a newer version than any that is given work
	TemporalAway bool      `db:"temporal_away"` // it did not answer; the other fields on it then say nothing
	Mails        MailState // as Postgres has them
}

// ReportMaxAge is how long a report counts: the watch makes one every 5 s.
const ReportMaxAge = 30 * time.Second

// Backlog counts what should have been worked by now: older than the grace
// that the machinery has (30 s).
type Backlog struct {
	Entries int        `db:"entries"` // of inboxes
	Clocks  int        `db:"clocks"`  // due and not fired
	Outbox  int        `db:"outbox"`  // messages not delivered
	Oldest  *time.Time `db:"oldest"`  // since when the oldest waits; nil: nothing does

	Deferred int `db:"deferred"` // entries that cannot be worked as they are, which are none of those
}

// Empty says that nothing is behind.
func (b Backlog) Empty() bool { return b.Entries == 0 && b.Clocks == 0 && b.Outbox == 0 }

// HealthCounts are how many open cases stand how.
type HealthCounts = health.Counts

// Figures are what waits, counted over all zones.
type Figures struct {
	Entries      int     `db:"entries"`       // accepted and not worked, but the deferred ones
	Deferred     int     `db:"deferred"`      // accepted, and cannot be written as they are
	OldestEntry  float64 `db:"oldest_entry"`  // for how many seconds it waits; 0: none does
	OverdueClock float64 `db:"overdue_clock"` // for how many seconds the most overdue one is due
	Mails        int     `db:"mails"`         // not sent yet, held ones among them
	OldestMail   float64 `db:"oldest_mail"`   // for how many seconds it waits
	Unsealed     float64 `db:"unsealed"`      // for how many seconds the oldest line of the audit waits for its seal

	Cases HealthCounts `db:"-"` // open ones, by how they stand
}

// Worker is what a worker says of itself, every few seconds while it works.
type Worker struct {
	ID      string         `db:"id"`
	Build   string         `db:"build"`   // the version of its binary
	Courses map[string]int `db:"courses"` // the course numbers that it knows, by kind of run
	Schema  int64          `db:"schema"`  // the newest migration that it knows
	AtWork  bool           `db:"at_work"` // it said so of late, and has not ended since
	Seen    time.Time      `db:"seen_at"` // when it said so last
}

// Workers are those that said something within the last hour.
type Workers []Worker

// AtWork counts the workers of a build that are at work. Where none of that build has
// said anything, it may be one that does not: then it is as many as poll, of which
// Temporal notices a minute late that they are gone.
func (all Workers) AtWork(build string, polling int) int {
	said, n := false, 0
	for _, w := range all {
		if w.Build != build {
			continue
		}
		said = true
		if w.AtWork {
			n++
		}
	}
	if !said {
		return polling
	}
	return n
}

// Heard says whether a worker of a build has said that it is at work since some workers
// were asked before. One that was killed counts as at work for a while, and says nothing.
func (all Workers) Heard(build string, before Workers) bool {
	return slices.ContainsFunc(all, func(w Worker) bool {
		return w.Build == build && w.AtWork && !slices.ContainsFunc(before, func(b Worker) bool { return b.ID == w.ID && !w.Seen.After(b.Seen) })
	})
}

// StandBy counts the workers that are at work and of another build.
func (all Workers) StandBy(build string) (n int) {
	for _, w := range all {
		if w.Build != build && w.AtWork {
			n++
		}
	}
	return n
}

// Courses gives of each kind of run the newest course that a worker at work knows, of
// those of a build. nil: none of them says so.
func (all Workers) Courses(build string) map[string]int {
	var newest map[string]int
	for _, w := range all {
		if w.Build != build || !w.AtWork || len(w.Courses) == 0 {
			continue
		}
		if newest == nil {
			newest = map[string]int{}
		}
		for kind, course := range w.Courses {
			newest[kind] = max(newest[kind], course)
		}
	}
	return newest
}

// Why a run does not go on, as the watch sees it.
const (
	TroubleFailing = "workflow_task"     // its workflow task keeps failing
	TroubleMissing = "run_missing"       // Temporal has it no longer
	TroubleBeyond  = "no_current_worker" // no worker that is given work knows its course, and something waits
)

// Troubled counts the runs that do not go on, by cause.
type Troubled struct {
	Failing int `db:"failing"`
	Missing int `db:"missing"`
	Beyond  int `db:"beyond"`
}

// Look is one look over all failing runs, which may take several pages.
type Look struct{ Since time.Time }
