package catalogue

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/written"
)

// SuspendForm suspends a case until a date.
type SuspendForm struct {
	Until  *time.Time `json:"until" doc:"When it resumes by itself; at most two years ahead"`
	Reason string     `json:"reason" enum:"abroad,health,detention,other"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
	Circle string     `json:"circle,omitempty" enum:"social,agency" doc:"Who reads it; left out: as usual"`
}

// SuspendReasons are why a case may be suspended.
var SuspendReasons = []string{"abroad", "health", "detention", "other"}

// Suspend suspends a case: its clocks stand still until a date.
var Suspend = Operation[SuspendForm]{
	Facts: Facts{
		Code: care.OpSuspend, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "suspension", Slug: "sospendi",
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.SuspendedUntil == nil },
	},
	Check: func(form SuspendForm, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Until != nil, "until", care.RuleRequired)
		f.Add(form.Reason != "", "reason", care.RuleRequired)
		f.Add(form.Reason == "" || slices.Contains(SuspendReasons, form.Reason), "reason", care.RuleReason)
		f.Note("note", form.Note)
		written.CheckChoice(&f, string(care.OpSuspend), form.Circle)
		return f
	},
	Dates: func(form SuspendForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "until", Meaning: care.SuspensionEnd, At: form.Until}}
	},
	Answer: func(form SuspendForm) care.Answer {
		return care.Answer{Until: form.Until, Reason: care.Code(form.Reason)}
	},
	Example: func(w World) SuspendForm {
		until := w.soon().AddDate(0, w.Rand.IntN(2), 0)
		return SuspendForm{Until: &until, Reason: pick(w, SuspendReasons)}
	},
}

// Resume lets a suspended case go on before its date.
var Resume = Operation[None]{
	Facts: Facts{
		Code: care.OpResume, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "resumption", Slug: "riprendi", Shown: WithState,
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.SuspendedUntil != nil },
	},
	Example: noForm,
}
