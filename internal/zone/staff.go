package zone

import (
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/fiscal"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone/fault"
)

// Bounds of what a list of staff may hold. An account is what OpenID Connect lets
// a provider call somebody by.
const (
	largestStaff   = 256 << 10
	longestSubject = 255
	longestName    = 200
)

// staffRoles are the roles of staff: those that take tasks, and those that take none,
// which are of no particular agency.
var staffRoles = append(slices.Clone(care.Roles), care.MailSystem, care.PrivacyOfficer)

// StaffList is a list of staff that was read from a file, be it of several zones.
type StaffList struct {
	doc     *document
	entries []entry
}

// entry is one of the list, with where its fields stand.
type entry struct {
	care.Staff
	subject, role, zone, agency node
}

// ReadStaff reads a list of staff: YAML, an entry for each with subject, role,
// zone, agency, name and email, and identity for who has another account. name only serves
// the faults.
func ReadStaff(name string, data []byte) *StaffList {
	root, doc := parse(name, data, largestStaff)
	l := &StaffList{doc: doc}
	if root.value == nil {
		return l
	}
	for _, item := range root.list() {
		o := item.object("subject", "role", "zone", "agency", "name", "email", "identity")
		e := entry{subject: o.need("subject"), role: o.need("role"), zone: o.need("zone"), agency: o.need("agency")}
		e.Staff = care.Staff{
			Subject: once(e.subject, accountOf(e.subject), l.entries, func(o entry) string { return o.Subject }),
			Role:    oneOf(e.role, fault.RuleRole, staffRoles),
			Zone:    e.zone.code(),
			Agency:  e.agency.code(),
			Name:    o.need("name").textOf(longestName),
			Email:   o.need("email").email(),
		}
		e.Identity = identityOf(o.may("identity"), e.Role)
		l.entries = append(l.entries, e)
	}
	return l
}

// ours begin the names by which commands are kept that no account gave: those of
// partners' links and of runs.
var ours = []string{
	"link/", string(care.RunCase) + "/", string(care.RunService) + "/", string(care.RunEquipe) + "/", string(care.RunPlacement) + "/",
	string(care.RunReferral) + "/", string(care.RunFollowUp) + "/", string(care.RunTransfer) + "/",
}

// accountOf reads what the provider calls somebody by, which is none of our names.
func accountOf(n node) string {
	text := n.textOf(longestSubject)
	if slices.ContainsFunc(ours, func(start string) bool { return strings.HasPrefix(text, start) }) {
		n.fault(fault.RuleSubject)
		return ""
	}
	return text
}

// identityOf reads the code of whose the account is, besides others: it tells nothing of the
// person, and a program is nobody.
func identityOf(n node, role care.Role) string {
	if !n.there() {
		return ""
	}
	code := n.code()
	if code != "" && (fiscal.Wrong(code) == "" || role == care.MailSystem) {
		n.fault(fault.RuleIdentity)
		return ""
	}
	return code
}

// Broken tells the faults of the file itself, whatever is stored.
func (l *StaffList) Broken() []fault.Fault { return fault.InOrder(slices.Clone(l.doc.faults)) }

// Faults tells all that is wrong with the list. The roles and agencies are those of
// the stored zones; an account that is active in another zone has to leave there
// first. With a zone, only its own staff are looked up.
func (l *StaffList) Faults(stored ledger.Setup, zone string) []fault.Fault {
	looked := &document{file: l.doc.file}
	for _, e := range l.entries {
		if e.Zone != "" && (zone == "" || e.Zone == zone) {
			e.lookUp(looked, stored)
		}
	}
	return fault.InOrder(append(looked.faults, l.doc.faults...))
}

// lookUp checks an entry by what is stored. What could not be read has been told.
func (e entry) lookUp(doc *document, stored ledger.Setup) {
	for _, n := range []*node{&e.subject, &e.role, &e.zone, &e.agency} {
		n.doc = doc
	}
	policy, ok := stored.Policy(e.Zone)
	if !ok {
		e.zone.fault(fault.RuleZone, message.Say("zone_rules.allowed_zones", "Names", strings.Join(zonesOf(stored), ", ")))
		return
	}
	if known, ok := stored.Account(e.Subject); ok && known.Active && known.Zone != e.Zone {
		e.subject.fault(fault.RuleOtherZone, known.Zone)
	}
	if e.Agency == "" {
		return
	}
	if _, ok := policy.Agency(e.Agency); !ok {
		e.agency.fault(fault.RuleAgency)
		return
	}
	if slices.Contains(care.Roles, e.Role) {
		of := &reading{p: policy}
		of.roleOf(e.role, e.Role, e.Agency)
	}
}

// Staff is the list, once it has no faults.
func (l *StaffList) Staff() []care.Staff {
	staff := make([]care.Staff, len(l.entries))
	for i, e := range l.entries {
		staff[i] = e.Staff
	}
	return staff
}

func zonesOf(stored ledger.Setup) []string {
	var zones []string
	for _, p := range stored.Policies {
		zones = append(zones, p.Zone)
	}
	slices.Sort(zones)
	return zones
}
