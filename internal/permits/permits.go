// Package permits says by when the renewal of a residence permit is to be asked for, by
// its kind, and when somebody must look after it.
package permits

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Rule is what holds for some kinds of permit. Its days are counted from the last day
// on which the permit is valid, which itself never moves.
type Rule struct {
	Kinds  []string
	Notice int    // days before it: the first notice at the latest
	Term   int    // days before it: the ordinary term to ask for the renewal
	After  int    // days after it: the last alarm
	Source string // where the days come from
}

// Rules are the rules of all kinds. The first holds for a kind that none names.
var Rules = []Rule{
	{
		Kinds:  []string{"work", "family", "study", "humanitarian", "protection", "other"},
		Notice: 90, Term: 60, After: 60,
		Source: "Art. 5, c. 4, d.lgs. 286/1998: il rinnovo si chiede almeno sessanta giorni prima della scadenza; art. 13, c. 2, lett. b: si può essere espulsi quando il permesso è scaduto da più di sessanta giorni e il rinnovo non è stato chiesto. Primo avviso: proposta",
	},
	{
		Kinds:  []string{"minor_age"},
		Notice: 90, Term: 60, After: 60,
		Source: "Art. 32, d.lgs. 286/1998: alla maggiore età il permesso si converte; i termini sono quelli dell’art. 5, c. 4. Primo avviso: proposta",
	},
	{
		Kinds:  []string{"long_term"},
		Notice: 90, Term: 0, After: 60,
		Source: "Art. 9, c. 2, d.lgs. 286/1998: il permesso è a tempo indeterminato, e si aggiorna il documento. Primo e ultimo avviso: proposta",
	},
}

// Of is the rule of a kind of permit.
func Of(kind string) Rule {
	if i := slices.IndexFunc(Rules, func(r Rule) bool { return slices.Contains(r.Kinds, kind) }); i >= 0 {
		return Rules[i]
	}
	return Rules[0]
}

// atLeast is the fewest days that the kind's rule leaves one of the zone's leads.
func (r Rule) atLeast(code string) int {
	switch code {
	case care.DeadlinePermitWarning:
		return r.Notice
	case care.DeadlinePermitReminder:
		return (r.Notice + r.Term) / 2
	}
	return r.Term
}

// Lead is how long before the last day a lead of the zone falls: in days never less
// than the rule says. Zones that play a year in a minute count theirs in seconds.
func (r Rule) Lead(code string, zone care.Duration) care.Duration {
	if zone.Unit == care.CalendarDays {
		zone.N = max(zone.N, r.atLeast(code))
	}
	return zone
}

// Before counts a lead back from the last day: the notice comes at the beginning of its
// day, a term falls at the end of the offices' day; both on an open day, or on the last
// one before.
func Before(cal care.Calendar, last time.Time, lead care.Duration, notice bool) time.Time {
	switch lead.Unit {
	case care.Hours:
		return last.Add(-time.Duration(lead.N) * time.Hour)
	case care.Seconds:
		return last.Add(-time.Duration(lead.N) * time.Second)
	}
	open := cal.LastOpen(time.Date(last.Year(), last.Month(), last.Day()-lead.N, 0, 0, 0, 0, cal.Location()))
	if notice {
		return open
	}
	return cal.After(open, care.Duration{Unit: care.WorkingDays})
}

// NextLook is when somebody must look again after a permit, besides the zone's leads: on
// its last day, and on the day of the last alarm, neither of which moves. Nil: both
// are over.
func (r Rule) NextLook(cal care.Calendar, last, now time.Time) *time.Time {
	for _, days := range []int{0, r.After} {
		day := time.Date(last.Year(), last.Month(), last.Day()+days, 0, 0, 0, 0, cal.Location())
		if day.After(now) {
			return &day
		}
	}
	return nil
}
