package actors

import "percorso/internal/care"

// RuleOwnQuestion is by which nobody answers for whom they have asked, with another account of
// theirs.
const RuleOwnQuestion = "asked_by_same_person"

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
