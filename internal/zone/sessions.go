package zone

import (
	"strconv"
	"strings"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/zone/fault"
)

// readSessions reads when a service receives. No two are held at the same time.
// Only one of another agency than the PUA's own gives it a share of its places.
func readSessions(n node, own bool) (list []care.Session) {
	for _, item := range n.list() {
		o := item.object("days", "time", "length", "places", "pua", "release", "mode", "from", "to", "source")
		s := care.Session{Mode: oneOf(o.need("mode"), fault.RuleValue, agenda.Modes), Places: o.need("places").integer(1, mostPlaces), Source: o.need("source").text()}
		for _, day := range o.filled("days").list() {
			weekday := oneOf(day, fault.RuleWeekday, care.Weekdays)
			s.Days = append(s.Days, care.Weekday(once(day, string(weekday), s.Days, func(w care.Weekday) string { return string(w) })))
		}
		var starts, ends time.Duration
		s.From, s.To, starts, ends = stretch(o.need("time"))
		s.Seconds = length(o.need("length"))
		if s.Seconds > 0 && (ends-starts)%(time.Duration(s.Seconds)*time.Second) != 0 {
			o.may("length").fault(fault.RuleFits)
		}
		if n := o.may("pua"); n.value != nil {
			if own {
				n.fault(fault.RuleOwnShare)
			}
			s.PUA, s.Release = n.integer(1, max(s.Places, 1)), hours(o.need("release"))
		} else if n := o.may("release"); n.value != nil {
			n.fault(fault.RuleNoShare)
		}
		s.Since, s.Until = o.may("from").day(), o.may("to").day()
		if s.Until != "" && s.Until < s.Since {
			o.may("to").fault(fault.RuleDateOrder)
		}
		for _, other := range list {
			if agenda.Overlap(s, other) {
				o.may("time").fault(fault.RuleOverlap)
				break
			}
		}
		list = append(list, s)
	}
	return list
}

// mostPlaces is far more than a service has side by side.
const mostPlaces = 1000

// stretch reads a stretch of a day that may go to its end: "09:00-12:00", "00:00-24:00".
func stretch(n node) (from, to string, starts, ends time.Duration) {
	text := n.text()
	if from, ok := strings.CutSuffix(text, "-24:00"); ok && isTime(from) {
		return from, "24:00", agenda.Clock(from), agenda.Clock("24:00")
	}
	b := n.band("")
	return b.From, b.To, agenda.Clock(b.From), agenda.Clock(b.To)
}

// mostRelease is how many hours before its time a place may come back: two weeks.
const mostRelease = 14 * 24

// hours reads a number of hours, "24 hours".
func hours(n node) int {
	count, unit, _ := strings.Cut(n.text(), " ")
	hours, err := strconv.Atoi(count)
	if n.value != nil && (err != nil || unit != "hours" || hours < 0 || hours > mostRelease) {
		n.fault(fault.RuleHours)
		return 0
	}
	return hours
}

// length reads how long an appointment lasts, "45 minutes", in seconds.
func length(n node) int {
	count, unit, _ := strings.Cut(n.text(), " ")
	seconds, err := strconv.Atoi(count)
	if unit == "minutes" {
		seconds *= 60
	}
	if n.value != nil && (err != nil || unit != "minutes" && unit != "seconds" || seconds < 1 || seconds > 8*60*60) {
		n.fault(fault.RuleLength)
		return 0
	}
	return seconds
}
