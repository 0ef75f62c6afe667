package catalogue

import (
	"time"

	"percorso/internal/care"
)

// Complete completes a task, by its holder, with one of its outcomes.
var Complete = Operation[care.Completion]{
	Facts: Facts{Code: care.OpComplete, On: OnTask, Path: "complete"},
	Check: func(form care.Completion, around Around) []care.Fault {
		return CheckCompletion(around.Policy, around.Task, form)
	},
	Dates:   care.Completion.Dates,
	Answer:  care.Completion.Answer,
	Example: World.completion,
}

// Claim makes a task the caller's to do, and Release gives it back to those who
// may do it.
var (
	Claim   = Operation[None]{Facts: Facts{Code: care.OpClaim, On: OnTask, AtOnce: true, Path: "claim"}, Example: noForm}
	Release = Operation[None]{Facts: Facts{Code: care.OpRelease, On: OnTask, AtOnce: true, Path: "release"}, Example: noForm}
)

// Assignment is the form of a supervisor's reassign, extend and remind.
type Assignment struct {
	Role  care.Role  `json:"role,omitempty" doc:"To whom a task is reassigned: a role of the zone"`
	Until *time.Time `json:"until,omitempty" doc:"The new term of an extension"`
	Note  string     `json:"note,omitempty" maxLength:"4000" doc:"Why"`
}

// Reassign gives a task to another role.
var Reassign = Operation[Assignment]{
	Facts: Facts{Code: care.OpReassign, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "reassign"},
	Check: func(form Assignment, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Role != "", "role", care.RuleRequired)
		f.Add(form.Role == "" || around.HasRole(form.Role), "role", care.RuleUnknownCode)
		f.Add(form.Until == nil, "until", care.RuleNotAllowed)
		f.Note("note", form.Note)
		return f
	},
	Example: func(w World) Assignment {
		return Assignment{Role: care.Role(pickCode(w, w.Policy.Roles, func(h care.RoleHolder) string { return string(h.Role) })), Note: exampleText}
	},
}

// Extend gives a task more time.
var Extend = Operation[Assignment]{
	Facts: Facts{Code: care.OpExtend, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "extend"},
	Check: func(form Assignment, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Until != nil, "until", care.RuleRequired)
		f.Add(form.Role == "", "role", care.RuleNotAllowed)
		f.Note("note", form.Note)
		return f
	},
	Dates: func(form Assignment, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "until", Meaning: care.ExtendedTerm, At: form.Until}}
	},
	Answer: func(form Assignment) care.Answer { return care.Answer{Until: form.Until} },
	Example: func(w World) Assignment {
		until := w.soon()
		return Assignment{Until: &until, Note: exampleText}
	},
}

// Remind reminds whoever may do a task, or holds it, now.
var Remind = Operation[Assignment]{
	Facts: Facts{Code: care.OpRemind, On: OnTask, AtOnce: true, Asks: []care.Role{care.Supervisor}, Path: "remind"},
	Check: func(form Assignment, _ Around) []care.Fault {
		var f care.Faults
		f.Add(form.Role == "", "role", care.RuleNotAllowed)
		f.Add(form.Until == nil, "until", care.RuleNotAllowed)
		f.Note("note", form.Note)
		return f
	},
	Example: func(World) Assignment { return Assignment{Note: exampleText} },
}
