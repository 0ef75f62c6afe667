package catalogue

import (
	"time"

	"percorso/internal/care"
)

// ReferralMoveForm is the form of an operation on a referral.
type ReferralMoveForm struct {
	Reason string `json:"reason,omitempty" doc:"Code; required to reject"`
	Agency string `json:"agency,omitempty" doc:"Code of the agency to redirect to"`
	// Asked for where the agency acts independently.
	Consent bool `json:"consent,omitempty" doc:"The person consents to the agency that it is redirected to being given these data for this purpose"`
	// When what is asked for takes place, as who accepts it knows: how it went is asked after that.
	Starts *care.Date `json:"starts,omitempty" format:"date" doc:"First day of what is accepted, where it is known"`
	Ends   *care.Date `json:"ends,omitempty" format:"date" doc:"Last day of what is accepted, where it is known: how it went is asked after it"`
	Note   string     `json:"note,omitempty" maxLength:"4000" doc:"Free text for the other side; required to ask for more and to supply it"`
}

// until is the last day of what is accepted, or else the first; nil: nobody has said.
func (f ReferralMoveForm) until() *time.Time {
	if f.Ends != nil {
		return f.Ends.Time()
	}
	return f.Starts.Time()
}

// move is an operation on a referral of one agency to another. Whether the state
// allows it is another question; check says what it asks for besides a note that
// is not too long. A reason goes with a rejection alone, an agency with a
// redirection: the process gets nothing that is not asked for.
func move(code care.Operation, check func(f *care.Faults, form ReferralMoveForm, around Around)) Operation[ReferralMoveForm] {
	return Operation[ReferralMoveForm]{
		Facts: Facts{Code: code, On: OnReferral, Path: string(code)},
		Check: func(form ReferralMoveForm, around Around) []care.Fault {
			var f care.Faults
			f.Add(form.Reason == "" || code == care.OpReject, "reason", care.RuleNotAllowed)
			f.Add(form.Agency == "" || code == care.OpRedirect, "agency", care.RuleNotAllowed)
			f.Add(!form.Consent || code == care.OpRedirect, "consent", care.RuleNotAllowed)
			f.Add(form.Starts == nil || code == care.OpAccept, "starts", care.RuleNotAllowed)
			f.Add(form.Ends == nil || code == care.OpAccept, "ends", care.RuleNotAllowed)
			reversed := form.Starts != nil && form.Ends != nil && form.Ends.Time().Before(*form.Starts.Time())
			f.Add(!reversed, "ends", care.RuleReversed)
			check(&f, form, around)
			f.Note("note", form.Note)
			return f
		},
		Dates: func(form ReferralMoveForm, _ care.TaskKind) []care.Dated {
			return []care.Dated{
				{Field: "starts", Meaning: care.ServiceDay, At: form.Starts.Time()}, {Field: "ends", Meaning: care.ServiceDay, At: form.Ends.Time()},
			}
		},
		Answer: func(form ReferralMoveForm) care.Answer {
			switch code {
			case care.OpReject:
				return care.Answer{Reason: care.Code(form.Reason)}
			case care.OpRedirect:
				return care.Answer{Agency: care.Code(form.Agency)}
			case care.OpAccept:
				return care.Answer{Until: form.until()}
			}
			return care.Answer{}
		},
		Example: func(w World) ReferralMoveForm {
			form := ReferralMoveForm{Note: exampleText}
			switch code {
			case care.OpReject:
				form.Reason = pickCode(w, w.Policy.RejectReasons, func(r care.RejectReason) string { return r.Code })
			case care.OpRedirect:
				form.Agency = w.partner()
			case care.OpAccept:
				if w.Rand.IntN(2) == 0 {
					form.Starts, form.Ends = care.DateOf(w.Now), care.DateOf(w.soon())
				}
			}
			return form
		},
	}
}

func nothingMore(*care.Faults, ReferralMoveForm, Around) {}

func aNote(f *care.Faults, form ReferralMoveForm, _ Around) {
	f.Add(care.Said(form.Note), "note", care.RuleRequired)
}

// The moves of a referral; care.ReferralMoves says from which state to which.
var (
	Acknowledge = move(care.OpAcknowledge, nothingMore)
	Accept      = move(care.OpAccept, nothingMore)
	Reject      = move(care.OpReject, func(f *care.Faults, form ReferralMoveForm, around Around) {
		f.Add(form.Reason != "", "reason", care.RuleRequired)
		if form.Reason != "" {
			_, ok := around.RejectReason(form.Reason)
			f.Add(ok, "reason", care.RuleReason)
		}
	})
	Hold     = move(care.OpHold, aNote)
	Supply   = move(care.OpSupply, aNote)
	Redirect = move(care.OpRedirect, func(f *care.Faults, form ReferralMoveForm, around Around) {
		f.Add(form.Agency != "", "agency", care.RuleRequired)
		if form.Agency != "" {
			agency, ok := around.Agency(form.Agency)
			f.Add(ok && agency.Reachable(), "agency", care.RuleUnknownCode)
		}
	})
	Withdraw = move(care.OpWithdraw, nothingMore)
)

// Moves are the moves of a referral by their codes.
var Moves = map[care.Operation]Operation[ReferralMoveForm]{
	care.OpAcknowledge: Acknowledge, care.OpAccept: Accept, care.OpReject: Reject, care.OpHold: Hold,
	care.OpSupply: Supply, care.OpRedirect: Redirect, care.OpWithdraw: Withdraw,
}
