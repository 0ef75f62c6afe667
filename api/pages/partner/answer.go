package partner

import (
	"context"
	"errors"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// Answer gives a partner's answer through a link, which it uses up.
//
// Any state but linkValid: the link was good for nothing, and nothing happened.
// *care.Refusal: the form breaks a rule (the link is still good), or the path
// did not await the answer. The link comes back as it is after the answer, with
// the snapshot if that was the acknowledgement; an answer whose process was
// late is durable all the same. Who sends the same answer twice at once, as with
// a button pressed twice, is answered alike; once used, the link shows nothing.
func (s *Place) Answer(ctx context.Context, token string, answer catalogue.Command) (ledger.Link, access.LinkState, error) {
	link, state, err := s.Links.Open(ctx, token)
	if err != nil || state != access.LinkValid {
		return link, state, err
	}
	answered, err := s.Door.AnswerLink(ctx, link, answer)
	if errors.Is(err, act.ErrLinkUsed) { // somebody was quicker, through the link or by telephone
		link, state, err = s.Links.Open(ctx, token)
		if err == nil && state == access.LinkValid {
			err = act.NotNow(link, answer.Operation)
		}
		return link, state, err
	}
	return answered, access.LinkValid, err
}

// Renew sends a new link to the partner's own address, where this one
// was used or is past its time and something is still asked. Any state but
// those two: nothing was sent. Who asks again at once gets no second mail.
func (s *Place) Renew(ctx context.Context, token string) (access.LinkState, error) {
	link, state, err := s.Links.Open(ctx, token)
	if err != nil || !state.Renewable() {
		return state, err
	}
	err = s.Records.RenewLink(ctx, link.ID)
	if errors.Is(err, ledger.ErrNotFound) { // settled meanwhile, or a link was sent just now
		_, state, err = s.Links.Open(ctx, token)
	}
	return state, err
}
