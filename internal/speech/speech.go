// Package speech says how somebody communicates, and who interpreted for them.
//
// Example: a deaf woman signs and reads lips; nobody offers her an appointment by telephone.
// A man's daughter of ten translated at the interview because nobody else was there: that is
// no choice that Percorso offers, so the interview is held again with a mediator.
package speech

import (
	"slices"
	"time"

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

// Who interpreted in a conversation.
const (
	NotNeeded = "not_needed" // they understood each other
	Mediator  = "mediator"   // of the appointment
	Colleague = "colleague"
	Relative  = "relative"  // or a friend; of age
	Telephone = "telephone" // a mediator, by telephone
)

// Interpreters lists them. A child is none of them.
var Interpreters = []string{NotNeeded, Mediator, Colleague, Relative, Telephone}

// Minor says that a child interpreted. It is no choice anywhere; what says so is refused.
const Minor = "minor"

// RuleNeverAChild refuses it.
const RuleNeverAChild = "a_child_never_interprets"

// CheckInterpreter says what is wrong with who is said to have interpreted, in a field of
// that name. Where nobody says it, nothing is.
func CheckInterpreter(field, by string) []care.Fault {
	var f care.Faults
	f.Add(by != Minor, field, RuleNeverAChild)
	f.Add(by == "" || by == Minor || slices.Contains(Interpreters, by), field, care.RuleUnknownCode)
	return f
}

// Held is a conversation of which it is known who interpreted.
type Held struct {
	At time.Time `db:"at"`
	By string    `db:"by"`
}

// ToRepeat is the last of some conversations, the latest first, where a relative or a friend
// interpreted in it: it is held again with a mediator. Nil: it was, or there is none.
func ToRepeat(list []Held) *Held {
	if len(list) == 0 || list[0].By != Relative {
		return nil
	}
	return &list[0]
}

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
