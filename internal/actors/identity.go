package actors

import (
	"slices"

	"percorso/internal/care"
)

// RuleOwnQuestion is by which nobody answers for whom they have asked, with another account of
// theirs.
const RuleOwnQuestion = "asked_by_same_person"

// Answers says whether a task answers what somebody has asked for another agency, or zone.
func Answers(kind care.TaskKind) bool {
	return slices.Contains([]care.TaskKind{care.ReferralAnswer, care.TransferAnswer}, kind)
}

// Identity tells whose an account is: it is the same of two accounts where they are one
// person's, who counts once wherever a rule asks for two people. The schema's identity_of
// says the same.
func Identity(s care.Staff) string {
	if s.Identity == "" {
		return s.ID
	}
	return "identity/" + s.Identity
}

// Same says whether two accounts are one person's.
func Same(a, b care.Staff) bool { return a.ID != "" && Identity(a) == Identity(b) }
