// Package present puts what the records hold into words.
package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// DueBadge says by when something is due, and stands out where that is soon or past.
func DueBadge(due *time.Time, now time.Time, rules *zone.Rules) web.Badge {
	switch {
	case due == nil:
		return web.Badge{Tone: "neutral", Icon: "it-clock", Text: message.Say("standing.undated")}
	case due.Before(now):
		return web.Badge{Tone: "danger", Icon: "it-warning-circle", Text: italian.Due(*due, now, rules.Calendar)}
	case rules.Calendar.WorkingDaysBetween(now, *due) <= 1:
		return web.Badge{Tone: "warning", Icon: "it-clock", Text: italian.Due(*due, now, rules.Calendar)}
	}
	return web.Badge{Tone: "neutral", Icon: "it-clock", Text: italian.Due(*due, now, rules.Calendar)}
}

// HealthBadge says how a case stands.
func HealthBadge(h health.Health) web.Badge {
	b := web.Badge{Text: italian.Upper(italian.Health(h))}
	switch h {
	case health.Planned:
		b.Tone, b.Icon = "success", "it-check-circle"
	case health.Late:
		b.Tone, b.Icon = "warning", "it-clock"
	case health.Unknown:
		b.Tone, b.Icon = "info", "it-clock"
	default:
		b.Tone, b.Icon = "danger", "it-warning-circle"
	}
	return b
}

// ServiceName is the name of a level-2 service; a code that the zone has no
// longer is shown as it is.
func ServiceName(p care.Policy, code string) string {
	if s, ok := p.Service(code); ok {
		return s.Name
	}
	return code
}

// NameIn is the name of a code of one of the policy's lists.
func NameIn(list []care.Named, code string) string {
	if n, ok := care.ByCode(list, code); ok {
		return n.Name
	}
	return code
}

// AgencyName is the name of an agency.
func AgencyName(p care.Policy, code string) string {
	if a, ok := p.Agency(code); ok {
		return a.Name
	}
	return code
}

// Alternatives are some words of which one holds.
func Alternatives(list []string) (said string) {
	for i, next := range list {
		if said = message.Say("case_pages.or", "One", said, "Other", next); i == 0 {
			said = next
		}
	}
	return said
}

// DateField is a day as a date field has it; empty: none.
func DateField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
