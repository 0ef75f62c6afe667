package catalogue

import "percorso/internal/care"

// EarlyClosure closes a case from any stage.
type EarlyClosure struct {
	Outcome string `json:"outcome" from:"closure_outcomes" doc:"Code of a closure outcome of the zone"`
	Note    string `json:"note" maxLength:"4000" doc:"Why"`
}

// Close closes a case early, from any stage. Its branches end first, so the
// closure itself may come later.
var Close = Operation[EarlyClosure]{
	Facts: Facts{
		Code: care.OpClose, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "closure", Slug: "chiudi", Ends: true, Moment: "closure_asked", Offered: stillOpen,
	},
	Check: func(form EarlyClosure, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Outcome != "", "outcome", care.RuleRequired)
		f.Code(around.Outcomes, "outcome", form.Outcome, care.RuleUnknownCode)
		f.Add(care.ChosenOutcome(form.Outcome), "outcome", care.RuleUnknownCode)
		f.Add(care.Said(form.Note), "note", care.RuleRequired)
		f.Note("note", form.Note)
		return f
	},
	Answer:  func(form EarlyClosure) care.Answer { return care.Answer{Reason: care.Code(form.Outcome)} },
	Example: func(w World) EarlyClosure { return EarlyClosure{Outcome: w.closureOutcome(), Note: exampleText} },
}
