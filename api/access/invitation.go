package api

import (
	"context"
	"errors"

	"percorso/api/act"
	"percorso/internal/care"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
)

// A partner without an account answers through one-time links. Looking at one
// changes nothing, since mail scanners look at links too; an answer uses it up.
// The link's signature stands for the partner: nobody is logged in here.

// invitationPath is where the pages of one-time links are.
const invitationPath = "/invito/"

// linkState says what a link is good for.
type linkState string

const (
	linkValid   linkState = "valid"
	linkUsed    linkState = "used"    // an answer was given through it
	linkExpired linkState = "expired" // past its time
	linkSettled linkState = "settled" // nothing is asked any more
	linkForged  linkState = "forged"  // not a link of ours, or of what is no more
)

// renewable says whether its holder may have a new link sent, to the address
// that the zone has of the partner.
func (s linkState) renewable() bool { return s == linkUsed || s == linkExpired }

// invitation reads what the last part of a link's address opens, and says what
// it is good for. A forged one opens nothing. The snapshot is there once the
// referral was acknowledged.
func (s *Server) invitation(ctx context.Context, token string) (ledger.Link, linkState, error) {
	id, err := invitation.Open(s.linkKey, token, s.now())
	if errors.Is(err, invitation.ErrForged) || !ledger.IsID(id) {
		return ledger.Link{}, linkForged, nil
	}
	link, missing := s.records.OpenLink(ctx, id)
	switch {
	case errors.Is(missing, ledger.ErrNotFound):
		return ledger.Link{}, linkForged, nil
	case missing != nil:
		return ledger.Link{}, linkForged, missing
	case !link.Open:
		return link, linkSettled, nil
	case link.Used != nil:
		return link, linkUsed, nil
	case err != nil || !s.now().Before(link.Expires):
		return link, linkExpired, nil
	}
	return link, linkValid, nil
}

// answerInvitation gives a partner's answer through a link, which it uses up.
// form is care.ReferralMoveForm for the operations on a referral, and
// care.Completion to say how it went (care.OpComplete).
//
// Any state but linkValid: the link was good for nothing, and nothing happened.
// *care.Refusal: the form breaks a rule (the link is still good), or the path
// did not await the answer. The link comes back as it is after the answer, with
// the snapshot if that was the acknowledgement; an answer whose process was
// late is durable all the same.
func (s *Server) answerInvitation(ctx context.Context, token string, op care.Operation, form any) (ledger.Link, linkState, error) {
	link, state, err := s.invitation(ctx, token)
	if err != nil || state != linkValid {
		return link, state, err
	}
	answered, err := s.door.AnswerLink(ctx, link, op, form)
	if errors.Is(err, act.ErrLinkUsed) { // somebody was quicker, through the link or by telephone
		link, state, err = s.invitation(ctx, token)
		if err == nil && state == linkValid {
			err = &care.Refusal{Code: care.RefusedNotAwaited}
		}
		return link, state, err
	}
	return answered, linkValid, err
}

// renewInvitation sends a new link to the partner's own address, where this one
// was used or is past its time and something is still asked. Any state but
// those two: nothing was sent. Who asks again at once gets no second mail.
func (s *Server) renewInvitation(ctx context.Context, token string) (linkState, error) {
	link, state, err := s.invitation(ctx, token)
	if err != nil || !state.renewable() {
		return state, err
	}
	err = s.records.RenewLink(ctx, link.ID)
	if errors.Is(err, ledger.ErrNotFound) { // settled meanwhile, or a link was sent just now
		_, state, err = s.invitation(ctx, token)
	}
	return state, err
}
