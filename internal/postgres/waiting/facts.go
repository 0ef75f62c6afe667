package waiting

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// factsRow is what the health of an open case depends on, as health_facts tells it.
type factsRow struct {
	Case           string     `db:"case_id"`
	Zone           string     `db:"zone"`
	SuspendedAt    *time.Time `db:"suspended_at"`
	SuspendedUntil *time.Time `db:"suspended_until"`
	Tasks          []taskFact `db:"tasks"`
	Waits          []waitFact `db:"waits"`
	Unworked       *time.Time `db:"unworked"`
	NextDue        *time.Time `db:"next_due"`
	Trouble        string     `db:"trouble"` // why a run of it does not go on; empty: none is known not to
	TroubleSince   *time.Time `db:"trouble_since"`
	Reported       *time.Time `db:"reported"` // when the watch last said so
	Deferred       *time.Time `db:"deferred"` // since when an accepted entry cannot be worked
	Critical       *time.Time `db:"critical"`
	LastAt         *time.Time `db:"last_at"`
	Kept           bool       `db:"kept"`  // its person is protected
	Away           bool       `db:"away"`  // somebody is, who has a task of it or could do something about one
	Dated          bool       `db:"dated"` // it has days after which something is lost

	dates []dateFact
}

// dateFact is a day of the case after which something is lost, as watched_dates of the
// schema says it.
type dateFact struct {
	Case    string    `db:"case_id"`
	Kind    care.Code `db:"kind"`
	On      time.Time `db:"on_day"`
	Near    time.Time `db:"near"`
	Watcher string    `db:"watcher"`
	Role    care.Role `db:"role"`
	Agency  string    `db:"agency"`
	Away    []struct {
		From       moment `json:"from"`
		Until      moment `json:"until"`
		Substitute string `json:"substitute"`
		Gaps       []span `json:"gaps"`
	} `db:"away"`
}

func (d dateFact) fact() health.FactDate {
	is := health.FactDate{Day: health.Day{Kind: d.Kind, On: care.Date(d.On), Watcher: d.Watcher, Role: d.Role, Agency: d.Agency}, Near: d.Near}
	for _, a := range d.Away {
		is.Away = append(is.Away, health.Absence{Span: health.Span{From: a.From.Time, Until: a.Until.Time}, Substitute: a.Substitute, Gaps: spans(a.Gaps)})
	}
	return is
}

// span is a time between two moments, as JSON of Postgres has it.
type span struct {
	From  moment `json:"from"`
	Until moment `json:"until"`
}

func spans(all []span) (found []health.Span) {
	for _, s := range all {
		found = append(found, health.Span{From: s.From.Time, Until: s.Until.Time})
	}
	return found
}

type taskFact struct {
	ID         string         `json:"id"`
	Kind       care.TaskKind  `json:"kind"`
	State      care.TaskState `json:"state"`
	Role       care.Role      `json:"role"`
	Agency     string         `json:"agency"`
	Zone       string         `json:"zone"`
	Since      moment         `json:"since"`
	From       moment         `json:"from"`     // when it can be done
	Expected   *moment        `json:"expected"` // the hour of the appointment that it is to confirm
	Reminded   bool           `json:"reminded"`
	RemindAt   *moment        `json:"remind_at"`
	EscalateAt *moment        `json:"escalate_at"`
	Escalated  bool           `json:"escalated"`
	Suspended  bool           `json:"suspended"`
	Candidates int            `json:"candidates"`
	Could      bool           `json:"proposer_could"` // who proposed the closure that it is to approve has the role for it
	Holds      bool           `json:"proposer_holds"`
	Gone       bool           `json:"holder_gone"` // who holds it
	Supervisor *string        `json:"supervisor"`  // the agency of the supervisor of its zone; nil: there is none
	Referral   bool           `json:"referral"`    // it is about one
	Answered   bool           `json:"answered"`    // an answer to it is on its way
	Partner    *care.Agency   `json:"partner"`     // that the referral is addressed to
	NotReached *moment        `json:"not_reached"` // since when its mail has failed
	LinkUntil  *moment        `json:"link_until"`  // until when it can answer through its last link
	Known      bool           `json:"acknowledged"`
	HeldBy     *health.Who    `json:"held_by"`
	Receivers  bool           `json:"receivers"` // its agency has somebody else whom it may be given to

	kept   *keptTask // of a protected person; nil: she is none
	away   []absentTask
	pools  [2]health.Shifts // who may take it, and the supervisors
	seated bool             // each supervisor sits in another seat of its équipe
	taken  bool             // so does each keeper of its role
	untold bool             // its term is over, and nobody could be told so
}

// keptTask is what only her keepers can do about a task of a protected person.
type keptTask struct {
	Case       string  `db:"case_id"`
	ID         string  `db:"task_id"` // empty: the case has none
	Candidates int     `db:"candidates"`
	Supervisor *string `db:"supervisor"`
	Receivers  bool    `db:"receivers"`
}

// absentTask is that the holder of a task is away, as absent_tasks of the schema says it.
type absentTask struct {
	Case       string    `db:"case_id"`
	ID         string    `db:"task_id"`
	From       time.Time `db:"away_from"`
	Until      time.Time `db:"away_until"`
	Last       time.Time `db:"last_day"`
	Substitute string    `db:"substitute"`
	Gaps       []span    `db:"gaps"`
	Colleagues int       `db:"colleagues"`
}

// absentMember is that one of several who could do something about a task is away, as
// absent_pools of the schema says it, all of one after the other.
type absentMember struct {
	Case        string    `db:"case_id"`
	ID          string    `db:"task_id"`
	Supervisors bool      `db:"supervisors"`
	Member      string    `db:"member"`
	From        time.Time `db:"away_from"`
	Until       time.Time `db:"away_until"`
	Last        time.Time `db:"last_day"`
}

// add notes that one of several is away, the next of them or the same once more.
func (t *taskFact) add(a absentMember, next bool) {
	pool := &t.pools[0]
	if a.Supervisors {
		pool = &t.pools[1]
	}
	if next {
		*pool = append(*pool, nil)
	}
	last := len(*pool) - 1
	(*pool)[last] = append((*pool)[last], health.Absence{Span: health.Span{From: a.From, Until: a.Until}, Last: a.Last})
}

// fact is the absence as Explain reads it.
func (a absentTask) fact() health.Absence {
	return health.Absence{Span: health.Span{From: a.From, Until: a.Until}, Last: a.Last, Substitute: a.Substitute, Colleagues: a.Colleagues, Gaps: spans(a.Gaps)}
}

type waitFact struct {
	Code string `json:"code"`
	Set  moment `json:"set"`
	Due  moment `json:"due"`
}

// moment is a time as JSON of Postgres has it. What an earlier version stored may be
// later than the last time that JSON of Go has; it is read as that one.
type moment struct{ time.Time }

var lastMoment = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// UnmarshalJSON reads it; null is no time.
func (m *moment) UnmarshalJSON(text []byte) error {
	if err := m.Time.UnmarshalJSON(text); err != nil {
		m.Time = lastMoment
	}
	return nil
}

// sayable is a time that JSON of Go has: the last one in place of a later one.
func sayable(at *time.Time) *time.Time {
	if at != nil && at.After(lastMoment) {
		return &lastMoment
	}
	return at
}

func (m *moment) pointer() *time.Time {
	if m == nil {
		return nil
	}
	return &m.Time
}

const (
	selectFacts = `SELECT h.*, b.kept, b.away, b.dated FROM health_facts($1::uuid[]) h, facts_beside(h.case_id::uuid) b`
	selectAway  = `SELECT * FROM absent_tasks($1::uuid[])`
	selectPools = `SELECT * FROM absent_pools($1::uuid[])`
	selectKept  = `SELECT * FROM kept_tasks($1::uuid[])`
	selectDates = `SELECT * FROM watched_dates($1::uuid[], $2)`

	selectUntold = `SELECT task_id FROM untold_tasks($1::uuid[])`
	selectSeated = `SELECT task_id FROM seated_elsewhere($1::uuid[])`
	selectTaken  = `SELECT task_id FROM kept_seats($1::uuid[])`
)

// queueFacts asks for the facts of some open cases; rest asks for what few of them have.
func queueFacts(b *pgx.Batch, cases []string, into *[]factsRow) {
	b.Queue(selectFacts, cases).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByName[factsRow])
		return err
	})
}

// rest takes into the facts what hangs on keepers, absences and seats, of the cases that
// have any. Each step asks for the facts of its case, so nothing is asked that is not there.
func rest(ctx context.Context, tx postgres.Tx, facts []factsRow) error {
	that := func(has func(factsRow) bool) (cases []string) {
		for _, f := range facts {
			if has(f) {
				cases = append(cases, f.Case)
			}
		}
		return cases
	}
	b := &pgx.Batch{}
	if kept := that(func(f factsRow) bool { return f.Kept }); len(kept) > 0 {
		queueKeepers(b, kept, facts)
	}
	if away := that(func(f factsRow) bool { return f.Away }); len(away) > 0 {
		queueAbsences(b, away, facts)
	}
	if dated := that(func(f factsRow) bool { return f.Dated }); len(dated) > 0 {
		queueDates(b, dated, facts)
	}
	if seats := that(factsRow.seats); len(seats) > 0 {
		queueMarks(b, selectSeated, seats, facts, func(t *taskFact) { t.seated = true })
	}
	if kept := that(func(f factsRow) bool { return f.Kept && f.seats() }); len(kept) > 0 {
		queueMarks(b, selectTaken, kept, facts, func(t *taskFact) { t.taken = true })
	}
	if late := that(factsRow.escalated); len(late) > 0 {
		queueMarks(b, selectUntold, late, facts, func(t *taskFact) { t.untold = true })
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// seats says whether somebody is asked for something from a seat of an équipe.
func (r factsRow) seats() bool {
	return slices.ContainsFunc(r.Tasks, func(t taskFact) bool { return slices.Contains(actors.SeatKinds, t.Kind) })
}

// escalated says whether a term is over so that somebody is told.
func (r factsRow) escalated() bool {
	return slices.ContainsFunc(r.Tasks, func(t taskFact) bool { return t.Escalated })
}

// taskOf finds a task of a case; nil: it is not among the facts.
func taskOf(facts []factsRow, caseID, id string) *taskFact {
	for _, f := range facts {
		if i := slices.IndexFunc(f.Tasks, func(t taskFact) bool { return f.Case == caseID && t.ID == id }); i >= 0 {
			return &f.Tasks[i]
		}
	}
	return nil
}

func queueKeepers(b *pgx.Batch, cases []string, facts []factsRow) {
	b.Queue(selectKept, cases).Query(func(rows pgx.Rows) error {
		kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[keptTask])
		for _, k := range kept {
			if t := taskOf(facts, k.Case, k.ID); t != nil {
				t.kept = &k
			}
		}
		return err
	})
}

func queueDates(b *pgx.Batch, cases []string, facts []factsRow) {
	b.Queue(selectDates, cases, health.CriticalDays).Query(func(rows pgx.Rows) error {
		dates, err := pgx.CollectRows(rows, pgx.RowToStructByName[dateFact])
		for _, d := range dates {
			if i := slices.IndexFunc(facts, func(f factsRow) bool { return f.Case == d.Case }); i >= 0 {
				facts[i].dates = append(facts[i].dates, d)
			}
		}
		return err
	})
}

func queueAbsences(b *pgx.Batch, cases []string, facts []factsRow) {
	b.Queue(selectAway, cases).Query(func(rows pgx.Rows) error {
		absent, err := pgx.CollectRows(rows, pgx.RowToStructByName[absentTask])
		for _, a := range absent {
			if t := taskOf(facts, a.Case, a.ID); t != nil {
				t.away = append(t.away, a)
			}
		}
		return err
	})
	b.Queue(selectPools, cases).Query(func(rows pgx.Rows) error {
		absent, err := pgx.CollectRows(rows, pgx.RowToStructByName[absentMember])
		last := ""
		for _, a := range absent {
			who := a.ID + a.Member
			if a.Supervisors {
				who += " supervises"
			}
			if t := taskOf(facts, a.Case, a.ID); t != nil {
				t.add(a, who != last)
			}
			last = who
		}
		return err
	})
}

func queueMarks(b *pgx.Batch, query string, cases []string, facts []factsRow, mark func(*taskFact)) {
	b.Queue(query, cases).Query(func(rows pgx.Rows) error {
		tasks, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, f := range facts {
			for i, t := range f.Tasks {
				if slices.Contains(tasks, t.ID) {
					mark(&f.Tasks[i])
				}
			}
		}
		return err
	})
}

// readFacts reads the facts of some open cases.
func readFacts(ctx context.Context, tx postgres.Tx, cases []string) (facts []factsRow, err error) {
	b := &pgx.Batch{}
	queueFacts(b, cases, &facts)
	if err = tx.SendBatch(ctx, b).Close(); err == nil {
		err = rest(ctx, tx, facts)
	}
	return facts, err
}

// at gives the facts as they stand at a time.
func (r factsRow) at(now time.Time) health.Facts {
	f := health.Facts{
		Now: now, SuspendedAt: r.SuspendedAt, SuspendedUntil: sayable(r.SuspendedUntil), Unworked: r.Unworked, NextDue: sayable(r.NextDue), Critical: r.Critical, Kept: r.Kept,
	}
	if r.LastAt != nil {
		f.LastAt = *r.LastAt
	}
	switch {
	case r.Trouble != "" && r.Reported != nil && now.Sub(*r.Reported) < ledger.ReportMaxAge: // an old report says nothing
		f.Cause, f.CauseSince, f.CauseUntil = r.Trouble, *r.TroubleSince, r.Reported.Add(ledger.ReportMaxAge)
	case r.Deferred != nil:
		f.Cause, f.CauseSince = health.CauseDeferred, *r.Deferred
	}
	for _, t := range r.Tasks {
		fact := t.fact(r.Zone)
		if t.Kind == care.PermitRenewal {
			fact.LastDay = r.Critical
		}
		f.Tasks = append(f.Tasks, fact)
	}
	for _, d := range r.dates {
		f.Dates = append(f.Dates, d.fact())
	}
	for _, w := range r.Waits {
		f.Waits = append(f.Waits, health.FactWait{Code: w.Code, Set: w.Set.Time, Due: w.Due.Time})
	}
	return f
}

// fact gives the task of a case of a zone. Of a transfer it is another zone's.
func (t taskFact) fact(zone string) health.FactTask {
	unknown := false
	if k := t.kept; k != nil {
		unknown = t.Candidates > 0 && k.Candidates == 0
		t.Candidates, t.Supervisor, t.Receivers = k.Candidates, k.Supervisor, k.Receivers
	}
	fact := health.FactTask{
		ID: t.ID, Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, Since: t.Since.Time, RemindAt: t.RemindAt.pointer(), EscalateAt: t.EscalateAt.pointer(),
		Escalated: t.Escalated, Suspended: t.Suspended, Candidates: t.Candidates, Answered: t.Answered, From: t.From.Time, Expected: t.Expected.pointer(),
	}
	fact.HolderGone, fact.ProposerCould, fact.ProposerHolds = t.Gone, t.Could, t.Holds
	fact.Holder, fact.Acknowledged, fact.Unknown = t.HeldBy, t.Known, unknown
	fact.Pool, fact.Supervisors = t.pools[0], t.pools[1]
	for _, a := range t.away {
		fact.Absences = append(fact.Absences, a.fact())
	}
	fact.Taken, fact.Untold = t.taken, t.untold
	switch {
	case t.Supervisor != nil || t.Kind == care.ClosureApproval: // of which who proposed it may be the one that there is
	case t.kept != nil:
		fact.Tells = health.TellsKeepers
	default:
		fact.Tells = health.TellsNobody
	}
	if t.Supervisor != nil {
		task := actors.Task{Kind: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, HolderGone: t.Gone}
		fact.Means = task.Means(*t.Supervisor, t.Referral)
		fact.Means = slices.DeleteFunc(fact.Means, func(m actors.Means) bool {
			return m == actors.Give && !t.Receivers || m == actors.TakeOver && t.seated || m == actors.Release && t.kept != nil // it goes to a keeper again
		})
	}
	if t.Reminded {
		fact.RemindAt = nil
	}
	if t.Zone != zone {
		fact.Zone = t.Zone
	}
	if t.Partner != nil && t.Partner.ByLink() {
		if t.Supervisor != nil && t.Referral { // its sender's own task, since it is recorded there
			fact.Means = append(fact.Means, actors.Withdraw)
		}
		fact.Partner, fact.NotReached, fact.LinkUntil = t.Partner.Code, t.NotReached.pointer(), t.LinkUntil.pointer()
	}
	return fact
}
