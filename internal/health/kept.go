package health

import (
	"math"
	"slices"
	"time"
)

// Kept is what is kept of an open case, so that lists need not compute it: how it
// stands, its place in the order by harm, and until when both stay as they are
// unless something of the case changes.
type Kept struct {
	Waiting   Waiting // without counts of days
	Harm      Harm
	ChangesAt time.Time
}

// Recheck is how long a case is believed at most, whatever is known of it. It heals
// what changed past all that should have told of it.
const Recheck = 6 * time.Hour

// Keep computes what is kept of an open case. there is where its days are counted.
// Answers that are on their way are left out: they are worked within a moment, and
// whoever reads the case until then has it computed.
func Keep(f Facts, there *time.Location) Kept {
	f.Tasks = slices.Clone(f.Tasks)
	for i := range f.Tasks {
		f.Tasks[i].Answered = false
	}
	w := explain(f)
	return Kept{Waiting: w, Harm: harmOf(f, w, there), ChangesAt: changesAt(f, there)}
}

// changesAt is the first time after now at which Explain, or the order by harm, may
// say something else without anything of the case having changed.
func changesAt(f Facts, there *time.Location) time.Time {
	first := f.Now.Add(Recheck)
	at := func(t *time.Time, more time.Duration) {
		if t == nil {
			return
		}
		if passes := t.Add(more); passes.After(f.Now) && passes.Before(first) {
			first = passes
		}
	}
	const past = time.Microsecond // a term passes a moment after its time
	for _, t := range f.Tasks {
		for _, turn := range t.turns() {
			at(&turn, 0)
		}
		if !t.Suspended {
			at(&t.From, 0)
			at(t.Expected, 0)
			at(t.RemindAt, 0)
			at(t.EscalateAt, past)
			at(t.LinkUntil, 0)
		}
	}
	for _, w := range f.Waits {
		at(&w.Due, Grace+past)
	}
	at(f.Unworked, Grace+past)
	at(f.NextDue, Grace+past)
	if f.Cause != "" {
		at(&f.CauseUntil, 0)
	}
	if f.Critical != nil {
		year, month, day := f.Critical.Date()
		nears := time.Date(year, month, day-CriticalDays, 0, 0, 0, 0, there)
		at(&nears, 0)
	}
	for _, d := range f.Dates {
		for _, turn := range d.turns() {
			at(&turn, 0)
		}
	}
	return first
}

// Harm is the place of a case in the order of stuck cases. What comes first has the
// lower Class, then the lower LateDay, then does not go on; then the older case.
type Harm struct {
	Class   int // what is at stake: danger to the person, a critical date, that nobody may act, that it is broken
	LateDay int // day on which the first term passed, counted from 1970 where the case is; NeverLate: none has
	GoesOn  int // 1: something of the case lies ahead, a task in time or a date; 0: it has no next step
}

// NeverLate is the day of a case of which no term has passed.
const NeverLate = math.MaxInt32

// CriticalDays is how near a critical date is when it counts.
const CriticalDays = 10

// What is at stake, the worst with the highest number: of two cases the one with
// the higher sum comes first, whatever else is true of it.
const (
	stakeBroken = 1 << iota
	stakeNobody
	stakeCritical
	stakeDanger
	allStakes = stakeDanger | stakeCritical | stakeNobody | stakeBroken
)

// harmOf gives the place of a case in the order by harm.
func harmOf(f Facts, w Waiting, there *time.Location) Harm {
	h := Harm{Class: allStakes, LateDay: NeverLate}
	if f.Danger {
		h.Class -= stakeDanger
	}
	// A day that has passed counts for as long as nobody has seen to it.
	if f.day() != nil || f.Critical != nil && dayNumber(*f.Critical)-dayNumber(f.Now.In(there)) <= CriticalDays {
		h.Class -= stakeCritical
	}
	switch w.Health {
	case Orphaned:
		h.Class -= stakeNobody
	case Broken:
		h.Class -= stakeBroken
	}
	for _, t := range f.Tasks {
		switch {
		case t.Suspended:
		case !t.late(f.Now):
			if t.EscalateAt != nil && t.Candidates > 0 {
				h.GoesOn = 1
			}
		case t.EscalateAt != nil:
			h.LateDay = min(h.LateDay, dayNumber(t.EscalateAt.In(there)))
		}
	}
	for _, wait := range f.Waits {
		if planned := (Waiting{For: WaitTime, Then: wait.Code}); beside(planned) < 0 && !wait.overdue(f.Now) {
			h.GoesOn = 1
		}
	}
	return h
}

// dayNumber counts the days of the calendar since 1970.
func dayNumber(t time.Time) int {
	year, month, day := t.Date()
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / int64(24*time.Hour/time.Second))
}
