package zone

import (
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Bounds of what a list of staff may hold. An account is what OpenID Connect lets
// a provider call somebody by.
const (
	largestStaff   = 256 << 10
	longestSubject = 255
	longestName    = 200
)

// staffRoles are the roles of staff: those of people, and that of the program that
// reports mails which came back, which is of no particular agency.
var staffRoles = append(slices.Clone(care.Roles), care.MailSystem)

// ReadStaff reads and checks a list of staff, of one zone or of several: YAML, an
// entry for each with subject, role, zone, agency, name and email. Zones, and the
// roles and agencies in them, are those that are stored; an account that is active
// in another zone has to leave there first. With faults there is no list. name only
// serves the faults.
func ReadStaff(name string, data []byte, stored ledger.Setup) ([]care.Staff, []Fault) {
	root, doc := parse(name, data, largestStaff)
	var staff []care.Staff
	if root.value != nil {
		for _, item := range root.list() {
			staff = append(staff, memberOf(item, staff, stored))
		}
	}
	if len(doc.faults) > 0 {
		return nil, inOrder(doc.faults)
	}
	return staff, nil
}

// memberOf reads one entry of the list.
func memberOf(n node, earlier []care.Staff, stored ledger.Setup) care.Staff {
	o := n.object("subject", "role", "zone", "agency", "name", "email")
	subject, role, of := o.need("subject"), o.need("role"), o.need("agency")
	s := care.Staff{
		Subject: once(subject, subject.textOf(longestSubject), earlier, func(e care.Staff) string { return e.Subject }),
		Role:    oneOf(role, RuleRole, staffRoles),
		Zone:    o.need("zone").code(),
		Agency:  of.code(),
		Name:    o.need("name").textOf(longestName),
		Email:   o.need("email").email(),
	}
	if known, ok := stored.Account(s.Subject); ok && known.Active && s.Zone != "" && known.Zone != s.Zone {
		subject.fault(RuleOtherZone, known.Zone)
	}
	policy, ok := stored.Policy(s.Zone)
	if !ok {
		if s.Zone != "" {
			o.may("zone").fault(RuleZone, "ammesse "+strings.Join(zonesOf(stored), ", "))
		}
		return s
	}
	if _, ok := policy.Agency(s.Agency); !ok && s.Agency != "" {
		of.fault(RuleAgency)
		return s
	}
	if s.Role != "" && s.Role != care.MailSystem && s.Agency != "" {
		at := &reading{p: policy}
		at.roleOf(role, s.Role, s.Agency)
	}
	return s
}

func zonesOf(stored ledger.Setup) []string {
	var zones []string
	for _, p := range stored.Policies {
		zones = append(zones, p.Zone)
	}
	slices.Sort(zones)
	return zones
}
