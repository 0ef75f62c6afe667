package italian

import (
	"percorso/internal/care"
	"percorso/internal/eligibility"
	"percorso/internal/italian/asked"
	"percorso/internal/message"
)

// Rule says in a sentence which rule a field of a form breaks, or which rule
// shuts a gate of eligibility, and what to do about it.
func Rule(code string) string {
	if text, ok := message.Find("rule", code); ok {
		return text
	}
	return message.Say("rules.unknown", "Code", code)
}

// Fault says which rule a field of a form breaks, and of one that must not stay empty
// what to write there.
func Fault(f care.Fault) string {
	if f.Rule == care.RuleRequired && f.Field != "" {
		return asked.Sentence(f.Field)
	}
	return Rule(f.Rule)
}

// GateRefusal says a rule that shuts a gate, and from when time alone opens it.
func GateRefusal(r eligibility.GateRefusal) string {
	if r.From == nil {
		return Rule(r.Rule)
	}
	return message.Say("gates.from", "Rule", Rule(r.Rule), "Day", Dated("da", *r.From))
}
