package gates

import (
	"slices"

	"percorso/internal/care"
	"percorso/internal/postgres/locks"
)

// Of two things that are asked at the same moment, and of which one takes away what the
// other one is about, one is done. Whoever asked for the other is told what happened.

// toldToEnd refuses what somebody answers in a branch that is told to end: its case was
// closed, or what it is about was taken back, and its run has yet to hear of it. So is what
// a partner answers that stands on a consent which was withdrawn.
func (g *asked) toldToEnd() *care.Refusal {
	if g.byRun() || g.Kind == care.RunCase {
		return nil
	}
	agency := g.addressee()
	ends := func(told care.Answer) bool {
		return told.Operation == care.OpEnd || agency != "" && told.WithdrawnFrom(agency) && g.Policy.LegalBasis(agency) == care.Consent
	}
	if !slices.ContainsFunc(g.Told, ends) {
		return nil
	}
	refusal := &care.Refusal{Code: care.RefusedEnded, Operation: g.Entry.Answer.Operation}
	switch {
	case g.Addressee != "":
		refusal.Now = string(care.ReferralWithdrawn)
	case g.Task != nil:
		refusal.Now = string(care.TaskObsolete)
	}
	return refusal
}

// addressee is the agency whose referral the answer is about; empty: it is about none.
func (g *asked) addressee() string {
	if g.Task != nil {
		return g.Task.Agency
	}
	return g.Addressee
}

// takenElsewhere refuses to take back what another zone was asked, be it with the whole
// case, where that zone has accepted it, or is about to say what it decided.
func (g *asked) takenElsewhere() (*care.Refusal, error) {
	transfers := locks.TakenBack(g.Step.Step)
	if g.byRun() || len(transfers) == 0 {
		return nil, nil
	}
	var outcomes []care.Code
	var answered bool
	err := g.tx.QueryRow(g.ctx, `SELECT coalesce(array_agg(r.outcome) FILTER (WHERE r.ended_at IS NOT NULL), '{}'),
			coalesce(bool_or(r.ended_at IS NULL AND EXISTS (SELECT FROM task t JOIN command c ON c.target = t.id::text
				WHERE t.run_id = r.id AND t.ended_at IS NULL AND c.state = 'accepted' AND c.operation = 'complete' AND (c.caller = t.holder::text OR on_behalf(t.id, c.caller, c.created_at)))), false)
		FROM run r WHERE r.id = ANY ($1)`, transfers).Scan(&outcomes, &answered)
	refusal := &care.Refusal{Code: care.RefusedNotAwaited, Operation: g.Entry.Answer.Operation, Now: care.NowTransferred}
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(outcomes, care.Accepted):
		return refusal, nil
	case answered:
		refusal.Code = care.RefusedInFlight
		return refusal, nil
	case len(outcomes) > 0 && refusal.Operation == care.OpRecall: // it said no
		refusal.Now = string(outcomes[0])
		return refusal, nil
	}
	return nil, nil
}

// byRun says whether the entry is a run's own or another one's, and neither a member of
// staff's nor a partner's.
func (g *asked) byRun() bool { return g.machine() && !g.ByLink }
