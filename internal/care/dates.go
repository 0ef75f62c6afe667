package care

import "time"

// Meaning is what a date or a time that people send says. How early and how late
// it may be follows from that alone, wherever it is sent.
type Meaning string

// The meanings of what forms and filters ask for.
const (
	BirthDay         Meaning = "birth_date"
	PermitLastDay    Meaning = "permit_expiry"     // of the permit that somebody has, which may be over
	NewPermitLastDay Meaning = "new_permit_expiry" // of one that was shown now
	ReceiptDay       Meaning = "receipt_day"       // of a request for a permit
	AppointmentTime  Meaning = "appointment_at"
	MeetingTime      Meaning = "meeting_held_at"
	MinutesTime      Meaning = "minutes_held_at"
	ActionTerm       Meaning = "action_until"
	KeptActionTerm   Meaning = "kept_action_until" // of an action that an earlier version of the plan has
	MeasureEnd       Meaning = "measure_until"
	ServiceDay       Meaning = "service_day" // first or last of what a partner does for the person
	SuspensionEnd    Meaning = "suspend_until"
	ExtendedTerm     Meaning = "extend_until"
	ListBound        Meaning = "list_bound" // of what a list shows
)

// bound is a distance from now, and the rule that is broken beyond it.
type bound struct {
	years, days int
	rule        string
}

var (
	fromNow = bound{rule: RuleInThePast}
	toNow   = bound{rule: RuleInTheFuture}
	twoMore = bound{years: 2, rule: RuleTooFar} // as far as agendas and terms reach
)

// meanings says between what a date lies. A day counts with both its ends; a time
// lies after its earliest.
var meanings = map[Meaning]struct {
	day              bool
	earliest, latest bound
}{
	BirthDay:         {true, bound{years: -130, rule: RuleImplausible}, toNow},
	PermitLastDay:    {true, bound{years: -30, rule: RuleImplausible}, bound{years: 30, rule: RuleImplausible}},
	NewPermitLastDay: {true, fromNow, bound{years: 30, rule: RuleImplausible}},
	ReceiptDay:       {true, bound{years: -3, rule: RuleImplausible}, toNow},
	AppointmentTime:  {false, fromNow, twoMore},
	MeetingTime:      {false, bound{days: -30, rule: RuleTooLongAgo}, toNow},
	MinutesTime:      {false, bound{years: -1, rule: RuleImplausible}, toNow},
	ActionTerm:       {false, fromNow, bound{years: 5, rule: RuleImplausible}},
	KeptActionTerm:   {false, bound{years: -10, rule: RuleImplausible}, bound{years: 5, rule: RuleImplausible}},
	ServiceDay:       {true, bound{years: -1, rule: RuleImplausible}, bound{years: 5, rule: RuleImplausible}},
	MeasureEnd:       {false, fromNow, bound{years: 5, rule: RuleImplausible}},
	SuspensionEnd:    {false, fromNow, twoMore},
	ExtendedTerm:     {false, fromNow, twoMore},
	ListBound:        {false, bound{years: -100, rule: RuleImplausible}, bound{years: 100, rule: RuleImplausible}},
}

// Broken says which rule a date of this meaning breaks; empty: none. now is in
// the zone's calendar, whose days count.
func (m Meaning) Broken(t, now time.Time) string { return m.broken(t, now, now) }

// BrokenByNow is Broken for what was asked a while ago, or by another machine's
// clock: a command may have waited for its worker, and is not refused for that.
func (m Meaning) BrokenByNow(t, now time.Time) string {
	return m.broken(t, now.AddDate(-1, 0, 0), now.Add(time.Hour))
}

func (m Meaning) broken(t, since, now time.Time) string {
	limits := meanings[m]
	earliest := since.AddDate(limits.earliest.years, 0, limits.earliest.days)
	latest := now.AddDate(limits.latest.years, 0, limits.latest.days)
	if limits.day {
		// The day before is the last one that is too early.
		t, earliest, latest = dayWhere(t, now), dayWhere(earliest, now).AddDate(0, 0, -1), dayWhere(latest, now)
	}
	switch {
	case !t.After(earliest):
		return limits.earliest.rule
	case t.After(latest):
		return limits.latest.rule
	}
	return ""
}

// dayWhere is the day that a time falls on where now is.
func dayWhere(t, now time.Time) time.Time { return DayOf(t.In(now.Location())) }

// Dated is a date or a time of a form with what it means; a nil one is not given.
type Dated struct {
	Field   string
	Meaning Meaning
	At      *time.Time
}

// Dates checks the dates of a form.
func (f *Faults) Dates(dates []Dated, now time.Time) {
	for _, d := range dates {
		if d.At != nil {
			rule := d.Meaning.Broken(*d.At, now)
			f.Add(rule == "", d.Field, rule)
		}
	}
}

// DatesByNow checks the dates of a form that was accepted a while ago.
func (f *Faults) DatesByNow(dates []Dated, now time.Time) {
	for _, d := range dates {
		if d.At != nil {
			rule := d.Meaning.BrokenByNow(*d.At, now)
			f.Add(rule == "", d.Field, rule)
		}
	}
}

// OpenDays checks that nobody is summoned for a later day on which the offices are
// closed. Today somebody is at work.
func (f *Faults) OpenDays(dates []Dated, cal Calendar, now time.Time) {
	for _, d := range dates {
		summons := d.At != nil && d.Meaning == AppointmentTime && dayWhere(*d.At, now).After(dayWhere(now, now))
		f.Add(!summons || cal.IsWorkingDay(*d.At), d.Field, RuleClosedDay)
	}
}

// Given is a date that a form must have; nil where it is left out, of which
// another rule says so.
func Given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// DayOf gives the calendar day of a time, as midnight UTC.
func DayOf(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
