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
	return &web.Link{
		URL:  "/fascicoli/" + caseID + "/" + catalogue.AddNeed.Slug + "?" + url.Values{ContinueTo: {back}}.Encode(),
		Text: italian.Operation(care.OpAddNeed),
	}
}
