package present

import (
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/italian/timeline"
	"percorso/internal/ledger"
	"percorso/internal/zone"
)

// CaseSentence says what a case waits for, and of a closed one how it ended.
func CaseSentence(rules *zone.Rules, file ledger.CaseFile, now time.Time) string {
	if file.Closed != nil {
		return "Chiuso " + italian.Dated("", file.Closed.In(italian.Rome)) + ": " + NameIn(rules.Outcomes, file.Outcome) + "."
	}
	return Sentence(file.Waiting, rules.Policy, now)
}

// CaseInShort is CaseSentence for a list: who else could act stands on the page of the case.
func CaseInShort(rules *zone.Rules, file ledger.CaseFile, now time.Time) string {
	file.Waiting.Means, file.Waiting.StandIns = nil, nil
	return CaseSentence(rules, file, now)
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
	shown := web.Moment{Text: timeline.Line(p, m.Code, m.Detail), When: italian.Moment(m.At), Note: m.Note}
	if change := timeline.Change(m.Changed); change != "" {
		shown.Text += ". " + change
	}
	if m.ByName != "" {
		shown.By = m.ByName + ", " + italian.Role(m.ByRole)
	}
	return shown
}

// ConsentOf says whether a consent is in force, and since or until when.
func ConsentOf(c ledger.Consent) (badge web.Badge, when string) {
	if c.Withdrawn != nil {
		return web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: "Revocato"},
			"dato " + italian.Dated("", c.Given.In(italian.Rome)) + ", revocato " + italian.Dated("", c.Withdrawn.In(italian.Rome))
	}
	return web.Badge{Tone: "success", Icon: "it-check-circle", Text: "In vigore"}, "dato " + italian.Dated("", c.Given.In(italian.Rome))
}

// ConsentFor says to whom and for what a consent is.
func ConsentFor(p care.Policy, c crossing.Consent) string {
	if c.Agency == "" {
		return "Enti privati, senza nome: vale per quello che era già stato inviato"
	}
	return AgencyName(p, c.Agency) + ": " + ConsentPurpose(p, c.Purpose)
}

// ConsentPurpose says for what a consent is.
func ConsentPurpose(p care.Policy, code string) string {
	if code == crossing.ForReferral {
		return "segnalazione senza un bisogno indicato"
	}
	return PurposeOf(p, code)
}

// Sentence says what a case waits for, as of now.
func Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	return italian.Sentence(w, p, now)
}
