// Package duty says whose task something is, by a zone's rules.
package duty

import "percorso/internal/care"

// Of resolves who does a task: the role of its service, else as the zone says for the
// kind. A task that belongs to an agency is done by that agency: where the usual role
// is another's, by the role that answers its referrals. service and agency may be empty;
// false where nobody may do it.
func Of(p care.Policy, kind care.TaskKind, service, agency string) (care.Role, string, bool) {
	rule, ok := p.Task(kind)
	if !ok {
		return "", "", false
	}
	role := rule.Role
	if s, ok := p.Service(service); ok && role == "" {
		role = s.Role
	}
	if agency == "" {
		agency = p.RoleAgency(role)
	} else if p.RoleAgency(role) != agency {
		a, _ := p.Agency(agency)
		role = a.Answers
	}
	return role, agency, role != "" && agency != ""
}
