// Package health says of an open case what it waits for, and how it stands.
package health

import (
	"slices"
	"time"

	"percorso/internal/actors"
	"percorso/internal/care"
)

// Health says how an open case stands.
type Health string

// A case waits as planned, is late (a deadline has passed), is broken (the
// machinery does not move it) or orphaned (nobody is left who may act).
const (
	Planned  Health = "planned"
	Late     Health = "late"
	Broken   Health = "broken"
	Orphaned Health = "orphaned"
)

// Unknown is how a case is counted of which nothing was ever computed, as after an
// upgrade; whoever reads the case has it computed.
const Unknown Health = "unknown"

// Counts are how many open cases stand how.
type Counts map[Health]int

// Counted are all that cases are counted by.
var Counted = []Health{Broken, Orphaned, Late, Planned, Unknown}

// WaitFor is what a case waits for.
type WaitFor string

// What a case may wait for.
const (
	WaitTask    WaitFor = "task"    // somebody takes or completes a task
	WaitTime    WaitFor = "time"    // a date
	WaitMachine WaitFor = "machine" // the machinery works what was accepted
	WaitNothing WaitFor = "nothing" // the case is closed
)

// Waiting is the case's answer to "what are you waiting for?", in codes; the
// pages and the API say it in one sentence.
type Waiting struct {
	Health    Health         `json:"health"`
	For       WaitFor        `json:"for"`
	Task      care.TaskKind  `json:"task,omitempty"`
	State     care.TaskState `json:"state,omitempty"`
	Role      care.Role      `json:"role,omitempty"`    // who must act
	Agency    string         `json:"agency,omitempty"`  //
	Zone      string         `json:"zone,omitempty"`    // whose role and agency they are, where it is not the case's own
	Partner   string         `json:"partner,omitempty"` // the agency that answers through one-time links; Role may record its answer
	Since     time.Time      `json:"since,omitzero"`
	SinceDays int            `json:"since_working_days"`
	Until     *time.Time     `json:"until,omitempty"`
	LateDays  int            `json:"late_working_days,omitempty"`
	Holder    *Who           `json:"holder,omitempty"`       // who holds the task, where that is somebody of another role or agency
	Also      []Who          `json:"also,omitempty"`         // who else has the same to do
	Known     bool           `json:"acknowledged,omitempty"` // the referral that is to be answered was acknowledged
	NoLink    bool           `json:"no_link,omitempty"`      // the partner has no link any more through which it could answer
	Then      string         `json:"then,omitempty"`         // what happens at Until: remind, escalate, escalated, untold, resume, or the code of the deadline
	Tells     Tells          `json:"tells,omitempty"`        // whom Percorso tells when the term is over, where that is not the supervisor
	StandIns  []care.Role    `json:"stand_ins,omitempty"`    // who can stand in
	Means     []actors.Means `json:"means,omitempty"`        // what the supervisor can do, where they can stand in
	Kept      bool           `json:"kept,omitempty"`         // the person is protected: nobody but her keepers can do anything
	Gone      bool           `json:"holder_gone,omitempty"`  // who holds the task has left, or works elsewhere
	Away      *Away          `json:"away,omitempty"`         // who holds the task is away
	// NobodyUntil is until which day all of those are away who may take the free task;
	// NoSupervisorUntil likewise the zone's supervisors.
	NobodyUntil       *time.Time `json:"nobody_there_until,omitempty"`
	NoSupervisorUntil *time.Time `json:"no_supervisor_until,omitempty"`
	Cause             string     `json:"cause,omitempty"`    // of a broken case, of one where nothing is open, or where nobody may act: a code
	Answered          bool       `json:"answered,omitempty"` // the task's answer was accepted, and is being recorded: nobody has to act
	// From is from when on what is awaited can be done, where that is still to come;
	// LastDay is of the permit whose renewal is awaited.
	From    *time.Time `json:"from,omitempty"`
	LastDay *time.Time `json:"permit_last_day,omitempty"`
	// HourCame: the hour of the appointment that the task is to confirm has come, so that it is
	// to say whether the person came.
	HourCame bool `json:"hour_came,omitempty"`
	// Day is the next day of the case after which something is lost, where it is near, or past
	// and nobody has said that it is over.
	Day    *Day   `json:"critical_date,omitempty"`
	TaskID string `json:"-"`
}

// Who is somebody who has something to do.
type Who struct {
	Role    care.Role `json:"role"`
	Agency  string    `json:"agency"`
	Partner string    `json:"partner,omitempty"` // as in Waiting
	Holds   bool      `json:"holds,omitempty"`   // one of the role does it, and no other
}

// ThenResume says that a suspended case goes on by itself.
const ThenResume = "resume"

// What a case is broken by.
const (
	CauseFailing  = "workflow_task" // a run of it cannot go on
	CauseMissing  = "run_missing"   // Temporal has no such run
	CauseDeferred = "deferred"      // what somebody asked for was accepted, and cannot be worked as it is
	CauseInbox    = "inbox"         // what was accepted for it is not worked
	CauseClock    = "clock"         // what fell due is not worked
	CauseMail     = "mail"          // a partner was not reached by post, and does not know what is asked of it
)

// Why nothing is open in a case.
const (
	CauseMoving      = "moving"       // a step is under way
	CauseNothingOpen = "nothing_open" // nobody has anything to do, and nothing is waited for
)

// CauseMistake is what somebody says of the closure that ended a case: it waits for a second person.
const CauseMistake = "mistake"

// Tells is whom Percorso tells that a term is over.
type Tells string

// Whom it tells in the place of the zone's supervisor.
const (
	TellsKeepers Tells = "keepers" // of a protected person, where no supervisor is among them
	TellsNobody  Tells = "nobody"  // the zone has no supervisor
)

// CauseProposer is why nobody may approve a closure: the only one with the role has proposed it.
// CauseAsker is why nobody may answer for an agency: the only one has asked it themself.
const CauseProposer, CauseAsker = "proposer", "asker"

// CauseKeepers is why nobody may act for a protected person: nobody with the role is one
// of her keepers.
const CauseKeepers = "keepers"

// CauseSeated is why nobody may take a seat of a protected person's équipe: her keepers with
// the role sit there already.
const CauseSeated = "seated"

// ThenEscalated says that the supervisor was told already; ThenUntold that nobody could be, and
// that the first one will be who can.
const ThenEscalated, ThenUntold = "escalated", "untold"

// Facts are what Explain needs to know of an open case. Times are absolute.
type Facts struct {
	Now    time.Time
	Closed bool
	Kept   bool // the person is protected
	// SuspendedAt and SuspendedUntil are set while the case stands still.
	SuspendedAt    *time.Time
	SuspendedUntil *time.Time

	Tasks []FactTask
	Waits []FactWait
	// Cause is set where the machinery is known not to move the case.
	Cause      string
	CauseSince time.Time
	CauseUntil time.Time  // for how long that is known
	Unworked   *time.Time // since when its inbox has something unworked
	NextDue    *time.Time // when the next clock of its runs falls due
	LastAt     time.Time  // when something happened on it for the last time; zero: now

	// Danger: a record says that the person, or a child of theirs, is in danger.
	// No record of today has a field for it, so nothing sets it yet; the order by
	// harm keeps the first place for it.
	Danger bool
	// Critical is the day after which something is lost, as the last day of a
	// permit that nobody has seen to yet; nil: no such day is known.
	Critical *time.Time
	Dates    []FactDate // other such days, which somebody wrote down, the first first
}

// FactTask is an open task of a case.
type FactTask struct {
	ID         string
	Kind       care.TaskKind
	State      care.TaskState
	Role       care.Role
	Agency     string
	Zone       string     // where it is another than the case's
	Partner    string     // the agency asked, where it answers through one-time links
	Since      time.Time  // ready, or reserved
	RemindAt   *time.Time // the next of the two, as the clock stands
	EscalateAt *time.Time
	Escalated  bool
	Untold     bool // escalated, which reached nobody
	Suspended  bool // its clocks stand still
	Candidates int  // how many members of staff may do it
	// ProposerCould: who proposed what it is to approve, or has asked what it answers, has its
	// role, and is no candidate;
	// ProposerHolds: they hold it, and can but take back what they proposed.
	ProposerCould, ProposerHolds bool
	HolderGone                   bool  // who holds it has left, or works elsewhere
	Unknown                      bool  // none of those who have its role may know of the person
	Taken                        bool  // each keeper of a protected person who has its role has another seat of the équipe
	Tells                        Tells // when its term is over; empty: the zone's supervisor
	// Means is what the zone's supervisor can do; nil: there is none, or nothing to do.
	Means []actors.Means
	// Answered: an answer to it was accepted, and is neither worked nor refused yet.
	Answered bool
	// From is from when on the task can be done; LastDay is of the person's permit, where
	// the task sees to it; Expected is the hour of an appointment that it is to confirm.
	From     time.Time
	Expected *time.Time
	LastDay  *time.Time
	// Holder is who holds it; nil: nobody does. Absences are when they are away, now or later,
	// of a task that others may do meanwhile.
	Holder   *Who
	Absences []Absence
	// Pool are those who may take it while it is free, Supervisors the zone's, where each
	// of them is away at some time.
	Pool, Supervisors Shifts
	// Acknowledged: the referral that it answers was acknowledged.
	Acknowledged bool
	// NotReached is since when a partner has not the link that it would answer
	// through, because the mail with it cannot be delivered; LinkUntil is until when it
	// can answer through the last one.
	NotReached, LinkUntil *time.Time
}

// FactWait is a time that a run of the case waits for; one that stands still,
// and so has no time, is none.
type FactWait struct {
	Code string
	Set  time.Time
	Due  time.Time
}

// Grace is how long the machinery may take before a case counts as broken.
const Grace = 30 * time.Second

// besides are waits that go along with what a case really waits for: they limit
// how long others may take, or warn. The later in the list, the less they say.
var besides = append([]string{care.DeadlineEquipeAnswer, care.DeadlineEquipeSignOff, care.DeadlineGoalEvaluation, care.SuspensionOver, care.DeadlineMeasureCheck}, daysOfLife...)

// daysOfLife are those of them that no path waits for: the case goes on without them.
var daysOfLife = []string{care.DeadlinePermitWarning, care.PlanActionDate, care.NearlyAdult, care.TurnsSixteen, care.PermitGranted}

// aside says whether a case waits for nothing but a day in the life of its person.
func (w Waiting) aside() bool { return w.For == WaitTime && slices.Contains(daysOfLife, w.Then) }

// Explain computes what an open case waits for. Where several things are open
// it names the one that most needs somebody: what is broken, then orphaned,
// then late, then due first. A suspended case waits for its date, unless
// something that does not stand still needs somebody before.
func Explain(f Facts, cal care.Calendar) Waiting { return explain(f).Counted(f.Now, cal) }

// explain is Explain without the counts of days, which change with each day.
func explain(f Facts) Waiting {
	w := awaited(f)
	w.Day = f.day()
	return w
}

// awaited is explain without the day that is near.
func awaited(f Facts) Waiting {
	if f.Closed {
		return Waiting{Health: Planned, For: WaitNothing}
	}
	if cause, since := f.cause(); cause != "" {
		return Waiting{Health: Broken, For: WaitMachine, Cause: cause, Since: since, StandIns: []care.Role{care.Supervisor}}
	}
	var best *Waiting
	consider := func(w Waiting) {
		if best == nil || worse(w, *best) {
			best = &w
		}
	}
	if f.SuspendedUntil != nil {
		w := Waiting{Health: Planned, For: WaitTime, Until: f.SuspendedUntil, Then: ThenResume}
		if f.SuspendedAt != nil {
			w.Since = *f.SuspendedAt
		}
		best = &w
	}
	for _, t := range f.Tasks {
		consider(explainTask(t, f.Now))
	}
	for _, w := range f.Waits {
		waiting := Waiting{Health: Planned, For: WaitTime, Since: w.Set, Until: &w.Due, Then: w.Code}
		if w.overdue(f.Now) {
			waiting.Health, waiting.For, waiting.Cause = Broken, WaitMachine, CauseClock
		}
		consider(waiting)
	}
	if best != nil && best.aside() { // a warning some day is no next step
		best = nil
	}
	if best == nil && f.Unworked != nil {
		return Waiting{Health: Planned, For: WaitMachine, Since: *f.Unworked, Cause: CauseMoving}
	}
	if best == nil {
		since := f.LastAt
		if since.IsZero() {
			since = f.Now
		}
		return Waiting{Health: Orphaned, For: WaitMachine, Cause: CauseNothingOpen, Since: since}
	}
	best.Also, best.Kept = f.also(*best), f.Kept
	return *best
}

// also lists who else has the same to do as the one whom the case waits for.
func (f Facts) also(w Waiting) (others []Who) {
	for _, t := range f.Tasks {
		who := Who{Role: t.Role, Agency: t.Agency, Partner: t.Partner}
		same := t.Kind == w.Task && t.Zone == w.Zone && t.ID != w.TaskID && !t.Answered && !t.Suspended && !t.HolderGone && !t.nobody() && t.NotReached == nil
		first := who == Who{Role: w.Role, Agency: w.Agency, Partner: w.Partner}
		if t.Partner == "" && t.Holder != nil {
			who = *t.Holder
		}
		if who.Holds = t.State == care.TaskReserved && t.Partner == ""; same && !first && !slices.Contains(others, who) {
			others = append(others, who)
		}
	}
	return others
}

// cause says why the machinery does not move the case, and since when.
func (f Facts) cause() (code string, since time.Time) {
	late := f.Now.Add(-Grace)
	switch {
	case f.Cause != "":
		return f.Cause, f.CauseSince
	case f.Unworked != nil && f.Unworked.Before(late):
		return CauseInbox, *f.Unworked
	case f.NextDue != nil && f.NextDue.Before(late):
		return CauseClock, *f.NextDue
	}
	return "", time.Time{}
}

// overdue says whether the machinery let the wait pass.
func (w FactWait) overdue(now time.Time) bool { return now.After(w.Due.Add(Grace)) }

// Counted gives the waiting with its working days, as they are counted at a time.
func (w Waiting) Counted(now time.Time, cal care.Calendar) Waiting {
	w.SinceDays, w.LateDays = 0, 0
	if !w.Since.IsZero() {
		w.SinceDays = cal.WorkingDaysBetween(w.Since, now)
	}
	if w.For == WaitTask && w.Over(now) {
		w.LateDays = cal.WorkingDaysBetween(*w.Until, now)
	}
	return w
}

// Over says whether the term has passed at a time.
func (w Waiting) Over(now time.Time) bool {
	return w.Until != nil && (w.Then == ThenEscalated || w.Then == ThenUntold || now.After(*w.Until))
}

// Disputed is what a closed case waits for of which somebody says that its closure was a
// mistake: until when another person can confirm that.
func (w Waiting) Disputed(said *time.Time, until time.Time) Waiting {
	if w.For == WaitNothing && said != nil {
		w.Cause, w.Since, w.Until = CauseMistake, *said, &until
	}
	return w
}

// Machine is what is known of the machinery as a whole. It is no matter of one
// case, so it is laid over what a case waits for when that is read.
type Machine struct {
	Away     bool // Temporal does not answer
	NoWorker bool // nobody works runs
	StandBy  bool // workers of other versions do poll
}

// Under names the machinery as the cause where it is why the case does not move.
func (w Waiting) Under(m Machine) Waiting {
	if w.For != WaitMachine || !slices.Contains([]string{CauseInbox, CauseClock, CauseFailing, CauseMissing}, w.Cause) {
		return w
	}
	switch {
	case m.Away:
		w.Cause = "temporal_away"
	case m.NoWorker && m.StandBy:
		w.Cause = "no_current_worker"
	case m.NoWorker:
		w.Cause = "no_worker"
	}
	return w
}

func explainTask(t FactTask, now time.Time) Waiting {
	w := Waiting{
		Health: Planned, For: WaitTask, Task: t.Kind, State: t.State, Role: t.Role, Agency: t.Agency, Zone: t.Zone, Partner: t.Partner,
		Since: t.Since, TaskID: t.ID, Until: t.EscalateAt, Answered: t.Answered, LastDay: t.LastDay, Known: t.Acknowledged, Tells: t.Tells,
	}
	if h := t.Holder; h != nil && !t.HolderGone && (h.Role != t.Role || h.Agency != t.Agency) {
		w.Holder = h
	}
	if t.From.After(now) {
		w.From = &t.From
	}
	w.HourCame = t.Expected != nil && !t.Suspended && !now.Before(*t.Expected)
	if w.Away = t.away(now); w.Away != nil && w.Away.Others && !w.Away.named() {
		w.StandIns = append(w.StandIns, t.Role)
	}
	w.NoLink = t.Partner != "" && w.From == nil && (t.LinkUntil == nil || !now.Before(*t.LinkUntil))
	if w.NoSupervisorUntil = t.Supervisors.back(now); t.Partner == "" {
		w.NobodyUntil = t.Pool.back(now)
	}
	// Of a task that somebody holds no colleague can take the place by themselves.
	if t.State == care.TaskReady && t.Candidates > 1 {
		w.StandIns = append(w.StandIns, t.Role)
	}
	if len(t.Means) > 0 {
		w.StandIns, w.Means = append(w.StandIns, care.Supervisor), t.Means
	}
	if t.Suspended {
		w.Until = nil
		return w
	}
	switch {
	case t.Untold:
		w.Then = ThenUntold
	case t.Escalated:
		w.Then = ThenEscalated
	case t.RemindAt != nil && now.Before(*t.RemindAt):
		w.Then, w.Until = "remind", t.RemindAt
	default:
		w.Then = "escalate"
	}
	if t.late(now) {
		w.Health = Late
	}
	if t.NotReached != nil {
		w.Health, w.Cause, w.Since = Broken, CauseMail, *t.NotReached
	}
	if w.Gone = t.HolderGone; w.Gone || t.nobody() {
		w.Health = Orphaned
	}
	if t.nobody() && t.ProposerCould {
		w.Cause = CauseProposer
		if t.Kind != care.ClosureApproval {
			w.Cause = CauseAsker
		}
	} else if t.nobody() && t.Taken {
		w.Cause = CauseSeated
	} else if t.nobody() && t.Unknown {
		w.Cause = CauseKeepers
	}
	return w
}

// nobody says whether there is nobody who may do the task.
func (t FactTask) nobody() bool {
	return t.Candidates == 0 && (t.State != care.TaskReserved || t.ProposerHolds)
}

// late says whether the task's term has passed.
func (t FactTask) late(now time.Time) bool {
	return !t.Suspended && (t.Escalated || t.EscalateAt != nil && now.After(*t.EscalateAt))
}

var severity = map[Health]int{Broken: 3, Orphaned: 2, Late: 1, Planned: 0}

// worse says whether a needs somebody more than b. What is planned of a
// suspended case is its date alone. What is answered needs nobody.
func worse(a, b Waiting) bool {
	if severity[a.Health] != severity[b.Health] {
		return severity[a.Health] > severity[b.Health]
	}
	if b.Then == ThenResume {
		return false
	}
	if first, second := beside(a), beside(b); first != second {
		return first < second
	}
	if a.Answered != b.Answered {
		return b.Answered
	}
	if a.Until == nil || b.Until == nil {
		return a.Until != nil
	}
	return a.Until.Before(*b.Until)
}

// beside is how little a wait says: below 0 for what the case really waits for. What
// somebody has to do comes before a date until which nobody has to act.
func beside(w Waiting) int {
	switch {
	case w.For == WaitTime:
		return slices.Index(besides, w.Then)
	case w.From != nil:
		return -1
	}
	return -2
}
