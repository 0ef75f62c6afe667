package catalogue

import (
	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
)

// Consent records that the person consents to an agency being given what a purpose needs.
var Consent = Operation[crossing.ConsentForm]{
	Facts: consents(care.OpConsent, "consents", "consenso", stillOpen),
	Check: func(form crossing.ConsentForm, around Around) []care.Fault { return form.Faults(around.Policy) },
	Answer: func(form crossing.ConsentForm) care.Answer {
		return care.Answer{Agency: care.Code(form.Agency), Matter: care.Code(form.Purpose)}
	},
	Example: func(w World) crossing.ConsentForm {
		return crossing.ConsentForm{Agency: w.independent(), Purpose: w.need()}
	},
}

// WithdrawConsent records that the person withdraws it, from one agency or from all.
var WithdrawConsent = Operation[crossing.WithdrawalForm]{
	Facts:   consents(care.OpUnconsent, "consent-withdrawal", "revoca-consenso", func(file ledger.Case) bool { return stillOpen(file) && file.Consent != nil }),
	Check:   func(form crossing.WithdrawalForm, around Around) []care.Fault { return form.Faults(around.Policy) },
	Answer:  func(form crossing.WithdrawalForm) care.Answer { return care.Answer{Agency: care.Code(form.Agency)} },
	Example: func(World) crossing.WithdrawalForm { return crossing.WithdrawalForm{} },
}

func consents(code care.Operation, path, slug string, offered func(ledger.Case) bool) Facts {
	asks := []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor}
	return Facts{Code: code, On: OnCase, Asks: asks, Path: path, Slug: slug, Ends: code == care.OpUnconsent, Offered: offered}
}

// independent is an agency that may be given data with consent alone.
func (w World) independent() string {
	return pickCode(w, crossing.Independent(w.Policy), func(a care.Agency) string { return a.Code })
}
