package catalogue

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// ReferForm refers the person to a partner.
type ReferForm struct {
	Agency  string `json:"agency" doc:"Code of the partner's agency"`
	Purpose string `json:"purpose" doc:"Code of the area of need that it is for"`
	Notice  bool   `json:"notice_given" doc:"The person was given the privacy notice for this referral; required"`
	Seen    string `json:"seen" doc:"Digest of the disclosure that the sender saw, from GET .../disclosures/{agency}"`
	Consent bool   `json:"consent,omitempty" doc:"The person consents to this partner being given these data for this purpose: asked for where the partner acts independently, unless it is in force"`
	Note    string `json:"note,omitempty" maxLength:"4000" doc:"Free text; it stays in the case file"`
}

// maxDigest is how long the digest of a disclosure is at most.
const maxDigest = 64

// Refer refers the person to a partner. Consent, where its legal basis asks for
// one, and the disclosure are asked under lock.
var Refer = Operation[ReferForm]{
	Facts: Facts{
		Code: care.OpRefer, On: OnCase, Asks: []care.Role{care.DeskOperator, care.SocialWorker, care.Supervisor},
		Path: "referrals", Slug: "partner", Shown: AtHand, Gives: ToPartner, Offered: refers,
	},
	Check: func(form ReferForm, around Around) []care.Fault {
		var f care.Faults
		f.Add(form.Agency != "", "agency", care.RuleRequired)
		if form.Agency != "" {
			agency, ok := around.Agency(form.Agency)
			f.Add(ok, "agency", care.RuleUnknownCode)
			f.Add(!ok || agency.Reachable(), "agency", care.RuleUnreachable)
			f.Add(!ok || agency.Kind != care.KindCPI, "agency", care.RuleUseCPI)
		}
		f.Add(form.Purpose != "", "purpose", care.RuleRequired)
		f.Add(form.Purpose == "" || len(around.NeedAreas([]string{form.Purpose})) == 1, "purpose", care.RuleUnknownCode)
		f.Add(form.Notice, "notice_given", care.RuleNotice)
		f.Add(form.Seen != "", "seen", care.RuleRequired)
		f.Text("seen", form.Seen, maxDigest)
		f.Note("note", form.Note)
		return f
	},
	Answer: func(form ReferForm) care.Answer {
		return care.Answer{Agency: care.Code(form.Agency), Matter: care.Code(form.Purpose)}
	},
	Example: func(w World) ReferForm {
		form := ReferForm{Agency: w.partner(), Purpose: w.need(), Notice: true, Seen: exampleText, Consent: w.Rand.IntN(2) == 0}
		if w.Seen != nil {
			form.Seen = w.Seen(form.Agency, form.Purpose)
		}
		return form
	},
}

// refers says whether the person may be referred to a partner: where branches
// begin, and at the desk's orientation, which a referral ends.
func refers(file ledger.Case) bool {
	return branching(file) || slices.ContainsFunc(file.Tasks, func(t ledger.Task) bool { return t.Kind == care.Orientation && t.State.Open() })
}
