package health

import (
	"slices"
	"time"
)

// Absence is that who holds a task is away, between two times.
type Absence struct {
	Span
	Last       time.Time // the last day
	Substitute string    // name of who works it meanwhile; empty: nobody by name
	Gaps       []Span    // in which they are away themselves
	Colleagues int       // how many others have the task's role where it is done
}

// Shifts are when each of several people is away, one after the other; none: one of them
// always is there, or there is nobody.
type Shifts [][]Absence

// back is the last day of the first of them who comes back, where all are away now.
func (all Shifts) back(now time.Time) (first *time.Time) {
	for _, one := range all {
		i := slices.IndexFunc(one, func(a Absence) bool { return a.holds(now) })
		if i < 0 {
			return nil
		}
		if first == nil || one[i].Last.Before(*first) {
			first = &one[i].Last
		}
	}
	return first
}

// Span is a time from one moment until another.
type Span struct{ From, Until time.Time }

func (s Span) holds(at time.Time) bool { return !at.Before(s.From) && at.Before(s.Until) }

// Away says until when who holds the task is away, and who may do it meanwhile; never why.
type Away struct {
	Last       time.Time `json:"last_day" doc:"Of their absence; on the next day they are back"`
	Substitute string    `json:"substitute,omitempty" doc:"Name of who works it meanwhile"`
	Others     bool      `json:"others,omitempty" doc:"Nobody by name: whoever has its role there may do it"`
}

func (a Away) named() bool { return a.Substitute != "" }

// away is how its holder is away now; nil: they are there, or the task waits for them all
// the same.
func (t FactTask) away(now time.Time) *Away {
	if t.HolderGone {
		return nil
	}
	return absent(t.Absences, now)
}

// absent is how somebody is away now, of all their absences; nil: they are there.
func absent(all []Absence, now time.Time) *Away {
	for _, a := range all {
		if !a.holds(now) {
			continue
		}
		is := &Away{Last: a.Last, Substitute: a.Substitute}
		for _, gap := range a.Gaps {
			if gap.holds(now) {
				is.Substitute = ""
			}
		}
		is.Others = is.Substitute == "" && a.Colleagues > 0
		return is
	}
	return nil
}

// turns are the times at which that changes.
func (t FactTask) turns() (all []time.Time) {
	for _, a := range slices.Concat(t.Absences, slices.Concat(t.Pool...), slices.Concat(t.Supervisors...)) {
		all = append(all, a.turns()...)
	}
	return all
}

// turns are when it begins and ends, and when its substitute comes and goes.
func (a Absence) turns() []time.Time {
	all := []time.Time{a.From, a.Until}
	for _, gap := range a.Gaps {
		all = append(all, gap.From, gap.Until)
	}
	return all
}
