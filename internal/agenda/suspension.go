package agenda

import (
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
)

// SuspendForm suspends a case until a date, and says of what it is expected for meanwhile.
type SuspendForm struct {
	Until  *time.Time `json:"until" doc:"When it resumes by itself; at most two years ahead"`
	Reason string     `json:"reason" enum:"abroad,health,detention,other"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
	Circle string     `json:"circle,omitempty" enum:"social,equipe,agency" doc:"Who reads it; left out: as usual"`
	Kept   []string   `json:"kept,omitempty" ask:"-" maxItems:"100" doc:"Ids of the appointments and planned meetings until then that stay all the same; all others are moved or cancelled first, each by its own call"`
	Tell   bool       `json:"tell,omitempty" ask:"-" doc:"Appointments were cancelled for it of which the person does not know yet: somebody is asked to tell them"`
}

// SuspendReasons are why a case may be suspended.
var SuspendReasons = []string{"abroad", "health", "detention", "other"}

// Check says what is wrong with the form, but for whom it is.
func (form SuspendForm) Check() care.Faults {
	var f care.Faults
	f.Add(form.Until != nil, "until", care.RuleRequired)
	f.Add(form.Reason != "", "reason", care.RuleRequired)
	f.Add(form.Reason == "" || slices.Contains(SuspendReasons, form.Reason), "reason", care.RuleReason)
	f.Note("note", form.Note)
	f.Add(len(form.Kept) <= MostKept, "kept", care.RuleTooMany)
	for i, id := range form.Kept {
		f.Add(care.IsID(id), fmt.Sprintf("kept[%d]", i), care.RuleUnknownCode)
	}
	return f
}

// Dates says what its day means.
func (form SuspendForm) Dates() []care.Dated {
	return []care.Dated{{Field: "until", Meaning: care.SuspensionEnd, At: form.Until}}
}

// Answer is what the runs of the case hear.
func (form SuspendForm) Answer() care.Answer {
	a := care.Answer{Until: form.Until, Reason: care.Code(form.Reason)}
	if form.Tell {
		a.Outcome = care.Cancelled
	}
	return a
}
