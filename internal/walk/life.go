package walk

import (
	"context"
	"slices"

	"percorso/internal/actors"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
	"percorso/internal/crossing"
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

// Reopened reopens the case, once its closure is through.
func Reopened(stage care.Stage) Step {
	return func(ctx context.Context, p *Person) error {
		by := p.Town.Staff[care.SocialWorker]
		err := Await(ctx, "the end of the case", func() (bool, error) {
			file, err := by.CaseFile(ctx, p.CaseID)
			return file.Stage == care.StageClosed, err
		})
		if err != nil {
			return err
		}
		return p.did(by.Do(ctx, catalogue.Reopen.Command("", p.CaseID, catalogue.ReopenForm{Stage: stage, Note: "La persona è tornata (prova)"})))
	}
}

// Suspended suspends the case for so many days.
func Suspended(days int, reason string) Step {
	return asked(func(ctx context.Context, by *client.Client, p *Person) (client.Command, error) {
		return by.Do(ctx, catalogue.Suspend.Command("", p.CaseID, catalogue.SuspendForm{Until: Days(days), Reason: reason, Note: "Sospensione di prova"}))
	})
}

// TransferAsked asks the next of the other zones to take the case over.
var TransferAsked = asked(func(ctx context.Context, by *client.Client, p *Person) (client.Command, error) {
	zones := p.Town.Zones
	to := zones[(slices.Index(zones, p.Town.Policy.Zone)+1)%len(zones)]
	return by.Do(ctx, catalogue.Transfer.Command("", p.CaseID, catalogue.TransferForm{Zone: to, Notice: true, Note: "Trasloco di prova"}))
})

// Consented records that the person consents to a private partner being given what a
// referral for work needs.
var Consented = asked(func(ctx context.Context, by *client.Client, p *Person) (client.Command, error) {
	return by.Do(ctx, catalogue.Consent.Command("", p.CaseID, crossing.ConsentForm{Agency: p.Town.Partner(care.KindThirdSector), Purpose: "labour", Note: "Modulo di prova"}))
})

// Referred refers the person to a partner of a kind, once the sender has seen
// what the partner would get.
func Referred(kind care.AgencyKind) Step {
	return asked(func(ctx context.Context, by *client.Client, p *Person) (client.Command, error) {
		agency := p.Town.Partner(kind)
		seen, err := by.Disclosure(ctx, p.CaseID, agency, "labour")
		if err != nil {
			return client.Command{}, err
		}
		form := catalogue.ReferForm{Agency: agency, Purpose: "labour", Notice: true, Seen: seen.Digest, Note: "Invio di prova"}
		return by.Do(ctx, catalogue.Refer.Command("", p.CaseID, form))
	})
}

// PartnerMoved records what a partner of a kind says by telephone.
func PartnerMoved(kind care.AgencyKind, op care.Operation) Step {
	return func(ctx context.Context, p *Person) error {
		return Moved(p.Town.Partner(kind), op, catalogue.ReferralMoveForm{})(ctx, p)
	}
}
