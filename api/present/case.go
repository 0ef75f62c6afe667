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
	"percorso/internal/message"
	"percorso/internal/zone"
)

// CaseSentence says what a case waits for, and of a closed one how it ended.
func CaseSentence(rules *zone.Rules, file ledger.CaseFile, now time.Time) string {
	if file.Closed != nil {
		return message.Say("standing.closed", "Day", italian.Dated("", file.Closed.In(italian.Rome)), "Outcome", NameIn(rules.Outcomes, file.Outcome))
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
		return web.Badge{Tone: "neutral", Icon: "it-lock", Text: message.Say("standing.closed_badge")}
	case file.SuspendedUntil != nil && file.Waiting.Health == health.Planned:
		return SuspendedBadge()
	}
	return HealthBadge(file.Waiting.Health)
}

// SuspendedBadge marks what stands still with its case.
func SuspendedBadge() web.Badge {
	return web.Badge{Tone: "neutral", Icon: "it-ban", Text: message.Say("standing.suspended")}
}

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
		return web.Badge{Tone: "neutral", Icon: "it-close-circle", Text: message.Say("standing.withdrawn")},
			message.Say("standing.given_and_withdrawn", "Given", italian.Dated("", c.Given.In(italian.Rome)), "Withdrawn", italian.Dated("", c.Withdrawn.In(italian.Rome)))
	}
	return web.Badge{Tone: "success", Icon: "it-check-circle", Text: message.Say("standing.consent_in_force")}, message.Say("standing.given", "Given", italian.Dated("", c.Given.In(italian.Rome)))
}

// ConsentFor says to whom and for what a consent is.
func ConsentFor(p care.Policy, c crossing.Consent) string {
	if c.Agency == "" {
		return message.Say("standing.consent_unnamed")
	}
	return AgencyName(p, c.Agency) + ": " + ConsentPurpose(p, c.Purpose)
}

// ConsentPurpose says for what a consent is.
func ConsentPurpose(p care.Policy, code string) string {
	if code == crossing.ForReferral {
		return message.Say("standing.consent_for_referral")
	}
	return PurposeOf(p, code)
}

// Sentence says what a case waits for, as of now.
func Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	return italian.Sentence(w, p, now)
}
