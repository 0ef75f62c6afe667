package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// SendToCPI refers a case to the employment centre.
type SendToCPI struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
}

// ReferToCPI refers a case to the employment centre, which begins a placement.
var ReferToCPI = Operation[SendToCPI]{
	Facts: Facts{
		Code: care.OpSendToCPI, On: OnCase, Asks: []care.Role{care.SocialWorker, care.Supervisor},
		Path: "cpi-referral", Slug: "cpi", Shown: AtHand, Gives: ToCPI,
		Offered: func(file ledger.Case) bool {
			return branching(file) && none(file, care.Answer{Operation: care.OpSendToCPI})
		},
	},
	Check: func(form SendToCPI, _ Around) []care.Fault {
		var f care.Faults
		f.Note("note", form.Note)
		return f
	},
	Example: func(World) SendToCPI { return SendToCPI{} },
}
