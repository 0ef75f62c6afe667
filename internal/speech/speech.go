// Package speech says how somebody communicates, and who interpreted for them.
//
// Example: a deaf woman signs and reads lips; nobody offers her an appointment by telephone.
// A man's daughter of ten translated at the interview because nobody else was there: that is
// no choice that Percorso offers, so the interview is held again with a mediator.
package speech

import (
	"slices"

	"percorso/internal/care"
)

// How somebody communicates.
const (
	Signs      = "signs"       // in Italian sign language (LIS)
	ReadsLips  = "reads_lips"  // when somebody speaks slowly in front of them
	Writes     = "writes"      // by writing
	LargePrint = "large_print" // reads large letters alone
	NoPhone    = "no_phone"    // does not use a telephone to speak
)

// Ways lists them.
var Ways = []string{Signs, ReadsLips, Writes, LargePrint, NoPhone}

// RuleNoPhone refuses an appointment by telephone with who does not use one.
const RuleNoPhone = "does_not_use_a_telephone"

// Check says what is wrong with some ways, in a field of that name.
func Check(field string, list []string) []care.Fault {
	var f care.Faults
	for i, way := range list {
		f.Add(slices.Contains(Ways, way), field, care.RuleUnknownCode)
		f.Add(!slices.Contains(list[:i], way), field, care.RuleDuplicate)
	}
	return f
}

// OnThePhone says whether somebody may be spoken to on the telephone.
func OnThePhone(ways []string) bool { return !slices.Contains(ways, NoPhone) }
