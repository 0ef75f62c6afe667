package catalogue

import (
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// Suspend suspends a case: its clocks stand still until a date.
var Suspend = Operation[agenda.SuspendForm]{
	Facts: Facts{
		Code: care.OpSuspend, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "suspension", Slug: "sospendi",
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.SuspendedUntil == nil },
	},
	Check: func(form agenda.SuspendForm, _ Around) []care.Fault {
		return written.WithChoice(form.Check(), string(care.OpSuspend), form.Circle)
	},
	Dates:  func(form agenda.SuspendForm, _ care.TaskKind) []care.Dated { return form.Dates() },
	Answer: agenda.SuspendForm.Answer,
	Example: func(w World) agenda.SuspendForm {
		until := w.soon().AddDate(0, w.Rand.IntN(2), 0)
		return agenda.SuspendForm{Until: &until, Reason: pick(w, agenda.SuspendReasons)}
	},
}

// Resume lets a suspended case go on before its date.
var Resume = Operation[None]{
	Facts: Facts{
		Code: care.OpResume, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "resumption", Slug: "riprendi", Shown: WithState, Offered: func(file ledger.Case) bool { return stillOpen(file) && file.SuspendedUntil != nil },
	},
	Example: noForm,
}
