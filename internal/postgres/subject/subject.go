// Package subject locks what an entry is about, and says whether its author may do that now.
package subject

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/postgres"
)

// Subject is the task or referral that an entry is about, locked.
type Subject struct {
	Task     *postgres.TaskRow
	Referral *Referral
	Answer   *postgres.TaskRow // the addressee's open task to answer the referral
	away     *postgres.Away    // who holds the one or the other; nil: they are there
}

// Referral is the one that it moves.
type Referral struct {
	State      care.ReferralState `db:"state"`
	From       string             `db:"from_agency"`
	To         string             `db:"to_agency"`
	Redirected bool               `db:"redirected"` // to its addressee, by another
}

// Queue asks for the task that is completed, or else for the referral that is moved.
func (s *Subject) Queue(b *pgx.Batch, step ledger.Step) {
	if step.Entry.Answer.Operation == care.OpComplete {
		postgres.QueuePointer(b, &s.Task, `SELECT `+postgres.TaskColumns+` FROM task t WHERE id = $1 FOR UPDATE OF t`, step.Entry.Target)
		postgres.QueuePointer(b, &s.away, postgres.SelectAway, step.Entry.Target, step.At)
		return
	}
	postgres.QueuePointer(b, &s.Answer, `SELECT `+postgres.TaskColumns+` FROM task t
		WHERE run_id = $2 AND referral_id = $1 AND kind = 'referral_answer' AND `+postgres.TaskOpen+` FOR UPDATE OF t`, step.Entry.Target, step.Run)
	postgres.QueuePointer(b, &s.away, `SELECT h.last_day, h.substitute::text FROM task t, holder_away(t.id, $3) h
		WHERE t.run_id = $2 AND t.referral_id = $1 AND t.kind = 'referral_answer' AND t.state = 'reserved'`, step.Entry.Target, step.Run, step.At)
	postgres.QueuePointer(b, &s.Referral, `SELECT state, from_agency, to_agency, continues IS NOT NULL AS redirected FROM referral WHERE id = $1 FOR NO KEY UPDATE`, step.Entry.Target)
}

// Permits asks, under lock, whether a member of staff may do this now. What the rows
// say may differ from what the API saw when it accepted the command.
func (s *Subject) Permits(e ledger.Entry, who care.Staff) *care.Refusal {
	if s.Task != nil {
		s.Task.Away = s.away
		if !s.Task.State.Open() {
			return &care.Refusal{Code: care.RefusedNotAwaited}
		}
		if s.Task.State == care.TaskReady && !s.Task.Actors().Claimable(who) {
			return &care.Refusal{Code: care.RefusedForbidden, Role: s.Task.Role} // to claim it first is nothing that they could do
		}
		return s.Task.HeldBy(who)
	}
	if s.Referral == nil {
		return nil // about the run itself: who may ask was checked when it was accepted
	}
	move, ok := s.Referral.State.Move(e.Answer.Operation)
	switch {
	case !ok:
		return &care.Refusal{Code: care.RefusedNotAwaited}
	case move.By == care.Sender:
		if who.Agency != s.Referral.From {
			return &care.Refusal{Code: care.RefusedForbidden}
		}
	case s.Answer == nil:
		return &care.Refusal{Code: care.RefusedNotAwaited}
	case s.Answer.Agency != who.Agency || s.Answer.Role != who.Role:
		// The addressee answers through its task, which the supervisor may have given to a colleague.
		return &care.Refusal{Code: care.RefusedForbidden, Role: s.Answer.Role}
	case s.Answer.State == care.TaskReserved:
		s.Answer.Away = s.away
		return s.Answer.HeldBy(who)
	}
	return nil
}

// Foreign refuses who is of none of the two agencies that a referral is between, or of the
// wrong one: what the referral waits for is then nothing that they could do. Who answers is the
// addressee's own staff, but for a partner that has none here: of it the sender records it.
func (s *Subject) Foreign(e ledger.Entry, who care.Staff, p care.Policy) *care.Refusal {
	if s.Referral == nil {
		return nil
	}
	addressee, _ := p.Agency(s.Referral.To)
	i := slices.IndexFunc(care.ReferralMoves, func(m care.ReferralMove) bool { return m.Operation == e.Answer.Operation })
	switch {
	case i < 0:
	case care.ReferralMoves[i].By == care.Sender && who.Agency != s.Referral.From,
		care.ReferralMoves[i].By == care.Addressee && !addressee.ByLink() && who.Agency != s.Referral.To:
		return &care.Refusal{Code: care.RefusedForbidden}
	}
	return nil
}

// Behalf is the task that somebody works in the place of who holds it, once that was
// permitted; nil: they work none so.
func (s *Subject) Behalf(who care.Staff) *postgres.TaskRow {
	for _, t := range []*postgres.TaskRow{s.Task, s.Answer} {
		if t != nil && t.Actors().OnBehalf(who) {
			return t
		}
	}
	return nil
}
