package catalogue

import "percorso/internal/care"

// ReasonForm is the form of what asks for nothing but why.
type ReasonForm struct {
	Note string `json:"note" maxLength:"4000" doc:"Why"`
}

func checkReason(form ReasonForm, _ Around) []care.Fault {
	var f care.Faults
	f.Add(care.Said(form.Note), "note", care.RuleRequired)
	f.Note("note", form.Note)
	return f
}

func exampleReason(World) ReasonForm { return ReasonForm{Note: exampleText} }

// What a supervisor does with an accepted entry that cannot be worked as it is.
var (
	// RetryEntry has it tried again now, and not after its pause.
	RetryEntry = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpRetryEntry, On: OnEntry, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "retry"}, Check: checkReason, Example: exampleReason,
	}
	// RefuseEntry takes it away; its author gets back what was typed.
	RefuseEntry = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpRefuseEntry, On: OnEntry, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "refuse"}, Check: checkReason, Example: exampleReason,
	}
)
