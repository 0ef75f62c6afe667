// Package noted tells the second of two who note the same of a person what the first has noted.
//
// Example: two people open the form of a person's work. One writes that her Italian is B1; the
// other, whose form does not show it yet, is refused, sees it, and decides then.
package noted

import (
	"slices"

	"percorso/internal/care"
)

// RuleMeanwhile is the rule by which nobody puts something unseen in the place of what somebody
// else has noted since the form was made.
const RuleMeanwhile = "noted_meanwhile"

// Seen are the records that stood when a form was made, by their ids; empty: there was none.
type Seen []string

// Check says what is wrong with what a form says that it has seen; nil: it says nothing of it.
func (s *Seen) Check(f *care.Faults) {
	f.Add(s == nil || !slices.ContainsFunc(*s, func(id string) bool { return !care.IsID(id) }), "seen", care.RuleUnknownCode)
}

// Meanwhile refuses what would take the place of a record that is not among those seen; latest
// is the one that stands, empty: none. Nil: it may.
func (s *Seen) Meanwhile(latest string) *care.Refusal {
	if s == nil || latest == "" || slices.Contains(*s, latest) {
		return nil
	}
	return care.RefuseChanged(RuleMeanwhile)
}
