package ledger

import "time"

// MachineReport is what the watch last saw of Temporal. Those who compute the
// health of cases read the newest: with no pollers or with Temporal away every
// open case that waits for the machinery is broken, and a failing run breaks
// its own case. A report that has grown old says that nobody watches.
type MachineReport struct {
	At           time.Time `db:"at"`
	Pollers      int       `db:"pollers"`       // workers that poll the task queue
	FailingRuns  []string  `db:"failing_runs"`  // ids of runs whose workflow task keeps failing
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
}

// Empty says that nothing is behind.
func (b Backlog) Empty() bool { return b.Entries == 0 && b.Clocks == 0 && b.Outbox == 0 }
