package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// ConsentForm records that the person gives or withdraws consent to data
// reaching private partners.
type ConsentForm struct {
	Note string `json:"note,omitempty" maxLength:"4000" doc:"How it was given or withdrawn"`
}

func checkConsent(form ConsentForm, _ Around) []care.Fault {
	var f care.Faults
	f.Note("note", form.Note)
	return f
}

func exampleOfConsent(World) ConsentForm { return ConsentForm{} }

// Consent records that the person consents to data reaching private partners.
var Consent = Operation[ConsentForm]{
	Facts: Facts{
		Code: care.OpConsent, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "consents", Slug: "consenso",
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Consent == nil },
	},
	Check: checkConsent, Example: exampleOfConsent,
}

// WithdrawConsent records that the person withdraws it.
var WithdrawConsent = Operation[ConsentForm]{
	Facts: Facts{
		Code: care.OpUnconsent, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "consent-withdrawal", Slug: "revoca-consenso", Ends: true,
		Offered: func(file ledger.Case) bool { return stillOpen(file) && file.Consent != nil },
	},
	Check: checkConsent, Example: exampleOfConsent,
}
