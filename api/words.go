package api

import (
	"time"

	"percorso/internal/care"
)

// Words says codes in the language of those who read them. An unknown code has
// the empty word, or a generic one; none of the methods fails.
type Words interface {
	// Rule says which rule a field breaks: those of package care and store, and
	// those of the API: required, unknown_field, not_in_list, format, too_short,
	// too_long, too_few, too_many, repeated, out_of_range, type.
	Rule(code string) string
	// Refusal says why something may not be: the codes of care's refusals, and
	// those of problem.go. role is who holds what was asked for, or empty.
	Refusal(code string, role care.Role) string
	// Sentence says what a case waits for, as of now.
	Sentence(w care.Waiting, p care.Policy, now time.Time) string
}
