package crossing

import (
	"slices"

	"percorso/internal/care"
)

// Said is what a form says of the person's consent, who was asked for each private agency
// by its name: to which they said yes, and to which no. With one box alone the form says
// it of the one agency that is to be asked for.
type Said struct {
	Agrees  bool     `json:"consent"`
	Agreed  []string `json:"consents"`
	LeftOut []string `json:"left_out"`
}

// Rules of what is said agency by agency.
const (
	RuleEach    = "consent_each"       // one box for several agencies
	RuleInForce = "consent_stands"     // no to what the person has consented to
	RuleBoth    = "consent_yes_and_no" // of the same agency
)

// To says whether the person consents to an agency.
func (s Said) To(agency string) bool { return s.Agrees || slices.Contains(s.Agreed, agency) }

// Yes says whether the person has consented to anything.
func (s Said) Yes() bool { return s.Agrees || len(s.Agreed) > 0 }

// Without says whether the person has said no to an agency, and is not sent there.
func (s Said) Without(agency string) bool { return slices.Contains(s.LeftOut, agency) }

// Faults says what is wrong with what was said. private are the agencies that are given
// data by consent, unasked those of them to which the person had not consented before.
func (s Said) Faults(private, unasked []string) []care.Fault {
	var f care.Faults
	f.Add(!s.Agrees || len(unasked) <= 1, "consents", RuleEach)
	for _, agency := range s.Agreed {
		f.Add(slices.Contains(private, agency), "consents", RuleNeedsNone)
	}
	for _, agency := range s.LeftOut {
		f.Add(slices.Contains(private, agency), "left_out", RuleNeedsNone)
		f.Add(!slices.Contains(private, agency) || slices.Contains(unasked, agency), "left_out", RuleInForce)
		f.Add(!s.To(agency), "left_out", RuleBoth)
	}
	return f
}

// Agencies are those that some consents are to, each once.
func Agencies(list []Consent) (agencies []string) {
	for _, c := range list {
		if !slices.Contains(agencies, c.Agency) {
			agencies = append(agencies, c.Agency)
		}
	}
	return agencies
}

// Check checks a list of codes of the zone's agencies.
func Check(f *care.Faults, p care.Policy, field string, list []string) {
	for i, code := range list {
		_, known := p.Agency(code)
		f.Add(known, field, care.RuleUnknownCode)
		f.Add(!slices.Contains(list[:i], code), field, care.RuleDuplicate)
	}
}
