package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/elsewhere"
	"percorso/internal/ledger"
)

// Elsewhere keeps a number under which the person is known in another system.
var Elsewhere = Operation[elsewhere.Number]{
	Facts: Facts{Code: care.OpElsewhere, On: OnCase, AtOnce: true, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.ImmigrationExpert, care.LabourPolicyExpert, care.Supervisor},
		Path: "numbers", Slug: "numero-altrove", Offered: func(file ledger.Case) bool { return file.MergedInto == "" }},
	Check: func(form elsewhere.Number, _ Around) []care.Fault { return form.Check() },
	Dates: func(form elsewhere.Number, _ care.TaskKind) []care.Dated { return form.Dates() },
	Example: func(w World) elsewhere.Number {
		return elsewhere.Number{System: pick(w, elsewhere.Systems), Number: "PROVA-1"}
	},
}
