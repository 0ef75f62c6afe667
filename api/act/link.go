package act

import (
	"context"
	"errors"
	"slices"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// LinkMoves lists what a partner may do through a link as things stand: the
// moves of a referral's addressee but the redirection, or to say how it went.
func LinkMoves(link ledger.Link) []care.Operation {
	if link.Task == care.ReferralOutcome {
		return []care.Operation{care.OpComplete}
	}
	moves := []care.Operation{}
	for _, op := range []care.Operation{care.OpAcknowledge, care.OpAccept, care.OpReject, care.OpHold} {
		if _, ok := link.State.Move(op); ok {
			moves = append(moves, op)
		}
	}
	return moves
}

// ErrLinkUsed says that a link was used up, or settled, before the answer came.
var ErrLinkUsed = errors.New("the link was used, or nothing is asked any more")

// AnswerLink gives a partner's answer through a link that is good for one, and
// uses the link up: a move of the referral that it is about, or how that went.
//
// ErrLinkUsed: somebody was quicker, and nothing happened; where that was this
// very answer, as with a button pressed twice, both are answered alike. *care.Refusal: the
// form breaks a rule (the link is still good), or the path did not await the
// answer. The link comes back as it is after the answer, with the snapshot if
// that was the acknowledgement; an answer whose process was late is durable all
// the same.
func (d *Door) AnswerLink(ctx context.Context, link ledger.Link, c catalogue.Command) (ledger.Link, error) {
	err := d.checkLinkAnswer(ctx, link, c)
	if faults := Unreadable(ctx); len(faults) > 0 {
		err = allWrong(faults, err)
	}
	if err != nil {
		return link, err
	}
	cmd, err := d.records.UseLink(ctx, link.ID, c.Operation, c.Answer, c.Data)
	switch {
	case errors.Is(err, ledger.ErrNotFound) && cmd.ID == "":
		return link, ErrLinkUsed
	case err != nil && !errors.Is(err, ledger.ErrNotFound):
		return link, err
	}
	// An update and not a signal: the thank-you page shows what the
	// acknowledgement discloses. Where the process does not answer in time, the
	// relay brings it the command.
	res, late := d.runs.Work(ctx, cmd)
	if now, err := d.records.OpenLink(ctx, link.ID); err == nil {
		link = now
	}
	if late == nil && res.Refusal != "" {
		refused := NotNow(link, c.Operation)
		refused.Code = res.Refusal
		return link, refused
	}
	return link, nil
}

// NotNow refuses what the link does not offer as its referral stands.
func NotNow(link ledger.Link, op care.Operation) *care.Refusal {
	r := &care.Refusal{Code: care.RefusedNotAwaited, Operation: op, Now: string(link.State)}
	if op == care.OpComplete { // to say how it went
		r.Now = string(care.TaskCompleted)
		if link.State == care.ReferralWithdrawn {
			r.Now = string(care.TaskObsolete)
		}
	}
	return r
}

// checkLinkAnswer asks the rules of the zone that the link is of.
func (d *Door) checkLinkAnswer(ctx context.Context, link ledger.Link, c catalogue.Command) error {
	if !slices.Contains(LinkMoves(link), c.Operation) {
		return NotNow(link, c.Operation)
	}
	rules, err := d.book.Rules(ctx, link.Zone)
	if err != nil {
		return err
	}
	if faults := c.Check(catalogue.Around{Policy: rules.Policy, Now: d.now().In(rules.Calendar.Location()), Task: link.Task, Calendar: rules.Calendar}); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	return nil
}
