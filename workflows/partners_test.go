package workflows_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/health"
	"percorso/internal/ledger"
)

// refers sends the person to a partner, having seen what is disclosed.
func (w *casework) refers(agency string) ledger.Command {
	w.Helper()
	seen, err := w.records.Disclosure(context.Background(), w.as(care.SocialWorker), w.id, agency, "school")
	require.NoError(w, err)
	form := catalogue.ReferForm{Agency: agency, Purpose: "school", Notice: true, Seen: seen.Digest}
	require.Empty(w, catalogue.Refer.Check(form, w.around()))
	return w.ask(care.SocialWorker, catalogue.Refer.Command("", w.id, form))
}

// consents has the person consent to private partners.
func (w *casework) consents() {
	w.Helper()
	for _, agency := range []string{"terzo_settore", "centri_sociali"} {
		w.asks(care.SocialWorker, catalogue.Consent.Command("", w.id, crossing.ConsentForm{Agency: agency, Purpose: "school"}))
	}
}

func (w *casework) withdrawsConsent() {
	w.Helper()
	w.asks(care.SocialWorker, catalogue.WithdrawConsent.Command("", w.id, crossing.WithdrawalForm{}))
}

// answered moves a referral of a partner without accounts, as its sender's side
// records what the partner says.
func (w *casework) answered(agency string, op care.Operation, form catalogue.ReferralMoveForm) {
	w.Helper()
	cmd := w.move(care.SocialWorker, w.referralTo(agency), op, form)
	require.Equal(w, ledger.CommandWorked, cmd.State, "%s: %v", op, cmd.Refusal)
}

func TestReferralToAPartner(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		require.Equal(t, ledger.CommandWorked, w.refers("cpia").State, "the desk's work is done with a referral as well")
		w.waits(care.ReferralAnswer)
		w.answered("cpia", care.OpAcknowledge, catalogue.ReferralMoveForm{})
		w.answered("cpia", care.OpHold, catalogue.ReferralMoveForm{Note: "Prova"})
		w.does(care.SupplyInformation, care.Completion{Outcome: care.Supplied, Note: "Prova"})
		w.answered("cpia", care.OpAccept, catalogue.ReferralMoveForm{})
		w.does(care.ReferralOutcome, care.Completion{Outcome: care.Completed})
		w.isReferred(care.ReferralCompleted)
		require.Equal(t, care.Completed, w.branch(care.RunReferral).Outcome)
		require.Equal(t, care.StageFollowUp, w.file().Stage)
	})
}

// A course that was accepted until June is asked about after it.
func TestAPartnerSaysWhenItTakesPlace(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		require.Equal(t, ledger.CommandWorked, w.refers("cpia").State)
		w.answered("cpia", care.OpAcknowledge, catalogue.ReferralMoveForm{})
		starts, ends := care.DateOf(w.now()), care.DateOf(at(t, "2027-06-15 00:00"))
		w.answered("cpia", care.OpAccept, catalogue.ReferralMoveForm{Starts: starts, Ends: ends})
		w.waits(care.ReferralOutcome)
		require.Empty(t, w.mails()["partner_outcome"])
		w.passes(150 * day) // 10 June
		require.Empty(t, w.mails()["partner_outcome"])
		w.passes(7 * day)
		require.Equal(t, []string{"cpia.prato@partner.example"}, w.mails()["partner_outcome"])
		require.Equal(t, health.Planned, w.file().Waiting.Health)
	})
}

func TestReferralRejectedAndSentElsewhere(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.refers("cpia")
		w.answered("cpia", care.OpReject, catalogue.ReferralMoveForm{Reason: "not_competent"})
		w.does(care.NextStepAfterRejection, care.Completion{Outcome: care.Resubmit, Note: "Prova"})
		w.answered("cpia", care.OpRedirect, catalogue.ReferralMoveForm{Agency: "asl"})
		w.answered("asl", care.OpAcknowledge, catalogue.ReferralMoveForm{})
		w.answered("asl", care.OpAccept, catalogue.ReferralMoveForm{})
		w.does(care.ReferralOutcome, care.Completion{Outcome: care.Failed, Reason: "person_absent"})
		w.isReferred(care.ReferralRejected, care.ReferralRedirected, care.ReferralFailed)
		all := w.referrals()
		require.Equal(t, all[1].ID, all[2].Continues, "the origin sees the end")
	})
}

func TestReferralToAPrivatePartnerStandsOnConsent(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.refused(care.RefusedInvalid, w.refers("terzo_settore"))
		w.consents()
		require.Equal(t, ledger.CommandWorked, w.refers("terzo_settore").State)
		require.Equal(t, ledger.CommandWorked, w.refers("cpia").State)
		require.Equal(t, ledger.CommandWorked, w.refers("centri_sociali").State)
		w.answered("centri_sociali", care.OpAcknowledge, catalogue.ReferralMoveForm{})
		w.answered("centri_sociali", care.OpAccept, catalogue.ReferralMoveForm{})
		require.Equal(t, care.Consent, w.referralTo("terzo_settore").LegalBasis)

		stand := func(third, social care.ReferralState) {
			states := map[string]care.ReferralState{}
			for _, f := range w.referrals() {
				states[f.ToAgency] = f.State
			}
			require.Equal(t, map[string]care.ReferralState{"terzo_settore": third, "centri_sociali": social, "cpia": care.ReferralRequested}, states)
		}
		w.asks(care.SocialWorker, catalogue.WithdrawConsent.Command("", w.id, crossing.WithdrawalForm{Agency: "terzo_settore"}))
		stand(care.ReferralWithdrawn, care.ReferralInProgress)
		w.withdrawsConsent()
		stand(care.ReferralWithdrawn, care.ReferralWithdrawn)
		require.Nil(t, w.file().Consent)
		w.refused(care.RefusedInvalid, w.refers("terzo_settore"))
		w.waits(care.ReferralAnswer, care.DecideNext) // what is next is asked once
		require.Equal(t, care.ConsentOver, w.task(care.DecideNext).Reason)
	})
}

func TestReferralIsNotSentAgainWithoutConsent(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.consents()
		w.refers("terzo_settore")
		w.answered("terzo_settore", care.OpReject, catalogue.ReferralMoveForm{Reason: "not_competent"})
		w.withdrawsConsent()
		again := care.Completion{Outcome: care.Resubmit, Note: "Prova"}
		role, cmd := w.completion(care.NextStepAfterRejection, again)
		refused := w.ask(role, cmd)
		w.refused(care.RefusedInvalid, refused)
		require.Equal(t, []care.Fault{{Field: "outcome", Rule: care.RuleConsent}}, refused.Refusal.Faults)
		w.consents()
		w.does(care.NextStepAfterRejection, again)
		require.Equal(t, care.ReferralRequested, w.referralTo("terzo_settore").State)
	})
}

// Between a decision and what comes of it the person may change their mind.
func TestReferralThatLostItsConsentOnTheWay(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		w.consents()
		seen, err := w.records.Disclosure(context.Background(), w.as(care.SocialWorker), w.id, "terzo_settore", "school")
		require.NoError(t, err)
		form := catalogue.ReferForm{Agency: "terzo_settore", Purpose: "school", Notice: true, Seen: seen.Digest}
		cmd := w.accept(care.SocialWorker, catalogue.Refer.Command("", w.id, form))
		w.carrier.(*play).update(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}) // and its branch has not begun
		w.withdrawsConsent()
		w.isReferred(care.ReferralWithdrawn)
		require.Equal(t, care.ReferralEnded, w.branch(care.RunReferral).Outcome)
	})
}

func TestReferralRefusedWhenTheDataChanged(t *testing.T) {
	inSkippedTime(t, func(w *casework) {
		w.reaches(care.Orientation)
		form := catalogue.ReferForm{Agency: "cpia", Purpose: "school", Notice: true, Seen: "something else"}
		cmd := w.ask(care.SocialWorker, catalogue.Refer.Command("", w.id, form))
		w.refused(care.RefusedInvalid, cmd)
		require.Equal(t, []care.Fault{{Field: "seen", Rule: care.RuleSeen}}, cmd.Refusal.Faults)
		w.waits(care.Orientation)
	})
}
