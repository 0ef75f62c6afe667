package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// VouchForm confirms that two case files are of one person.
type VouchForm struct {
	Other string `json:"other" from:"same_person" doc:"Id of the other case file"`
	Note  string `json:"note" maxLength:"4000" doc:"Why it is the same person although names or day of birth differ"`
}

// Vouch confirms that two case files are of one person although their names or days of
// birth do not agree. Somebody else may merge them then.
var Vouch = Operation[VouchForm]{
	Facts: Facts{
		Code: care.OpVouch, On: OnCase, AtOnce: true, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "vouches", Slug: "stessa-persona", Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Transfer == "" },
	},
	Check: func(form VouchForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Other != "", "other", care.RuleRequired)
		f.Add(form.Other == "" || care.IsID(form.Other), "other", care.RuleUnknownCode)
		f.Add(care.Said(form.Note), "note", care.RuleRequired)
		f.Note("note", form.Note)
		return f
	},
	Example: func(w World) VouchForm {
		form := VouchForm{Note: exampleText}
		if w.SamePerson != nil {
			form.Other = w.SamePerson()
		}
		return form
	},
}
