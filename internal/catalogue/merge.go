package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// MergeForm merges a second case file of the same person into the one that stays.
type MergeForm struct {
	Into string `json:"into" from:"same_person" doc:"Id of the case file that stays"`
	Note string `json:"note" maxLength:"4000" doc:"How it was found that they are the same person"`
}

// Merge merges a case file into another of the same person. It is asked of the
// one that ends; whether the two may be merged is asked under lock.
var Merge = Operation[MergeForm]{
	Facts: Facts{
		Code: care.OpMerge, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "merge", Slug: "unisci", Ends: true, Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Transfer == "" },
	},
	Check: func(form MergeForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Into != "", "into", care.RuleRequired)
		f.Add(form.Into == "" || care.IsID(form.Into), "into", care.RuleUnknownCode) // the process gets it, and nothing that somebody typed
		f.Add(form.Note != "", "note", care.RuleRequired)
		f.Note("note", form.Note)
		return f
	},
	Answer: func(form MergeForm) care.Answer { return care.Answer{Case: ledger.CaseRun(form.Into)} },
	Example: func(w World) MergeForm {
		form := MergeForm{Note: exampleText}
		if w.SamePerson != nil {
			form.Into = w.SamePerson()
		}
		return form
	},
}
