package api

import (
	"time"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/health"
)

// Words says codes in the language of those who read them. An unknown code has
// the empty word, or a generic one; none of the methods fails.
type Words interface {
	problem.Words
	// Sentence says what a case waits for, as of now.
	Sentence(w health.Waiting, p care.Policy, now time.Time) string
}
