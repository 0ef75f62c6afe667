package parts

import (
	"errors"
	"net/url"
	"slices"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/eligibility"
	"percorso/internal/italian"
)

// MissingNeed leads to where a need is added, where a form was refused since the case has
// none that it asks for, and back to the form at an address; nil: that is not why.
func MissingNeed(err error, caseID, back string) *web.Link {
	var refused *care.Refusal
	if !errors.As(err, &refused) || !slices.ContainsFunc(refused.Faults, func(f care.Fault) bool { return f.Rule == eligibility.RuleTakeOverNeed }) {
		return nil
	}
	return onTheWay(catalogue.AddNeed.Facts, caseID, back)
}

// WorkProfile leads to where more is said of a person's work before it is sent, and back.
func WorkProfile(caseID, back string) *web.Link {
	return onTheWay(catalogue.WorkProfile.Facts, caseID, back)
}

// onTheWay leads to the form of an operation, and back to an address.
func onTheWay(facts catalogue.Facts, caseID, back string) *web.Link {
	return &web.Link{
		URL:  "/fascicoli/" + caseID + "/" + facts.Slug + "?" + url.Values{ContinueTo: {back}}.Encode(),
		Text: italian.Operation(facts.Code),
	}
}
