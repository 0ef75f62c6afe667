package catalogue

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/agenda"
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
	Kept   []string   `json:"kept,omitempty" ask:"-" maxItems:"100" doc:"Ids of the appointments and planned meetings until then that stay all the same; all others are moved or cancelled first, each by its own call"`
	Tell   bool       `json:"tell,omitempty" ask:"-" doc:"Appointments were cancelled for it of which the person does not know yet: somebody is asked to tell them"`
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
		f.Add(len(form.Kept) <= agenda.MostKept, "kept", care.RuleTooMany)
		for i, id := range form.Kept {
			f.Add(care.IsID(id), fmt.Sprintf("kept[%d]", i), care.RuleUnknownCode)
		}
		return f
	},
	Dates: func(form SuspendForm, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "until", Meaning: care.SuspensionEnd, At: form.Until}}
	},
	Answer: func(form SuspendForm) care.Answer {
		a := care.Answer{Until: form.Until, Reason: care.Code(form.Reason)}
		if form.Tell {
			a.Outcome = care.Cancelled
		}
		return a
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
