// Package undoing says what of a case can be taken back.
package undoing

import (
	"slices"

	"percorso/internal/care"
)

// MayReopen says whether a case that was closed with an outcome may be reopened.
// What was opened by mistake, or merged, or goes on in another zone, stays
// closed, as does the path of who has died.
func MayReopen(outcome string) bool {
	return !slices.Contains([]string{care.OutcomeDeceased, care.OutcomeOpenedByMistake, care.OutcomeMerged, care.OutcomeTransferred}, outcome)
}
