package main

import (
	"time"

	"percorso/internal/care"
)

// words says codes as they are.
type words struct{}

func (words) Rule(code string) string                 { return code }
func (words) Refusal(code string, _ care.Role) string { return code }
func (words) Sentence(w care.Waiting, _ care.Policy, _ time.Time) string {
	return string(w.Health) + ": " + string(w.For)
}
