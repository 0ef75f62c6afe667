// Package absence says from when to when staff are away, and who may stand in for them.
// Why somebody is away nobody asks.
package absence

import (
	"time"

	"percorso/internal/actors"
	"percorso/internal/care"
)

// Days say when somebody is away, by days of the zone, the last one included.
type Days struct {
	First      *care.Date `json:"first" format:"date" doc:"First day away"`
	Last       *care.Date `json:"last" format:"date" doc:"Last day away; on the next one they are back"`
	Substitute string     `json:"substitute,omitempty" doc:"Id of a colleague of the same agency and role, who works their tasks meanwhile; left out: whoever has the role"`
	Seen       string     `json:"seen,omitempty" maxLength:"100" doc:"Of a change: first, last and substitute_id as the caller has seen them, with a blank between them. Where they are others by now it is refused. Left out: it is not asked"`
}

// Span is from which day to which somebody is away.
type Span struct{ First, Last time.Time }

// Rules that an absence may break, beside those of package care.
const (
	Overlaps       = "away_already"     // they are away on some of these days as it is
	SubstituteAway = "substitute_away"  // who should stand in is away then, too
	ForOneself     = "substitutes_self" // nobody stands in for themselves, with another account either
	OtherAgency    = "substitute_of_another_agency"
	OtherRole      = "substitute_in_another_role"
	Meanwhile      = "absence_changed_meanwhile" // by somebody else, since the form was made
)

// longest is how many days one may be away, and furthest how many lie between today and
// the first: what is typed beyond is a mistake.
const longest, furthest = 2 * 366, 2 * 366

// MayEnter says whether somebody may enter, change and end what another, of the same
// zone, is away: for themselves, and as a supervisor for all.
func MayEnter(who, of care.Staff) bool {
	return who.ID == of.ID || who.Role == care.Supervisor && who.Zone == of.Zone
}

// Span is what the form says; the zero one where it says too little.
func (f Days) Span() (s Span) {
	if f.First != nil && f.Last != nil {
		s = Span{*f.First.Time(), *f.Last.Time()}
	}
	return s
}

// Check says what is wrong with the days. now is in the zone's calendar.
func (f Days) Check(now time.Time) []care.Fault {
	var faults care.Faults
	faults.Add(f.First != nil, "first", care.RuleRequired)
	faults.Add(f.Last != nil, "last", care.RuleRequired)
	faults.Add(f.Substitute == "" || care.IsID(f.Substitute), "substitute", care.RuleNotHere)
	if f.First == nil || f.Last == nil {
		return faults
	}
	s, today := f.Span(), care.DayOf(now)
	switch {
	case s.Last.Before(s.First):
		faults.Add(false, "last", care.RuleReversed)
	case s.Last.Before(today):
		faults.Add(false, "last", care.RuleInThePast)
	case s.Last.Sub(s.First) >= longest*24*time.Hour:
		faults.Add(false, "last", care.RuleTooFar)
	}
	faults.Add(!s.First.After(today.AddDate(0, 0, furthest)), "first", care.RuleTooFar)
	faults.Add(!s.First.Before(today.AddDate(0, 0, -longest)), "first", care.RuleTooLongAgo)
	return faults
}

// Meets says whether two spans have a day in common.
func (s Span) Meets(o Span) bool { return !s.First.After(o.Last) && !o.First.After(s.Last) }

// Refuse asks what the others' days say: of is who is away, with the other spans in which they
// are, to whom they name, with theirs; nil: nobody of that id is at work in the zone.
func (f Days) Refuse(of care.Staff, own []Span, to *care.Staff, theirs []Span) []care.Fault {
	var faults care.Faults
	s := f.Span()
	for _, o := range own {
		if s.Meets(o) {
			faults.Add(false, "first", Overlaps)
			break
		}
	}
	if f.Substitute == "" {
		return faults
	}
	rule := ""
	switch {
	case to == nil:
		rule = care.RuleNotHere
	case actors.Same(*to, of):
		rule = ForOneself
	case to.Agency != of.Agency:
		rule = OtherAgency
	case to.Role != of.Role:
		rule = OtherRole
	}
	for _, o := range theirs {
		if rule == "" && s.Meets(o) {
			rule = SubstituteAway
		}
	}
	faults.Add(rule == "", "substitute", rule)
	return faults
}
