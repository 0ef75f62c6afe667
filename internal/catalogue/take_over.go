package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/takeover"
)

// TellTakeOver says how the person was told that they are taken over.
var TellTakeOver = Operation[takeover.Telling]{
	Facts: Facts{Code: care.OpTellTakeOver, On: OnCase, AtOnce: true, Asks: []care.Role{care.SocialWorker, care.InterculturalMediator, care.Supervisor}, Path: "take-over-told", Slug: "presa-in-carico-detta",
		Offered: func(file ledger.Case) bool { return branching(file) && file.Stage != care.StageSecondLevel }},
	Check:   func(form takeover.Telling, _ Around) []care.Fault { return form.Check() },
	Example: func(World) takeover.Telling { return takeover.Telling{How: "in_person", Note: exampleText} },
}
