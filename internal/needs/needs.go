// Package needs says how a need of a person is added outside of an assessment, or closed.
package needs

import (
	"fmt"
	"slices"

	"percorso/internal/care"
	"percorso/internal/written"
)

// Found adds an area of need that somebody came upon.
type Found struct {
	Area   string `json:"area" from:"other_needs" doc:"Code of an area of need that the case has not"`
	Note   string `json:"note" maxLength:"4000" doc:"On what: what was seen or said"`
	Circle string `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// Over closes one.
type Over struct {
	Area   string `json:"area" from:"own_needs" doc:"Code of an area of need that the case has"`
	Note   string `json:"note" maxLength:"4000" doc:"On what: why it is one no more"`
	Circle string `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
}

// Check says what is wrong with the form; policy is of the caller's zone.
func (form Found) Check(policy care.Policy) []care.Fault {
	return check(policy, care.OpAddNeed, form.Area, form.Note, form.Circle)
}

// Check says what is wrong with the form; policy is of the caller's zone.
func (form Over) Check(policy care.Policy) []care.Fault {
	return check(policy, care.OpEndNeed, form.Area, form.Note, form.Circle)
}

func check(policy care.Policy, op care.Operation, area, note, circle string) []care.Fault {
	var f care.Faults
	f.Add(area != "", "area", care.RuleRequired)
	f.Add(area == "" || len(policy.NeedAreas([]string{area})) == 1, "area", care.RuleUnknownCode)
	f.Add(care.Said(note), "note", care.RuleRequired)
	f.Note("note", note)
	written.CheckChoice(&f, string(op), circle)
	return f
}

// CheckAreas says what is wrong with what an assessment finds of areas of need, in a field.
func CheckAreas(f *care.Faults, p care.Policy, field string, areas []care.AreaFinding) {
	for i, a := range areas {
		at := fmt.Sprintf("%s[%d]", field, i)
		f.Add(!slices.ContainsFunc(areas[:i], func(b care.AreaFinding) bool { return b.Area == a.Area }), at+".area", care.RuleDuplicate)
		f.Add(len(p.NeedAreas([]string{a.Area})) == 1, at+".area", care.RuleUnknownCode)
		f.Add(slices.Contains(care.NeedLevels, a.Need), at+".need", care.RuleUnknownCode)
		f.Note(at+".note", a.Note)
		f.Add(a.Circle == "" || slices.Contains(written.Choices(written.AreaNote), a.Circle), at+".circle", care.RuleUnknownCode)
	}
}

// Rules by which it is not done, as the function of the schema answers them.
const (
	UnknownCase = "unknown_case" // the caller does not work on it
	Ended       = "ended"        // it is closed
	Listening   = "needs_at_listening"
	There       = "need_there"
	NotThere    = "need_not_there"
)
