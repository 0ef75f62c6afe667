// Package actors says who may act in a case.
package actors

import (
	"slices"

	"percorso/internal/care"
)

// Asked is whom a referral was sent by, and whom it asked so far.
type Asked struct {
	Sender     string   // agency
	Addressees []string // agencies, in the order in which each redirected it to the next
}

// Redirect says by which rule the referral may not be redirected to an agency;
// empty: it may. Neither who sent it nor who had it may answer it in the place of
// somebody else: they would begin its term anew, or accept what they asked for.
func (a Asked) Redirect(to string) (rule string) {
	switch {
	case len(a.Addressees) > 0 && a.Addressees[len(a.Addressees)-1] == to:
		return care.RuleToItself
	case to == a.Sender:
		return care.RuleToSender
	case slices.Contains(a.Addressees, to):
		return care.RuleAskedBefore
	}
	return ""
}
