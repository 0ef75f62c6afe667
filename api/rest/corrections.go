package rest

import (
	"context"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// registerCorrections registers what was corrected of a person.
func registerCorrections(a *API) {
	register(a, query("/case-files/{id}/corrections", "list-corrections", tagCases, "What was corrected of the person of a case file",
		"With what was there before, who, when and why; the latest first."),
		func(ctx context.Context, who care.Staff, in *IDInput) (*listOutput[ledger.Correction], error) {
			list, err := a.records.Corrections(ctx, who, in.ID)
			return whole(list, err, func(c ledger.Correction) ledger.Correction { return c })
		})
}
