package terms

import (
	"time"

	"percorso/internal/care"
)

// Why an extension is refused, beside the rules of package care.
const (
	RuleWhyLong   = "why_so_long"     // the reason is missing of one that is longer than the zone leaves free
	RuleWhyPermit = "why_past_permit" // or of one past the last day of the person's permit
	RulePermit    = "past_permit"     // the renewal itself waits no longer than that
)

// Rolled is a term that somebody sets by hand, on an open day: what falls on a closed one
// is due on the next. Today somebody is at work.
func Rolled(cal care.Calendar, until, now time.Time) time.Time {
	if care.DayOf(until.In(cal.Location())).Equal(care.DayOf(now.In(cal.Location()))) {
		return until
	}
	return cal.NextOpen(until)
}

// Extension is a new term that somebody sets by hand.
type Extension struct {
	Kind       care.TaskKind
	Until, Now time.Time
	Term       *time.Time    // of now; nil: it stands still
	Set        bool          // somebody has set that one by hand
	Freely     care.Duration // by how much the zone extends without a reason
	PermitEnds *time.Time    // last day of the person's permit; nil: it has none, or its renewal was asked for
	Reason     bool          // one is given
}

// Faults says why not. What is longer than the zone leaves free is counted from the
// term of now, or from today where that has passed. It is free once: who puts off again
// what was put off already says why, or a term would move on for ever by small steps.
func (e Extension) Faults(cal care.Calendar) []care.Fault {
	from := e.Now
	if e.Term != nil && e.Term.After(from) {
		from = *e.Term
	}
	past := e.PermitEnds != nil && care.DayOf(e.Until.In(cal.Location())).After(care.DayOf(*e.PermitEnds))
	valid := past && !care.DayOf(e.Now.In(cal.Location())).After(care.DayOf(*e.PermitEnds))
	var f care.Faults
	f.Add(!valid || e.Kind != care.PermitRenewal, "until", RulePermit)
	f.Add(!past || e.Reason || len(f) > 0, "note", RuleWhyPermit)
	again := e.Set && e.Term != nil && e.Until.After(*e.Term)
	f.Add(e.Reason || len(f) > 0 || !again && !e.Until.After(cal.After(from, e.Freely)), "note", RuleWhyLong)
	return f
}
