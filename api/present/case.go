package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// CaseSentence says what a case waits for, and of a closed one how it ended.
func CaseSentence(rules *zone.Rules, file ledger.CaseFile, now time.Time) string {
	if file.Closed != nil {
		return "Chiuso il " + italian.Date(file.Closed.In(italian.Rome)) + ": " + NameIn(rules.Outcomes, file.Outcome) + "."
	}
	return Sentence(file.Waiting, rules.Policy, now)
}

// CaseBadge says how a case stands, or that it is closed or suspended.
func CaseBadge(file ledger.CaseFile) web.Badge {
	switch {
	case file.Closed != nil:
		return web.Badge{Tone: "neutral", Icon: "it-lock", Text: "Chiuso"}
	case file.SuspendedUntil != nil && file.Waiting.Health == health.Planned:
		return SuspendedBadge
	}
	return HealthBadge(file.Waiting.Health)
}

// SuspendedBadge marks what stands still with its case.
var SuspendedBadge = web.Badge{Tone: "neutral", Icon: "it-ban", Text: "Percorso sospeso"}

// MomentOf is a line of a timeline as pages show it.
func MomentOf(p care.Policy, m ledger.Moment) web.Moment {
	shown := web.Moment{Text: italian.TimelineLine(p, m.Code, m.Detail), When: italian.Moment(m.At), Note: m.Note}
	if change := italian.ChangeLine(m.Changed); change != "" {
		shown.Text += ". " + change
	}
	if m.ByName != "" {
		shown.By = m.ByName + ", " + italian.Role(m.ByRole)
	}
	return shown
}

// ConsentOf says whether data may reach private partners.
func ConsentOf(file ledger.Case) (badge web.Badge, since string) {
	if file.Consent == nil {
		return web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: "Nessun consenso"}, "I dati della persona non possono arrivare a enti privati."
	}
	return web.Badge{Tone: "success", Icon: "it-check-circle", Text: "Consenso dato"},
		"I dati della persona possono arrivare a enti privati dal " + italian.Date(file.Consent.In(italian.Rome)) + "."
}

// Sentence says what a case waits for, as of now.
func Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	return italian.Words{}.Sentence(w, p, now)
}
