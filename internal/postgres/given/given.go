// Package given reads to whom an answer gives data of a person, for which purposes.
package given

import (
	"context"
	"encoding/json"
	"slices"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/standing"
)

// Asked is an answer, with what it is about.
type Asked struct {
	Case   string // its opaque id
	Policy care.Policy
	Answer care.Answer
	Run    string
	Target string        // the referral that it moves
	Kind   care.TaskKind // of the task that it completes
}

// To lists what the answer gives to other agencies: what it says itself, and what follows
// from a referral that is redirected or sent again, or from a plan that the person agrees to.
func To(ctx context.Context, tx postgres.Tx, a Asked) (list []crossing.Crossing, err error) {
	list = crossing.Of(a.Policy, a.Answer)
	switch outcome := a.Answer.Outcome; {
	case a.Answer.Operation == care.OpRedirect:
		err = tx.QueryRow(ctx, `SELECT share_purposes(s) FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = $1`, a.Target).Scan(&list[0].Purposes)
	case a.Answer.Operation != care.OpComplete:
	case a.Kind == care.NextStepAfterRejection && outcome == care.Resubmit && ledger.KindOf(a.Run) == care.RunPlacement:
		list = append(list, crossing.Placement(a.Policy, "outcome"))
	case a.Kind == care.NextStepAfterRejection && outcome == care.Resubmit: // to whom it was first sent
		again := crossing.Crossing{Field: "outcome"}
		err = tx.QueryRow(ctx, `SELECT agency, purposes_of('referral', to_jsonb(needs)) FROM run WHERE id = $1`, a.Run).Scan(&again.Agency, &again.Purposes)
		list = append(list, again)
	case outcome == care.ToEquipe || outcome == care.Revise:
		var kind care.EquipeKind
		if kind, err = last(ctx, tx, a.Case); err == nil {
			list = append(list, crossing.Invitations(a.Policy, kind, "outcome")...)
		}
	case a.Kind == care.PlanAgreement && outcome == care.Agreed:
		var plan ledger.PlanContent
		plan, err = standing.Plan(ctx, tx, `run_id = $1 AND state IN ('proposed', 'signed_off')`, a.Run)
		for _, action := range plan.Actions {
			if action.Send {
				list = append(list, crossing.Crossing{Field: "consents", Agency: action.Agency, Purposes: crossing.Purposes(crossing.ForReferral, plan.NeedsAt(action.Agency))})
			}
		}
	}
	return list, err
}

// last is the kind of équipe that a case goes back to.
func last(ctx context.Context, tx postgres.Tx, caseID string) (kind care.EquipeKind, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce((SELECT kind FROM equipe WHERE case_id = $1 ORDER BY convened_at DESC LIMIT 1), $2)`, caseID, care.BetweenAgencies).Scan(&kind)
	return kind, err
}

// Said is what the form by which the data are given says of the person's consent.
func Said(a care.Answer, form []byte) (said crossing.Said, err error) {
	if !asked(a) || len(form) == 0 {
		return said, nil
	}
	err = json.Unmarshal(form, &said)
	return said, err
}

// Field is the field of the form that a missing consent is a fault of.
func Field(a care.Answer, gives string) string {
	if !asked(a) {
		return gives
	}
	return Consents(a)
}

// Consents is the field of the form in which the person consents.
func Consents(a care.Answer) string {
	if a.Operation == care.OpRefer || a.Operation == care.OpRedirect { // to one agency
		return "consent"
	}
	return "consents"
}

// convening are the outcomes of tasks that convene an équipe.
var convening = []care.Code{care.ToEquipeBetween, care.ToEquipeWithin, care.ToEquipe, care.Revise}

// asked says whether the form by which data are given asks for consent itself.
func asked(a care.Answer) bool {
	return a.Operation == care.OpRefer || a.Operation == care.OpRedirect || a.Operation == care.OpConvene ||
		a.Operation == care.OpComplete && (a.Outcome == care.Agreed || slices.Contains(convening, a.Outcome))
}

// Agreed lists what the person consents to with the form by which the data are given.
func Agreed(ctx context.Context, tx postgres.Tx, a Asked, form []byte) (consents []crossing.Consent, err error) {
	said, err := Said(a.Answer, form)
	if err != nil || !said.Agrees && len(said.Agreed) == 0 {
		return nil, err
	}
	list, err := To(ctx, tx, a)
	for _, c := range list {
		if agency, known := a.Policy.Agency(c.Agency); !known || agency.LegalBasis() != care.Consent || !said.To(c.Agency) {
			continue
		}
		for _, purpose := range c.Purposes {
			if said := (crossing.Consent{Agency: c.Agency, Purpose: purpose}); !slices.Contains(consents, said) {
				consents = append(consents, said)
			}
		}
	}
	return consents, err
}
