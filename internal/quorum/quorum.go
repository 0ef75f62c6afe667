// Package quorum says whether an équipe has agreed on a plan.
package quorum

import (
	"slices"

	"percorso/internal/care"
)

// Signs says whether a vote is for the plan.
func Signs(v care.Vote) bool {
	return v.Outcome == care.Signed || v.Outcome == care.Favourable || v.Outcome == care.WithConditions
}

// Reached says whether votes make the quorum: enough different roles, of enough
// different agencies, are for the plan. Silence that is taken for a yes counts for its
// role, but an agency is for the plan only where somebody of it has said so.
func Reached(rule care.QuorumRule, votes []care.Vote) bool {
	var roles []care.Role
	var agencies []care.Code
	for _, v := range votes {
		tacit := v.Outcome == care.Tacit
		if !Signs(v) && !tacit {
			continue
		}
		if !slices.Contains(roles, v.Role) {
			roles = append(roles, v.Role)
		}
		if !tacit && !slices.Contains(agencies, v.Agency) {
			agencies = append(agencies, v.Agency)
		}
	}
	return len(roles) >= rule.Roles && len(agencies) >= rule.Agencies
}
