package walk

import (
	"context"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
)

// What life does to a path, and partners on the side.

// ClosedEarly closes the case from wherever it stands, with the approval that the zone
// may ask for.
func ClosedEarly(outcome string) Step {
	asks := asked(func(ctx context.Context, by *client.Client, p *Person) (client.Command, error) {
		return by.Do(ctx, catalogue.Close.Command("", p.CaseID, catalogue.EarlyClosure{Outcome: outcome, Note: "Chiusura di prova"}))
	})
	return func(ctx context.Context, p *Person) error {
		if err := asks(ctx, p); err != nil {
			return err
		}
		return approved(ctx, p, outcome, true)
	}
}

// approved approves a closure, where that is asked.
func approved(ctx context.Context, p *Person, outcome string, early bool) error {
	if _, asked := actors.Approver(p.Town.Policy, care.Code(outcome), early); !asked {
		return nil
	}
	return Done(care.ClosureApproval, care.Completion{Outcome: care.Approved})(ctx, p)
}

// PartnerMoved records what a partner of a kind says by telephone.
func PartnerMoved(kind care.AgencyKind, op care.Operation) Step {
	return func(ctx context.Context, p *Person) error {
		return Moved(p.Town.Partner(kind), op, catalogue.ReferralMoveForm{})(ctx, p)
	}
}
