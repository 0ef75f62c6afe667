package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Contact records a contact at the desk, which names nobody.
var Contact = Operation[ledger.NewContact]{
	Facts: Facts{Code: care.OpContact, AtOnce: true, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator}, Path: "contacts"},
	Check: func(form ledger.NewContact, around Around) []care.Fault {
		return ledger.CheckContact(around.Policy, form)
	},
}

// Open opens a case file, which begins its run.
var Open = Operation[ledger.CaseOpening]{
	Facts: Facts{Code: care.OpOpen, Asks: []care.Role{care.DeskOperator, care.SocialWorker}, Path: "case-files"},
	Check: func(form ledger.CaseOpening, around Around) []care.Fault {
		return ledger.CheckOpening(around.Policy, form, around.Now)
	},
	Dates: func(form ledger.CaseOpening, _ care.TaskKind) []care.Dated { return form.Dates() },
}
