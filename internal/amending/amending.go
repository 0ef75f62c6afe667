// Package amending says how what somebody wrote is corrected: what of which form, and what
// changes by it.
package amending

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/needs"
	"percorso/internal/takeover"
	"percorso/internal/written"
)

// Amended amends a record. What is left out stays as it is. The course of the case is none of
// it: that goes by what was answered, and has operations of its own.
type Amended struct {
	Seen       int                 `json:"seen" minimum:"1" doc:"Version that the form was made from, as the record says it: where somebody has amended it meanwhile it is refused"`
	Why        string              `json:"why" maxLength:"1000" doc:"Why it is amended"`
	Note       *string             `json:"note,omitempty" maxLength:"4000"`
	Enterprise *string             `json:"enterprise,omitempty" maxLength:"200" doc:"Of a measure"`
	Needs      *[]string           `json:"needs,omitempty" doc:"Of a first listening: all of them"`
	Areas      *[]care.AreaFinding `json:"areas,omitempty" doc:"Of an assessment: all of them"`
}

// The fields that can be amended, as forms name them.
const (
	Note       = "note"
	Enterprise = "enterprise"
	Needs      = "needs"
	Areas      = "areas"
)

// Rules by which a record is not amended.
const (
	RuleNothing   = "nothing_to_amend"   // all is as it was
	RuleMeanwhile = "amended_meanwhile"  // by somebody else, since the form was made
	RuleStands    = "record_not_amended" // what it says stands elsewhere too, where it is changed in a way of its own
)

// How long texts may be, in characters.
const (
	maxWhy        = 1000
	maxEnterprise = 200
)

// standing are the forms of which no record is amended: what they say was said to others, who
// decided by it, or stands in a place with versions of its own.
var standing = []string{
	string(care.PlanDraft), string(care.PlanSignOff), string(care.PlanAgreement), string(care.OpProgress), string(care.GoalEvaluation), string(care.Evaluation), // the plan has versions
	string(care.OpMinutes), string(care.EquipeInvitation), string(care.EquipeOpinion), string(care.QuorumDecision), // the équipe went on by them
	string(care.OpAcknowledge), string(care.OpAccept), string(care.OpReject), string(care.OpHold), string(care.OpSupply), string(care.OpRedirect), string(care.OpWithdraw), // the other side has read them
	string(care.ReferralAnswer), string(care.SupplyInformation), string(care.OpTransfer), string(care.OpRecall), string(care.TransferAnswer),
	string(care.OpClose), string(care.Closure), string(care.ClosureApproval), string(care.ClosureReturned), string(care.OpMerge), string(care.OpVouch), string(care.OpMistake), string(care.OpUndo), // a second person decided by them
	string(care.OpElsewhere), // a later one stands in its place
}

// Amendable lists what of a record can be amended, by its form; nil: nothing.
func Amendable(form string) []string {
	kind := written.KindOf(form)
	switch {
	case !written.Known(form), kind == written.Work, slices.Contains(standing, form), form == takeover.Form:
		return nil
	case form == string(care.FirstListening):
		return []string{Needs, Note}
	case form == string(care.Assessment):
		return []string{Areas, Note}
	case form == string(care.Measure):
		return []string{Enterprise, Note}
	}
	return []string{Note}
}

// Check says what is wrong with a form, whatever record it is for.
func (a Amended) Check(p care.Policy) []care.Fault {
	var f care.Faults
	f.Add(a.Seen > 0, "seen", care.RuleRequired)
	f.Add(care.Said(a.Why), "why", care.RuleRequired)
	f.Lines("why", a.Why, maxWhy)
	f.Add(a.Note != nil || a.Enterprise != nil || a.Needs != nil || a.Areas != nil, "", RuleNothing)
	if a.Note != nil { // which is replaced, and not taken away
		f.Add(care.Said(*a.Note), Note, care.RuleRequired)
		f.Note(Note, *a.Note)
	}
	if a.Enterprise != nil {
		f.Add(care.Said(*a.Enterprise), Enterprise, care.RuleRequired)
		f.Text(Enterprise, *a.Enterprise, maxEnterprise)
	}
	if a.Needs != nil {
		f.Add(len(*a.Needs) > 0, Needs, care.RuleRequired)
		f.Needs(p, Needs, *a.Needs)
	}
	if a.Areas != nil {
		f.Add(len(*a.Areas) > 0, Areas, care.RuleRequired)
		needs.CheckAreas(&f, p, Areas, *a.Areas)
		for i, area := range *a.Areas { // whoever reads the record reads its versions
			f.Add(area.Circle == "", fmt.Sprintf("%s[%d].circle", Areas, i), care.RuleNotAllowed)
		}
	}
	return f
}

// Version is what a record says in a version of it.
type Version struct {
	Form   string // of the record
	Number int
	Data   json.RawMessage
}

// Of says what the record is once it is amended, and what forbids that. It is asked under lock.
func (a Amended) Of(was Version) (data json.RawMessage, faults []care.Fault) {
	fields, may := map[string]json.RawMessage{}, Amendable(was.Form)
	var f care.Faults
	f.Add(len(may) > 0, "", RuleStands)
	f.Add(a.Seen == was.Number, "", RuleMeanwhile)
	if len(f) > 0 || json.Unmarshal(was.Data, &fields) != nil {
		return nil, f
	}
	for name, value := range map[string]any{Note: a.Note, Enterprise: a.Enterprise, Needs: a.Needs, Areas: a.Areas} {
		of := reflect.ValueOf(value)
		if of.IsNil() {
			continue
		}
		f.Add(slices.Contains(may, name), name, care.RuleNotAllowed)
		text, err := json.Marshal(value)
		f.Add(err == nil, name, care.RuleRequired)
		fields[name] = text
	}
	data, err := json.Marshal(fields)
	f.Add(err == nil, "", RuleStands)
	f.Add(len(f) > 0 || len(Changes(was.Data, data)) > 0, "", RuleNothing)
	return data, f
}

// Changes lists what differs between two versions of a record, by the names of its fields.
func Changes(old, now json.RawMessage) (list []ledger.RecordChange) {
	var was, is map[string]json.RawMessage
	if json.Unmarshal(old, &was) != nil || json.Unmarshal(now, &is) != nil {
		return nil
	}
	for _, field := range []string{Needs, Areas, Enterprise, Note} {
		if !same(was[field], is[field]) {
			list = append(list, ledger.RecordChange{Field: field, Old: was[field], New: is[field]})
		}
	}
	return list
}

// History says how a record was amended, the latest first: versions lists all of them.
func History(versions json.RawMessage) (list []ledger.Amendment, err error) {
	var all []struct {
		ledger.Amendment
		Data json.RawMessage `json:"data"`
	}
	if len(versions) == 0 {
		return nil, nil
	}
	if err = json.Unmarshal(versions, &all); err != nil {
		return nil, err
	}
	for i := len(all) - 1; i > 0; i-- {
		amended := all[i].Amendment
		amended.Changes = Changes(all[i-1].Data, all[i].Data)
		list = append(list, amended)
	}
	return list, nil
}

// same compares values as they mean, since Postgres writes them in a way of its own.
func same(a, b json.RawMessage) bool {
	var of, to any
	if len(a) == 0 || len(b) == 0 {
		return bytes.Equal(a, b)
	}
	return json.Unmarshal(a, &of) == nil && json.Unmarshal(b, &to) == nil && reflect.DeepEqual(of, to)
}

// Found lists the needs that a version of a record says the person has.
func Found(data json.RawMessage) []string {
	var said struct {
		Needs []string           `json:"needs"`
		Areas []care.AreaFinding `json:"areas"`
	}
	if json.Unmarshal(data, &said) != nil {
		return nil
	}
	for _, area := range said.Areas {
		if area.Need != "none" {
			said.Needs = append(said.Needs, area.Area)
		}
	}
	return said.Needs
}
