// Package terms says when what people have to do is due.
package terms

import (
	"time"

	"percorso/internal/care"
)

// Clock is how the clocks of one task stand. The first runs from when the task is
// ready until somebody claims it, the second from the first claim until it is
// completed. Whoever claims a task and gives it back sets neither anew.
type Clock struct {
	From      time.Time  // when the task is ready, or the date that it is for
	Expected  *time.Time // when the person is, of an appointment that the task is to confirm
	Begun     *time.Time // when somebody first claimed it
	Set       *time.Time // the term that somebody set by hand
	Remind    *time.Time
	Escalate  *time.Time
	Reminded  bool
	Escalated bool
}

// Late says whether the term has passed. That ends with the task alone, or with a
// new term that somebody sets.
func (c Clock) Late(now time.Time) bool {
	return c.Escalated || c.Escalate != nil && now.After(*c.Escalate)
}

// Stays says whether claiming the task and giving it back leave its term as it
// is: somebody set it, or it has passed.
func (c Clock) Stays(now time.Time) bool { return c.Set != nil || c.Late(now) }

// Rule is what a zone says of one kind of task, with its calendar.
type Rule struct {
	care.TaskRule
	Calendar care.Calendar
}

// Opened is the clock of a task that is ready, or is for a date.
func (r Rule) Opened(from time.Time) Clock { return r.Confirms(Clock{From: from}, nil) }

// Confirms is the clock of a task that nobody has claimed and that confirms an appointment, of
// which this is the hour: from then on it is to say how that went.
func (r Rule) Confirms(c Clock, hour *time.Time) Clock {
	c.Expected = hour
	r.run(&c, r.Claim, c.From)
	return c
}

// Claimed is the clock once somebody has claimed the task: the second runs, from
// the first claim on.
func (r Rule) Claimed(c Clock, now time.Time) Clock {
	if c.Begun == nil {
		c.Begun = &now
	}
	if c.Stays(now) {
		return c
	}
	from := *c.Begun
	if c.From.After(from) {
		from = c.From
	}
	r.run(&c, r.Complete, from)
	return c
}

// Released is the clock once the task is nobody's again: the first goes on, from
// when the task was ready.
func (r Rule) Released(c Clock, now time.Time) Clock {
	if !c.Stays(now) {
		r.run(&c, r.Claim, c.From)
	}
	return c
}

// Extended is the clock with a term that somebody sets: half of the time until a reminder.
func (r Rule) Extended(c Clock, until, now time.Time) Clock {
	remind := now.Add(until.Sub(now) / 2)
	if open := r.Calendar.NextOpen(remind); open.Before(until) {
		remind = open
	}
	c.Set, c.Remind, c.Escalate = &until, &remind, &until
	c.Reminded, c.Escalated = false, false
	return c
}

// Resumed is the clock of a task that stood still since a time, once it goes on:
// what was left of its time is left of it now. A term that somebody set is a date,
// and stays.
func (r Rule) Resumed(c Clock, stood, now time.Time) Clock {
	if c.Set != nil {
		return c
	}
	if c.From.After(stood) {
		stood = c.From
	}
	clock := r.Claim
	if c.Begun != nil {
		clock = r.Complete
	}
	c.Remind = Resumed(r.Calendar, clock.Remind.Unit, c.Remind, stood, now)
	c.Escalate = Resumed(r.Calendar, clock.Escalate.Unit, c.Escalate, stood, now)
	if span := now.Sub(stood); span > 0 { // whoever gives the task back later is not charged with it
		c.From = c.From.Add(span)
		if c.Begun != nil {
			begun := c.Begun.Add(span)
			c.Begun = &begun
		}
	}
	return c
}

// Resumed is a term that stood still since a time and goes on now. One that is
// counted in working days has as many of them left as it had.
func Resumed(cal care.Calendar, unit care.Unit, term *time.Time, stood, now time.Time) *time.Time {
	if term == nil || !now.After(stood) {
		return term
	}
	moved := term.Add(now.Sub(stood))
	if unit == care.WorkingDays && term.After(stood) {
		moved = cal.After(now, care.Duration{N: cal.WorkingDaysBetween(stood, *term), Unit: unit})
	}
	if rolls(unit) {
		moved = cal.NextOpen(moved)
	}
	return &moved
}

// Met is until when a rhythm of reviews waits once a meeting with the person became
// known, and since when: the latest meeting counts, whenever it was typed. One that
// leads to nothing later changes nothing.
func Met(set, due, latest, next time.Time) (since, until time.Time) {
	if next.After(due) {
		return latest, next
	}
	return set, due
}

// Falls is when a term that people act on falls that is counted from a time: on an open
// day. One of seconds, as zones have that play a year in a minute, stays where it is.
func Falls(cal care.Calendar, from time.Time, d care.Duration) time.Time {
	t := cal.After(from, d)
	if rolls(d.Unit) {
		t = cal.NextOpen(t)
	}
	return t
}

func rolls(unit care.Unit) bool { return unit == care.CalendarDays || unit == care.Hours }

// ofDay is the end of the n-th working day after a time.
func (r Rule) ofDay(from time.Time, n int) time.Time {
	return r.Calendar.After(from, care.Duration{N: n, Unit: care.WorkingDays})
}

func (r Rule) run(c *Clock, clock care.Clock, from time.Time) {
	remind, escalate := Falls(r.Calendar, from, clock.Remind), Falls(r.Calendar, from, clock.Escalate)
	hour := c.Expected
	if r.Kind.SaysHowItWent() {
		hour = &c.From
	}
	// How an appointment went is late from the end of the next working day, whatever longer
	// time a zone gives, and reminded of at the end of its own.
	if hour != nil && r.ofDay(*hour, 1).Before(escalate) {
		escalate = r.ofDay(*hour, 1)
		if today := r.ofDay(*hour, 0); today.Before(remind) {
			remind = today
		}
	}
	c.Remind, c.Escalate = &remind, &escalate
	c.Reminded, c.Escalated = false, false
}
