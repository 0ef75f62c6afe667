// Package protection says who may keep the file of a protected person.
package protection

import (
	"slices"

	"percorso/internal/care"
)

// Roles are those who may say who keeps a file: who works on it for the agency that has it.
var Roles = []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator, care.ImmigrationExpert, care.Supervisor}

// MayKeep says whether somebody of a role may be named: not who reads no file, as the
// privacy officer and the program that reports mails.
func MayKeep(role care.Role) bool { return slices.Contains(care.Roles, role) }

// Form names who alone knows of the person of a case from now on, besides who asks.
type Form struct {
	Keeper    string `json:"keeper" from:"own_colleagues" doc:"Id of a second keeper, of an agency that keeps the file, or the zone's supervisor"`
	Elsewhere string `json:"elsewhere,omitempty" from:"other_colleagues" doc:"Id of the one person of another agency who may know"`
	Reason    string `json:"reason" enum:"sought,colleague,relative,other" doc:"Somebody looks for her; she works for one of the agencies, or is a relative of somebody who does"`
}

// NewKeeper names one more keeper.
type NewKeeper struct {
	Keeper string `json:"keeper" from:"new_keepers" doc:"Id of the member of staff"`
}

// Keeper says which keeper need not know any more.
type Keeper struct {
	Keeper string `json:"keeper" from:"keepers" doc:"Id of the keeper"`
}

// Check says what is wrong with the form.
func (form Form) Check() []care.Fault {
	f := care.Faults(CheckKeeper(form.Keeper))
	f.Add(form.Elsewhere == "" || care.IsID(form.Elsewhere), "elsewhere", care.RuleUnknownCode)
	f.Add(slices.Contains([]string{"sought", "colleague", "relative", "other"}, form.Reason), "reason", care.RuleReason)
	return f
}

// CheckKeeper says what is wrong with whom a form names.
func CheckKeeper(id string) []care.Fault {
	var f care.Faults
	f.Add(id != "", "keeper", care.RuleRequired)
	f.Add(id == "" || care.IsID(id), "keeper", care.RuleUnknownCode)
	return f
}

// Rules by which keepers are not named, or a protection is not lifted, as the functions of
// the schema answer them.
const (
	UnknownCase   = "unknown_case" // it is none of the caller's to protect
	Already       = "protected_already"
	UnknownKeeper = "unknown_keeper" // none of the zone's staff who read files, or of the keepers
	OneElsewhere  = "one_keeper_elsewhere"
	Two           = "two_keepers"
	Last          = "last_keeper" // of the two that have to stay
	AskedAlready  = "lifting_asked_already"
	KeepersOnly   = "keepers_only"    // her tasks are given to a keeper
	NoKeeper      = "no_keeper_there" // nobody of the agency may know of her
	Protected     = "protected_file"  // it is neither merged nor handed over before the protection is lifted
	SecondKeeper  = "second_keeper_must_lift"
)

// FieldOf is the field of a form that a rule is about; empty: it is about the case.
func FieldOf(op care.Operation, rule string) string {
	switch {
	case rule == OneElsewhere && op == care.OpProtect:
		return "elsewhere"
	case rule == UnknownKeeper, rule == Two, rule == Last, rule == OneElsewhere:
		return "keeper"
	}
	return ""
}
