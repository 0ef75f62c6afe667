package steps

import (
	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/shares"
)

// referrals is what other agencies are asked to do.
type referrals struct{ *writer }

// write creates referrals with what their addressees may see, and moves them.
func (w *referrals) write() error {
	for _, r := range w.step.Effects.Referrals {
		if err := w.move(r); err != nil {
			return err
		}
		w.moment("referral_"+string(r.State), string(r.Reason))
	}
	return nil
}

// begun gives a partner what the sender has just seen, for the referral that the step opens.
func (w *referrals) begun() {
	for _, m := range w.step.Effects.Tell {
		if m.Answer.Operation == care.OpOpen && ledger.KindOf(m.Run) == care.RunReferral {
			w.give(m.Run, ledger.ReferralChange{Agency: m.Answer.Agency, Purpose: m.Answer.Matter}, nil)
		}
	}
}

// give gives an addressee what a referral to it needs; planned are the areas of the
// goals that a plan sends the person there for.
func (w *referrals) give(run string, r ledger.ReferralChange, planned []string) {
	agency := string(r.Agency)
	sharesOf(w.writer).Give(shares.Share{Run: run, Agency: agency, For: shares.Referral, Continues: r.From,
		Needs: crossing.Referral(w.policy.Policy, agency, string(r.Purpose), planned)})
}

func (w *referrals) move(r ledger.ReferralChange) error {
	if r.State == care.ReferralRequested {
		var planned []string // what the branch was begun for
		if err := w.tx.QueryRow(w.ctx, `SELECT needs FROM run WHERE id = $1`, w.step.Run).Scan(&planned); err != nil {
			return err
		}
		w.give(w.step.Run, r, planned)
		w.queue(`INSERT INTO referral (id, run_id, case_id, zone, from_agency, to_agency, share_id, continues, purpose, state, requested_at, changed_at)
			SELECT $1, $2, $3, $4, f.agency, $5, s.id, nullif($6, '')::uuid, $9, $7, $8, $8
			FROM case_file f JOIN share s ON s.run_id = $2 AND s.agency = $5 WHERE f.id = $3 ON CONFLICT DO NOTHING`,
			r.ID, w.step.Run, w.caseID(), w.run.Zone, r.Agency, r.From, r.State, w.step.At, r.Purpose)
		if w.policy.LegalBasis(string(r.Agency)) == care.Consent {
			w.askForConsent(r.ID)
		}
		return nil
	}
	outcome := ""
	if r.State == care.ReferralCompleted || r.State == care.ReferralFailed {
		outcome = string(w.step.Entry.Answer.Outcome)
	}
	w.queue(`UPDATE referral SET state = $2, reason = $3, outcome = $6, changed_at = $4, note = coalesce(nullif($5::jsonb ->> 'note', ''), note)
		WHERE id = $1`, r.ID, r.State, r.Reason, w.step.At, postgres.OrNull(w.entry.Data), outcome)
	return nil
}

// askForConsent has a run withdraw a referral that it has just made, should the
// consent that it stands on have been withdrawn since somebody decided on it.
func (w *referrals) askForConsent(referral string) {
	id := ledger.DerivedID(w.step.Run, "without consent "+referral)
	w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
		SELECT $2, $3, $1, $4, '', $3, '', $5, '', $6, $7, clock_timestamp(), clock_timestamp()
		FROM referral r JOIN share s ON s.id = r.share_id WHERE r.id = $8 AND NOT stands_on_consent($1, s.agency, share_purposes(s)) ON CONFLICT DO NOTHING`,
		w.caseID(), id, w.step.Run, w.run.Zone, id, care.OpUnconsent, care.Answer{Operation: care.OpUnconsent, Case: w.step.Case}, referral)
	w.queue(`SELECT pg_notify($1, '')`, postgres.WakeChannel)
}
