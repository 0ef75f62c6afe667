package steps

import (
	"slices"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
	"percorso/internal/postgres/concerned"
)

// links is how a partner without accounts is asked.
type links struct{ *writer }

// invite makes a one-time link for a partner's task, and mails it to the
// partner's registered address. The link is signed when the mail is sent. It is good
// for as long as the zone says, and until the term of what it is for.
func (w *links) invite(partner care.Agency, kind care.TaskKind, task, referral string, term time.Time) {
	link := ledger.DerivedID(task, "link "+w.step.Entry.ID)
	w.queue(`INSERT INTO link (id, case_id, run_id, zone, agency, referral_id, task_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		link, w.caseID(), w.step.Run, w.run.Zone, partner.Code, referral, task, w.step.At, latest(w.policy.Due(care.DeadlinePartnerLink, w.step.At), term))
	template := "partner_request"
	if kind == care.ReferralOutcome {
		template = "partner_outcome"
	}
	w.queue(`INSERT INTO mail (id, run_id, case_id, template, link, recipient, created_at, next_try)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING`,
		ledger.DerivedID(link, "mail"), w.step.Run, w.caseID(), template, ledger.Invitation+link, partner.Email, w.step.At)
	w.moment("link_sent", partner.Code)
}

// inviteAgain reminds a partner whose task is still open, with a new link, and says whether that
// reaches it: of a protected person nothing is mailed, and its mail may come back. byLink is
// false where it is no partner's that answers so.
func (w *links) inviteAgain(t postgres.TaskRow) (byLink, reached bool, err error) {
	referral, to, err := t.AskedOf(w.ctx, w.tx)
	partner, byLink := w.policy.PartnerByLink(to)
	if err != nil || !byLink {
		return byLink, false, err
	}
	var knows bool
	err = w.tx.QueryRow(w.ctx, `SELECT may_know($1, $2), mail_returns($3, $4) IS NULL`, w.caseID(), to, partner.Email, w.step.At).Scan(&knows, &reached)
	if reached = reached && knows; knows {
		w.invite(partner, t.Kind, t.ID, referral, latest(w.step.At, *t.EscalateAt))
	}
	if reached {
		w.moment("reminder_sent", string(t.Kind))
	} else {
		w.moment("reminder_unsent", string(t.Kind))
	}
	return true, reached, err
}

// tellConcerned tells the other agencies that something is over for them: the case ends a
// branch, or with it a task of its own run, as another zone's approval of its closure; who
// sent a referral withdraws it; or the consent that it stood on is withdrawn.
func tellConcerned(w *writer) error {
	e := w.step.Effects
	withdrawn := slices.ContainsFunc(e.Referrals, func(r ledger.ReferralChange) bool { return r.State == care.ReferralWithdrawn })
	if w.run.Kind == care.RunEquipe && e.Ending != "" {
		if err := concerned.Invited(w.ctx, w.tx, w.step.Run, w.step.At); err != nil {
			return err
		}
	}
	ends := w.run.Kind == care.RunCase && (w.step.State.Interrupt != nil || e.Closure != "")
	if !withdrawn && !ends && (w.step.Entry.Answer.Operation != care.OpEnd || e.Ending == "") {
		return nil
	}
	ending := concerned.Ending{Case: w.caseID(), Run: w.step.Run, Zone: w.run.Zone, Cause: w.step.Entry.ID, By: w.entry.Agency, Done: w.step.Entry.Target}
	return ending.Tell(w.ctx, w.tx, &w.batch, w.policy, w.step, w.moment)
}
