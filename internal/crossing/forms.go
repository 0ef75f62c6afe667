package crossing

import "percorso/internal/care"

// ConsentForm records that the person consents to an agency being given what a purpose
// needs.
type ConsentForm struct {
	Agency   string `json:"agency" from:"consent_agencies" doc:"Code of an agency that acts as an independent controller"`
	Purpose  string `json:"purpose" from:"consent_purposes" doc:"Code of the area of need that it is for, or referral, appointment or equipe"`
	SignedBy string `json:"signed_by,omitempty" from:"signers" maxLength:"200" doc:"Who signs, by name, of those who sign for the person; left out: the person themself, who does so where they are of age and nobody signs by law"`
	Note     string `json:"note,omitempty" maxLength:"4000" doc:"How it was given"`
}

// maxName is how many characters the name of who signs may have.
const maxName = 200

// WithdrawalForm records that the person withdraws consent.
type WithdrawalForm struct {
	Agency string `json:"agency,omitempty" from:"consented_agencies" doc:"Code of the agency that it is withdrawn from; left out: from all"`
	Note   string `json:"note,omitempty" maxLength:"4000" doc:"How it was withdrawn"`
}

// Faults says what is wrong with the form.
func (form ConsentForm) Faults(p care.Policy) []care.Fault {
	f := Consent{Agency: form.Agency, Purpose: form.Purpose}.Faults(p)
	f.Text("signed_by", form.SignedBy, maxName)
	f.Note("note", form.Note)
	return f
}

// Faults says what is wrong with the form.
func (form WithdrawalForm) Faults(p care.Policy) []care.Fault {
	var f care.Faults
	_, known := p.Agency(form.Agency)
	f.Add(form.Agency == "" || known, "agency", care.RuleUnknownCode)
	f.Note("note", form.Note)
	return f
}
