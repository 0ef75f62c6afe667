// Package papers says which documents somebody has shown: their kind, number and last day.
package papers

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"percorso/internal/care"
)

// Paper is a document.
type Paper struct {
	Kind   string `json:"type" enum:"passport,identity_card,travel_document,consular,licence,other" doc:"consular: of a consulate, as an attestation of identity"`
	Number string `json:"number" maxLength:"50"`
	Until  string `json:"expires,omitempty" format:"date" doc:"Its last day; left out: it has none, or nobody asked"`
}

// Kinds lists the kinds of documents.
var Kinds = []string{"passport", "identity_card", "travel_document", "consular", "licence", "other"}

// Most is how many documents somebody has at most.
const Most = 8

const maxNumber = 50 // characters

// Check says what is wrong with some documents, in a field of that name. One that is over
// is one all the same, and none lasts longer than a permit may. now is in the zone's calendar.
func Check(field string, list []Paper, now time.Time) []care.Fault {
	var f care.Faults
	f.Add(len(list) <= Most, field, care.RuleTooMany)
	for i, p := range list {
		at := fmt.Sprintf("%s[%d].", field, i)
		f.Add(p.Kind != "", at+"type", care.RuleRequired)
		f.Add(p.Kind == "" || slices.Contains(Kinds, p.Kind), at+"type", care.RuleUnknownCode)
		f.Add(p.Number != "", at+"number", care.RuleRequired)
		f.Text(at+"number", p.Number, maxNumber)
		day, err := time.Parse(time.DateOnly, p.Until)
		plausible := err == nil && day.Year() > 1900 && (day.Before(now) || care.PermitLastDay.Broken(day, now) == "")
		f.Add(p.Until == "" || plausible, at+"expires", care.RuleImplausible)
		f.Add(!slices.ContainsFunc(list[:i], func(o Paper) bool { return o.Kind == p.Kind && o.Number == p.Number }), at+"number", care.RuleDuplicate)
	}
	return f
}

// Text is some documents as one text, as a correction keeps them; empty: there are none.
func Text(list []Paper) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // of texts alone
	return string(text)
}

// Read reads such a text. What is none gives no documents.
func Read(text string) (list []Paper) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}
