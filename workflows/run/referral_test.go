package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// about is an entry that moves the referral of a point, or completes its task.
func about(point string, op care.Operation) ledger.Entry {
	return ledger.Entry{ID: "command " + point + string(op), Target: taskAt(point), Answer: care.Answer{Operation: op}}
}

func TestReferralIsNeverLeftUnanswered(t *testing.T) {
	sends := func(r *Run) (care.Code, error) {
		if _, err := r.Opening(); err != nil {
			return "", err
		}
		f, err := r.Refer("referral", "first agency", "")
		if err != nil {
			return "", err
		}
		return care.Code(string(f.State()) + " by " + string(f.Agency())), nil
	}
	const first, second = "referral/to/0", "referral/to/0/to/4"
	elsewhere := about(first, care.OpRedirect)
	elsewhere.Answer.Agency = "second agency"
	tr := newTrial(t, &scripted{}).bring(time.Hour, opens).
		bring(2*time.Hour, about(first, care.OpAcknowledge)).
		bring(3*time.Hour, about(first, care.OpHold)).
		bring(4*time.Hour, about(first, care.OpAccept)). // not before what was asked is there
		bring(5*time.Hour, about(first+"/supply/1", care.OpComplete)).
		bring(6*time.Hour, elsewhere).
		bring(7*time.Hour, about(first, care.OpReject)). // it is no longer theirs
		bring(8*time.Hour, about(second, care.OpAcknowledge)).
		bring(9*time.Hour, about(second, care.OpAccept))
	tr.walks(sends).ends()
	require.Equal(t, []bool{true, true, true, false, true, true, false, true, true}, tr.taken())
	var moved []ledger.ReferralChange
	for _, step := range tr.store.steps {
		if step.Taken {
			moved = append(moved, step.Effects.Referrals...)
		}
	}
	require.Equal(t, []ledger.ReferralChange{
		{ID: taskAt(first), State: care.ReferralRequested, Agency: "first agency"},
		{ID: taskAt(first), State: care.ReferralReceived},
		{ID: taskAt(first), State: care.ReferralOnHold},
		{ID: taskAt(first), State: care.ReferralReceived},
		{ID: taskAt(first), State: care.ReferralRedirected},
		{ID: taskAt(second), State: care.ReferralRequested, Agency: "second agency", From: taskAt(first)},
		{ID: taskAt(second), State: care.ReferralReceived},
		{ID: taskAt(second), State: care.ReferralAccepted},
	}, moved)
	require.EqualValues(t, "accepted by second agency", tr.store.steps[8].Effects.Ending)
}
