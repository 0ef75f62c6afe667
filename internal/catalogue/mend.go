package catalogue

import "percorso/internal/care"

// MendForm says why a deferred entry is tried again, or refused.
type MendForm struct {
	Note string `json:"note" maxLength:"4000" doc:"Why"`
}

func checkMend(form MendForm, _ Around) []care.Fault {
	var f care.Faults
	f.Add(form.Note != "", "note", care.RuleRequired)
	f.Note("note", form.Note)
	return f
}

func exampleOfMend(World) MendForm { return MendForm{Note: exampleText} }

// What a supervisor does with an accepted entry that cannot be worked as it is.
var (
	// RetryEntry has it tried again now, and not after its pause.
	RetryEntry = Operation[MendForm]{
		Facts: Facts{Code: care.OpRetryEntry, On: OnEntry, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "retry"}, Check: checkMend, Example: exampleOfMend,
	}
	// RefuseEntry takes it away; its author gets back what was typed.
	RefuseEntry = Operation[MendForm]{
		Facts: Facts{Code: care.OpRefuseEntry, On: OnEntry, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "refuse"}, Check: checkMend, Example: exampleOfMend,
	}
)
