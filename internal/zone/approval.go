package zone

import (
	"github.com/goccy/go-yaml/ast"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/zone/fault"
)

// approval reads whose second pair of eyes approves closures, and of which: of all where
// the file has a role alone.
func (r *reading) approval() {
	n := r.may("closure_approval")
	role := n
	switch n.value.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		o := n.object("role", "of")
		role = o.need("role")
		r.p.ApprovalOf = o.filled("of").codes(fault.RuleOutcome, func(code string) bool {
			_, known := care.ByCode(r.p.Outcomes, code)
			return known && care.ChosenOutcome(code) || code == actors.EarlyClosure
		})
	}
	if r.p.ClosureApproval = r.role(role); r.p.ClosureApproval == care.DeskOperator {
		role.fault(fault.RuleDeskApproves)
	}
}
