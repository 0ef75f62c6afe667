package present

import (
	"encoding/json"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// SnapshotOf is what the addressee of a referral was given of the person, while it is in sight.
func SnapshotOf(r ledger.Referral) (ledger.Snapshot, bool) {
	var snapshot ledger.Snapshot
	ok := len(r.Snapshot) > 0 && json.Unmarshal(r.Snapshot, &snapshot) == nil
	return snapshot, ok
}

// GivenTerms lists what the addressee was given of the person: all of it, and
// nothing else.
func GivenTerms(p care.Policy, r ledger.Referral) []web.Term {
	snapshot, ok := SnapshotOf(r)
	if !ok {
		return nil
	}
	return append(DisclosedTerms(p, snapshot), CorrectedTerms(p, r.Corrected)...)
}

// callWords says whom to call about what an agency sent.
func callWords(p care.Policy, code string) string {
	a, _ := p.Agency(code)
	if a.Phone == "" {
		return a.Name
	}
	return message.Say("referral_terms.agency_and_phone", "Agency", a.Name, "Phone", a.Phone)
}

// ReferralTerms says why the data were given, and what the last answer was.
func ReferralTerms(p care.Policy, r ledger.Referral) []web.Term {
	terms := []web.Term{
		{Name: message.Say("referral_terms.from"), Value: AgencyName(p, r.FromAgency)},
		{Name: message.Say("referral_terms.whom_to_call"), Value: callWords(p, r.FromAgency)},
		{Name: message.Say("referral_terms.to"), Value: AgencyName(p, r.ToAgency)},
		{Name: message.Say("referral_terms.sent"), Value: italian.Moment(r.Requested)},
	}
	if r.Snapshot != nil { // an area of need is out of sight with the person's data
		terms = append(terms, web.Term{Name: message.Say("referral_terms.purpose"), Value: PurposeOf(p, r.Purpose)})
	}
	terms = append(terms, web.Term{Name: message.Say("referral_terms.ground"), Value: italian.Upper(italian.LegalBasis(r.LegalBasis))})
	if r.Continues != "" {
		terms = append(terms, web.Term{Name: message.Say("referral_terms.origin"), Value: message.Say("referral_terms.redirected")})
	}
	if reason, ok := p.RejectReason(r.Reason); ok {
		terms = append(terms, web.Term{Name: message.Say("referral_terms.reject_reason"), Value: reason.Name}, web.Term{Name: message.Say("referral_terms.now"), Value: italian.Upper(italian.NextStep(reason.NextStep))})
	}
	return terms
}
