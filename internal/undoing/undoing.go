// Package undoing says what of a case can be taken back.
package undoing

import (
	"slices"
	"time"

	"percorso/internal/care"
)

// Term is for how long what was a mistake can be taken back.
const Term = 30 * 24 * time.Hour

// Undone is the outcome with which a case is opened again whose closure was taken back.
const Undone care.Code = "undone"

// Course is the course of a case that knows how to begin so.
const Course = 5

// Rules by which a closure is not taken back.
const (
	RuleOpen         = "closed_no_more"             // there is no closure: the case is open, or about to be
	RuleStays        = "closure_stays"              // it is merged, or goes on in another zone
	RuleTooLate      = "too_late_to_undo"           // the term is over
	RuleSaidAlready  = "mistake_said_already"       // by the same person
	RuleSecondPerson = "second_person_must_confirm" // nobody else has said that it was a mistake
)

// MayReopen says whether a case that was closed with an outcome may be reopened.
// What was opened by mistake, or merged, or goes on in another zone, stays
// closed, as does the path of who has died.
func MayReopen(outcome string) bool {
	return !slices.Contains([]string{care.OutcomeDeceased, care.OutcomeOpenedByMistake, care.OutcomeMerged, care.OutcomeTransferred}, outcome)
}

// What stands in the way of an operation on a case that is closed for good, beside those of
// package care.
const (
	NowFinal  = "final"  // it is not reopened
	NowMerged = "merged" // it goes on in another one
)

// Closed is what stands in the way of an operation on a case that was closed with an outcome.
func Closed(outcome string) (now string) {
	switch {
	case outcome == care.OutcomeMerged:
		return NowMerged
	case MayReopen(outcome):
		return care.NowClosed
	}
	return NowFinal
}

// MayUndo says whether a closure with an outcome may be taken back as a mistake. What
// was merged, or goes on in another zone, is no closure.
func MayUndo(outcome string) bool {
	return !slices.Contains([]string{care.OutcomeMerged, care.OutcomeTransferred}, outcome)
}

// Closure is the closure of a case, of which somebody may say that it was a mistake.
type Closure struct {
	Outcome string
	At      *time.Time // nil: the case is open
	Begins  bool       // it is about to be opened again
	SaidBy  []string   // ids of who has said since that it was a mistake
}

// Until is when it can no longer be taken back.
func (c Closure) Until() time.Time { return c.At.Add(Term) }

// Stands says why it cannot be taken back at a moment, whoever asks; empty: it can.
func (c Closure) Stands(now time.Time) (rule string) {
	switch {
	case c.At == nil || c.Begins:
		return RuleOpen
	case !MayUndo(c.Outcome):
		return RuleStays
	case now.After(c.Until()):
		return RuleTooLate
	}
	return ""
}

// Said says why somebody may not say that it was a mistake; empty: they may.
func (c Closure) Said(by string, now time.Time) (rule string) {
	return said(c.Stands(now), c.SaidBy, by)
}

// Confirmed says why somebody may not confirm it, which takes the closure back; empty:
// they may. It takes somebody else than who has said it.
func (c Closure) Confirmed(by string, now time.Time) (rule string) {
	return confirmed(c.Stands(now), c.SaidBy, by)
}

func said(stands string, saidBy []string, by string) (rule string) {
	if stands == "" && slices.Contains(saidBy, by) {
		return RuleSaidAlready
	}
	return stands
}

func confirmed(stands string, saidBy []string, by string) (rule string) {
	if stands == "" && !slices.ContainsFunc(saidBy, func(said string) bool { return said != by }) {
		return RuleSecondPerson
	}
	return stands
}
