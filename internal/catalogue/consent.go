package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
)

// ConsentForm records that the person consents to an agency being given what a purpose
// needs.
type ConsentForm struct {
	Agency  string `json:"agency" from:"consent_agencies" doc:"Code of an agency that acts as an independent controller"`
	Purpose string `json:"purpose" from:"consent_purposes" doc:"Code of the area of need that it is for, or referral, appointment or equipe"`
	Note    string `json:"note,omitempty" maxLength:"4000" doc:"How it was given"`
}

// WithdrawalForm records that the person withdraws consent.
type WithdrawalForm struct {
	Agency string `json:"agency,omitempty" from:"consented_agencies" doc:"Code of the agency that it is withdrawn from; left out: from all"`
	Note   string `json:"note,omitempty" maxLength:"4000" doc:"How it was withdrawn"`
}

// Consent records that the person consents to an agency being given what a purpose needs.
var Consent = Operation[ConsentForm]{
	Facts: consents(care.OpConsent, "consents", "consenso", stillOpen),
	Check: func(form ConsentForm, around Around) []care.Fault {
		f := crossing.Consent{Agency: form.Agency, Purpose: form.Purpose}.Faults(around.Policy)
		f.Note("note", form.Note)
		return f
	},
	Answer: func(form ConsentForm) care.Answer {
		return care.Answer{Agency: care.Code(form.Agency), Matter: care.Code(form.Purpose)}
	},
	Example: func(w World) ConsentForm { return ConsentForm{Agency: w.independent(), Purpose: w.need()} },
}

// WithdrawConsent records that the person withdraws it, from one agency or from all.
var WithdrawConsent = Operation[WithdrawalForm]{
	Facts: consents(care.OpUnconsent, "consent-withdrawal", "revoca-consenso", func(file ledger.Case) bool { return stillOpen(file) && file.Consent != nil }),
	Check: func(form WithdrawalForm, around Around) []care.Fault {
		var f care.Faults
		_, known := around.Agency(form.Agency)
		f.Add(form.Agency == "" || known, "agency", care.RuleUnknownCode)
		f.Note("note", form.Note)
		return f
	},
	Answer:  func(form WithdrawalForm) care.Answer { return care.Answer{Agency: care.Code(form.Agency)} },
	Example: func(World) WithdrawalForm { return WithdrawalForm{} },
}

func consents(code care.Operation, path, slug string, offered func(ledger.Case) bool) Facts {
	asks := []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor}
	return Facts{Code: code, On: OnCase, Asks: asks, Path: path, Slug: slug, Ends: code == care.OpUnconsent, Offered: offered}
}

// independent is an agency that may be given data with consent alone.
func (w World) independent() string {
	return pickCode(w, crossing.Independent(w.Policy), func(a care.Agency) string { return a.Code })
}
