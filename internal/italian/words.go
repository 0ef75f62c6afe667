package italian

import (
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/health"
)

// Words says codes to whoever wants an interface of them.
type Words struct{}

// Rule is the function of the same name.
func (Words) Rule(code string) string { return Rule(code) }

// Fault is the function of the same name.
func (Words) Fault(f care.Fault) string { return Fault(f) }

// Refusal is the function of the same name.
func (Words) Refusal(r care.Refusal) string { return Refusal(r) }

// Sentence is the function of the same name.
func (Words) Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	return Sentence(w, p, now)
}

// AgencyName is an agency as its zone names it.
func AgencyName(p care.Policy, code string) string {
	if a, ok := p.Agency(code); ok {
		return a.Name
	}
	return strings.ReplaceAll(code, "_", " ")
}

// ZoneName is a zone by its code, which is the name of its town.
func ZoneName(code string) string { return Upper(strings.ReplaceAll(code, "_", " ")) }
