package actors

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/undoing"
)

// EarlyClosure stands, beside the outcomes of which a zone has closures approved, for
// whatever is closed early.
const EarlyClosure = "early"

// Approver is the role that approves a closure, where it is approved at all. What
// cannot be undone always is, whatever the zone says; the desk approves nothing.
func Approver(p care.Policy, outcome care.Code, early bool) (role care.Role, asked bool) {
	chosen := func(code string) bool { return slices.Contains(p.ApprovalOf, code) }
	named := chosen(string(outcome)) || early && chosen(EarlyClosure)
	switch {
	case !undoing.MayReopen(string(outcome)):
	case p.ClosureApproval == "":
		return "", false
	case len(p.ApprovalOf) > 0 && !named:
		return "", false
	}
	if p.ClosureApproval == "" || p.ClosureApproval == care.DeskOperator {
		return care.Supervisor, true // whom every zone has
	}
	return p.ClosureApproval, true
}
