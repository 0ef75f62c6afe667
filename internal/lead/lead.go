// Package lead says who may follow a case for an agency before its colleagues.
package lead

import (
	"slices"

	"percorso/internal/care"
)

// Roles are those who name a lead, each within their agency; the supervisor for every
// agency of the zone that is at work on the case.
var Roles = []care.Role{
	care.SocialWorker, care.CPIOperator, care.LabourPolicyExpert, care.ImmigrationExpert,
	care.ThirdSectorOperator, care.AdministrativeExpert, care.CooperativeExpert, care.Supervisor,
}

// Naming says whom a case goes by first in their agency.
type Naming struct {
	To   string `json:"to" from:"leads" doc:"Id of the member of staff: the agency is theirs"`
	Note string `json:"note" maxLength:"4000" doc:"Why; who works on the case reads it"`
	Seen *Seen  `json:"seen,omitempty" ask:"seen" doc:"Ids of those who follow the case, as the caller has seen it: where somebody else follows it for that agency by now it is refused. Left out: it is not asked"`
}

// Seen are those who followed a case when a form was made; empty: nobody did.
type Seen []string

// Check says what is wrong with the form.
func (form Naming) Check() []care.Fault {
	var f care.Faults
	f.Add(form.To != "", "to", care.RuleRequired)
	f.Add(form.To == "" || care.IsID(form.To), "to", care.RuleUnknownCode)
	f.Add(care.Said(form.Note), "note", care.RuleRequired)
	f.Note("note", form.Note)
	f.Add(form.Seen == nil || !slices.ContainsFunc(*form.Seen, func(id string) bool { return !care.IsID(id) }), "seen", care.RuleUnknownCode)
	return f
}

// Rules by which somebody is not named, as the function of the schema answers them.
const (
	Ended     = "ended"        // the case is closed
	Already   = "lead_already" // they are the lead
	OwnAgency = "lead_of_own_agency"
	NotAtWork = "lead_agency_not_at_work" // their agency has nothing to do with the case now
	Meanwhile = "lead_named_meanwhile"    // by somebody else, since the form was made
)

// Refuse says by which rule who asks may not name somebody who is at work in the zone;
// empty: they may.
func Refuse(who, to care.Staff) (rule string) {
	switch {
	case slices.Contains([]care.Role{care.MailSystem, care.PrivacyOfficer}, to.Role):
		return care.RuleNotHere
	case who.Role != care.Supervisor && to.Agency != who.Agency:
		return OwnAgency
	}
	return ""
}
