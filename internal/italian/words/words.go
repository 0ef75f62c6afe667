// Package words says the codes of faults, refusals and waiting cases to whoever wants an
// interface of them.
package words

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
)

// Words says codes to whoever wants an interface of them.
type Words struct{}

// Rule is the function of the same name.
func (Words) Rule(code string) string { return italian.Rule(code) }

// Fault is the function of the same name.
func (Words) Fault(f care.Fault) string { return italian.Fault(f) }

// Refusal is the function of the same name.
func (Words) Refusal(r care.Refusal) string { return Refusal(r) }

// Sentence is the function of the same name.
func (Words) Sentence(w health.Waiting, p care.Policy, now time.Time) string {
	return italian.Sentence(w, p, now)
}
