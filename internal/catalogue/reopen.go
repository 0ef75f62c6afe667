package catalogue

import (
	"slices"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/undoing"
)

// ReopenForm reopens a closed case where it makes sense.
type ReopenForm struct {
	Stage    care.Stage     `json:"stage" from:"stages" doc:"first_level, second_level, equipe, placement or follow_up"`
	Bookings []care.Booking `json:"bookings,omitempty" when:"stage=second_level" doc:"For second_level: the appointments to begin with"`
	Beyond   string         `json:"beyond,omitempty" enum:"urgent,deadline,is_here,agreed,other" when:"stage=second_level" doc:"Why the appointments have places although there are none, as in a booking"`
	Note     string         `json:"note" maxLength:"4000" doc:"Why"`
}

// Reopen reopens a closed case. Nothing else may be asked of a run that has ended.
var Reopen = Operation[ReopenForm]{
	Facts: Facts{
		Code: care.OpReopen, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "reopening", Slug: "riapri", Shown: AtHand,
		Offered: func(file ledger.Case) bool {
			return file.Closed != nil && file.MergedInto == "" && undoing.MayReopen(file.Outcome)
		},
	},
	Check: func(form ReopenForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Stage != "", "stage", care.RuleRequired)
		f.Add(form.Stage == "" || slices.Contains(care.BeginStages, form.Stage), "stage", care.RuleUnknownCode)
		f.Add(form.Stage != care.StageSecondLevel || len(form.Bookings) > 0, "bookings", care.RuleRequired)
		f.Add(form.Stage == care.StageSecondLevel || len(form.Bookings) == 0, "bookings", care.RuleNotAllowed)
		f.Bookings(around.Policy, form.Bookings)
		f.Add(form.Stage == care.StageSecondLevel || form.Beyond == "", "beyond", care.RuleNotAllowed)
		f.Add(care.Said(form.Note), "note", care.RuleRequired)
		f.Note("note", form.Note)
		return append(f, agenda.CheckBeyond(form.Beyond, form.Note)...)
	},
	Dates: func(form ReopenForm, _ care.TaskKind) []care.Dated { return care.BookingDates(form.Bookings) },
	Answer: func(form ReopenForm) care.Answer {
		return care.Answer{Stage: form.Stage, Bookings: form.Bookings}
	},
	Example: func(w World) ReopenForm {
		form := ReopenForm{Stage: pick(w, care.BeginStages), Note: exampleText}
		if form.Stage == care.StageSecondLevel {
			form.Bookings = []care.Booking{w.booking()}
		}
		return form
	},
}

// Mistake says that the closure of a case was a mistake, and Undo, by somebody else,
// confirms it: the closure is void, and the case stands open again where it was closed.
var (
	Mistake = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpMistake, On: OnCase, AtOnce: true, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
			Path: "mistake", Slug: "chiusura-sbagliata", Offered: func(file ledger.Case) bool { return file.Undoing != nil && file.Undoing.SaidAt == nil }},
		Check: checkReason, Example: exampleReason,
	}
	Undo = Operation[ReasonForm]{
		Facts: Facts{Code: care.OpUndo, On: OnCase, AtOnce: true, Asks: []care.Role{care.SocialWorker, care.Supervisor}, Shown: AtHand,
			Path: "undoing", Slug: "annulla-chiusura", Offered: func(file ledger.Case) bool { return file.Undoing != nil && file.Undoing.SaidAt != nil }},
		Check: checkReason, Example: exampleReason,
	}
)
