package steps

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/standing"
)

// shares is what other agencies are given of the person.
type shares struct{ *writer }

// referrals is what they are asked to do.
type referrals struct{ *writer }

// links is how a partner without accounts is asked.
type links struct{ *writer }

// What a share is for.
const (
	forReferral    = "referral"
	forAppointment = "appointment"
	forEquipe      = "equipe"
	forTransfer    = "transfer"
)

// share is what another agency is given of a person, on a run.
type share struct {
	run, zone, agency string
	purpose           string
	area              string // of need, that it is limited to; empty: all
}

// give copies for another agency what it may see of the person, with the legal
// basis on which it may. The case's own agency needs none, unless it is referred
// to. A private member of an équipe gets it with the person's consent alone, and
// a private partner whose consent was withdrawn on the way gets nothing.
func (w *shares) give(s share) {
	w.queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
		SELECT $1, $2, $3, $4, $5, $6, $7, CASE WHEN $7 <> 'referral' OR given THEN disclosure($2, $6, $8) ELSE '{}' END, $9, f.notice_version
		FROM case_file f, LATERAL (SELECT $6 <> 'consent' OR EXISTS (SELECT FROM consent c WHERE c.case_id = $2 AND c.withdrawn_at IS NULL)) AS ground (given)
		WHERE f.id = $2 AND (f.agency <> $5 OR $7 = 'referral') AND ($7 <> 'equipe' OR given)
		ON CONFLICT DO NOTHING`,
		ledger.DerivedID(s.run, "share "+s.agency), w.caseID(), s.run, s.zone, s.agency, w.policy.LegalBasis(s.agency), s.purpose, s.area, w.step.At)
}

// transferred gives another zone's agency what it decides a transfer by:
// the person, the active plan, and why the transfer is asked.
func (w *shares) transferred(zone, agency string) {
	w.queue(`INSERT INTO share (id, case_id, run_id, zone, agency, legal_basis, purpose, snapshot, shared_at, notice_version)
		SELECT $1, $2, $3, $4, $5, $6, $7, disclosure($2, $6, '') || jsonb_build_object(
				'plan', (SELECT content FROM plan WHERE case_id = $2 AND state = 'active'),
				'note', (SELECT data ->> 'note' FROM record WHERE case_id = $2 AND kind = 'transfer' ORDER BY created_at DESC LIMIT 1)),
			$8, f.notice_version FROM case_file f WHERE f.id = $2 ON CONFLICT DO NOTHING`,
		ledger.DerivedID(w.step.Run, "share "+agency), w.caseID(), w.step.Run, zone, agency, care.PublicTask, forTransfer, w.step.At)
}

// settle ends what was given of the person where its reason has ended
// with the step, and lets be seen again what stands again.
func (w *shares) settle() {
	later := w.policy.Due(care.DeadlineShareAfterEnd, w.step.At)
	cases := []string{w.caseID()}
	if kept := w.step.Effects.MergeInto; kept != "" {
		cases = append(cases, ledger.BareID(kept))
	}
	for _, id := range cases {
		w.queue(`SELECT settle_shares($1, $2, $3)`, id, w.step.At, later)
	}
}

// write creates referrals with what their addressees may see, and moves them.
func (w *referrals) write() error {
	for _, r := range w.step.Effects.Referrals {
		w.move(r)
		w.moment("referral_"+string(r.State), string(r.Reason))
	}
	return nil
}

func (w *referrals) move(r ledger.ReferralChange) {
	if r.State == care.ReferralRequested {
		w.shares.give(share{run: w.step.Run, zone: w.run.Zone, agency: string(r.Agency), purpose: forReferral, area: string(r.Purpose)})
		w.queue(`INSERT INTO referral (id, run_id, case_id, zone, from_agency, to_agency, share_id, continues, purpose, state, requested_at, changed_at)
			SELECT $1, $2, $3, $4, f.agency, $5, s.id, nullif($6, '')::uuid, $9, $7, $8, $8
			FROM case_file f JOIN share s ON s.run_id = $2 AND s.agency = $5 WHERE f.id = $3 ON CONFLICT DO NOTHING`,
			r.ID, w.step.Run, w.caseID(), w.run.Zone, r.Agency, r.From, r.State, w.step.At, r.Purpose)
		if w.policy.LegalBasis(string(r.Agency)) == care.Consent {
			w.askForConsent(r.ID)
		}
		return
	}
	outcome := ""
	if r.State == care.ReferralCompleted || r.State == care.ReferralFailed {
		outcome = string(w.step.Entry.Answer.Outcome)
	}
	w.queue(`UPDATE referral SET state = $2, reason = $3, outcome = $6, changed_at = $4, note = coalesce(nullif($5::jsonb ->> 'note', ''), note)
		WHERE id = $1`, r.ID, r.State, r.Reason, w.step.At, postgres.OrNull(w.entry.Data), outcome)
}

// askForConsent has a run withdraw a referral that it has just made, should the
// consent that it stands on have been withdrawn since somebody decided on it.
func (w *referrals) askForConsent(referral string) {
	id := ledger.DerivedID(w.step.Run, "without consent "+referral)
	w.queue(`INSERT INTO command (id, run_id, case_id, zone, agency, caller, role, key, digest, operation, answer, created_at, wake_at)
		SELECT $2, $3, $1, $4, '', $3, '', $5, '', $6, $7, clock_timestamp(), clock_timestamp() WHERE NOT `+standing.ConsentInForce+` ON CONFLICT DO NOTHING`,
		w.caseID(), id, w.step.Run, w.run.Zone, id, care.OpUnconsent, care.Answer{Operation: care.OpUnconsent, Case: w.step.Case})
	w.queue(`SELECT pg_notify($1, '')`, postgres.WakeChannel)
}

// referred gives a partner what the sender has just seen, for the
// referral that the step opens.
func (w *shares) referred() {
	for _, m := range w.step.Effects.Tell {
		if m.Answer.Operation == care.OpOpen && ledger.KindOf(m.Run) == care.RunReferral {
			w.give(share{run: m.Run, zone: w.run.Zone, agency: string(m.Answer.Agency), purpose: forReferral, area: string(m.Answer.Matter)})
		}
	}
}

// invite makes a one-time link for a partner's task, and mails it to the
// partner's registered address. The link is signed when the mail is sent.
func (w *links) invite(partner care.Agency, kind care.TaskKind, task, referral string) {
	link := ledger.DerivedID(task, "link "+w.step.Entry.ID)
	w.queue(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		link, w.caseID(), w.step.Run, w.run.Zone, partner.Code, referral, task, w.step.At, w.policy.Due(care.DeadlinePartnerLink, w.step.At))
	template := "partner_request"
	if kind == care.ReferralOutcome {
		template = "partner_outcome"
	}
	w.queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING`,
		ledger.DerivedID(link, "mail"), w.step.Run, w.caseID(), template, ledger.Invitation+link, partner.Email, w.step.At)
	w.moment("link_sent", partner.Code)
}

// inviteAgain reminds a partner whose task is still open, with a new link.
func (w *links) inviteAgain(t postgres.TaskRow) error {
	if t.Kind != care.ReferralAnswer && t.Kind != care.ReferralOutcome {
		return nil
	}
	type row struct {
		ID string `db:"id"`
		To string `db:"to_agency"`
	}
	r, err := postgres.One[row](w.ctx, w.tx, `SELECT r.id::text, r.to_agency FROM task t JOIN referral r ON r.id = t.referral_id WHERE t.id = $1`, t.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if partner, ok := w.policy.PartnerByLink(r.To); ok {
		w.invite(partner, t.Kind, t.ID, r.ID)
	}
	return nil
}
