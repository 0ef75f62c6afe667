package rest

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

type disclosureJSON struct {
	Agency         string          `json:"agency"`
	LegalBasis     care.LegalBasis `json:"legal_basis" enum:"public_task,consent"`
	ConsentInForce bool            `json:"consent_in_force" doc:"Whether the consent that the basis asks for is given; true where it asks for none"`
	Snapshot       ledger.Snapshot `json:"snapshot" doc:"Exactly what the agency would get of the person"`
	Digest         string          `json:"digest" doc:"Of the snapshot: the referral gives it back as seen"`
}

func disclosureOf(d ledger.Disclosure) disclosureJSON {
	j := disclosureJSON{Agency: d.Agency, LegalBasis: d.LegalBasis, ConsentInForce: d.Consent, Snapshot: d.Snapshot, Digest: d.Digest}
	j.Snapshot.Languages, j.Snapshot.Needs = orEmpty(j.Snapshot.Languages), orEmpty(j.Snapshot.Needs)
	return j
}

type disclosureInput struct {
	IDInput
	Agency  string `path:"agency" pattern:"^[a-z][a-z0-9_]{0,99}$" doc:"Code of the agency"`
	Purpose string `query:"purpose" pattern:"^[a-z][a-z0-9_]{0,99}$" doc:"Code of the area of need that it would be for; left out: what the employment centre gets for a placement"`
}

// registerPartners registers what is sent to partners, and the consent for it.
func (a *API) registerPartners() {
	register(a, query("/case-files/{id}/disclosures/{agency}", "preview-disclosure", tagReferrals, "What an agency would get of a person",
		"For the sender to see before anything is sent; nothing is sent by it. The read is recorded."),
		func(ctx context.Context, who care.Staff, in *disclosureInput) (*output[disclosureJSON], error) {
			d, err := a.records.Disclosure(ctx, who, in.ID, in.Agency, in.Purpose)
			return one(d, err, disclosureOf)
		})
}
