package catalogue

import (
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// SendToCPI refers a case to the employment centre.
type SendToCPI struct {
	At   *time.Time `json:"at,omitempty" ask:"place" doc:"The place of the block which the employment centre gives that is booked with it, with its offset; left out: the centre gives an appointment once it accepts"`
	Note string     `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
}

// ReferToCPI refers a case to the employment centre, which begins a placement.
var ReferToCPI = Operation[SendToCPI]{
	Facts: Facts{
		Code: care.OpSendToCPI, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "cpi-referral", Slug: "cpi", Shown: AtHand, Gives: ToCPI,
		Offered: func(file ledger.Case) bool {
			return refers(file) && none(file, care.Answer{Operation: care.OpSendToCPI})
		},
	},
	Check: func(form SendToCPI, _ Around) []care.Fault {
		var f care.Faults
		f.Note("note", form.Note)
		return f
	},
	Dates: func(form SendToCPI, _ care.TaskKind) []care.Dated {
		return []care.Dated{{Field: "at", Meaning: care.AppointmentTime, At: form.At}}
	},
	Answer:  func(form SendToCPI) care.Answer { return care.Answer{At: form.At} },
	Example: func(World) SendToCPI { return SendToCPI{} },
}
