package catalogue

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/intake"
	"percorso/internal/ledger"
)

// Contact records a contact at the desk, which names nobody.
var Contact = Operation[ledger.NewContact]{
	Facts: Facts{Code: care.OpContact, AtOnce: true, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.InterculturalMediator}, Path: "contacts"},
	Check: func(form ledger.NewContact, around Around) []care.Fault {
		return intake.CheckContact(around.Policy, form)
	},
	Example: func(w World) ledger.NewContact {
		return ledger.NewContact{
			Topic: pickCode(w, w.Policy.Desk.Topics, codeOf), Channel: pickCode(w, w.Policy.Desk.Channels, codeOf), Language: "ur",
			Outcome: pick(w, []string{"information", "consultation"}), Citizenship: "PK", Note: exampleText,
		}
	},
}

// Open opens a case file, which begins its run.
var Open = Operation[ledger.CaseOpening]{
	Facts: Facts{Code: care.OpOpen, Asks: []care.Role{care.DeskOperator, care.SocialWorker}, Path: "case-files"},
	Check: func(form ledger.CaseOpening, around Around) []care.Fault {
		return intake.CheckOpening(around.Policy, form, around.Now)
	},
	Dates: func(form ledger.CaseOpening, _ care.TaskKind) []care.Dated { return form.Dates() },
	Example: func(w World) ledger.CaseOpening {
		return ledger.CaseOpening{
			Person: ledger.Person{
				GivenName: "Persona", FamilyName: exampleText + " 0002", BirthDate: time.Date(1980+w.Rand.IntN(20), 3, 1, 0, 0, 0, 0, time.UTC),
				Citizenship: "PK", Permit: "work", Languages: []string{"ur"},
			},
			Needs: w.needs(), Channel: pickCode(w, w.Policy.Desk.Channels, codeOf), NoticeGiven: true, NoticeVersion: "1", Note: exampleText,
		}
	},
}
