package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"percorso/internal/care"
	"percorso/internal/feed"
	"percorso/internal/invitation"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
)

// A partner without an account answers through one-time links. Looking at one
// changes nothing, since mail scanners look at links too; an answer uses it up.
// The link's signature stands for the partner: nobody is logged in here.

// InvitationPath is where the pages of one-time links are.
const InvitationPath = "/invito/"

// LinkState says what a link is good for.
type LinkState string

// What links are good for.
const (
	LinkValid    LinkState = "valid"
	LinkUsed     LinkState = "used"     // an answer was given through it
	LinkAnswered LinkState = "answered" // an answer was given elsewhere, and is on its way
	LinkExpired  LinkState = "expired"  // past its time
	LinkSettled  LinkState = "settled"  // nothing is asked any more
	LinkForged   LinkState = "forged"   // not a link of ours, or of what is no more
)

// Renewable says whether its holder may have a new link sent, to the address
// that the zone has of the partner.
func (s LinkState) Renewable() bool { return s == LinkUsed || s == LinkExpired }

// Links opens partners' one-time links.
type Links struct {
	key     []byte
	records LinkRecords
	now     func() time.Time
}

// LinkRecords is where the links are kept.
type LinkRecords interface {
	// OpenLink reads what a partner's one-time link opens; it changes nothing.
	// ledger.ErrNotFound: no such link. Nobody is logged in there: the link's
	// signature stands for the partner.
	OpenLink(ctx context.Context, id string) (ledger.Link, error)
}

// NewLinks makes what opens links. Without a key (package invitation makes it)
// there are none, and whatever looks like one is forged.
func NewLinks(key []byte, records LinkRecords, now func() time.Time) *Links {
	return &Links{key: key, records: records, now: now}
}

// signed is the id in a link that a key of ours has signed, also past its time; empty:
// none has.
func (l *Links) signed(token string) string {
	id, _ := invitation.Open(l.key, token, l.now())
	return id
}

// Open reads what the last part of a link's address opens, and says what
// it is good for. A forged one opens nothing. The snapshot is there once the
// referral was acknowledged.
func (l *Links) Open(ctx context.Context, token string) (ledger.Link, LinkState, error) {
	id, err := invitation.Open(l.key, token, l.now())
	if errors.Is(err, invitation.ErrForged) || !care.IsID(id) {
		return ledger.Link{}, LinkForged, nil
	}
	link, missing := l.records.OpenLink(ctx, id)
	switch {
	case errors.Is(missing, ledger.ErrNotFound):
		return ledger.Link{}, LinkForged, nil
	case missing != nil:
		return ledger.Link{}, LinkForged, missing
	case !link.Open:
		return link, LinkSettled, nil
	case link.Used != nil:
		return link, LinkUsed, nil
	case link.Answered:
		return link, LinkAnswered, nil
	case err != nil || !l.now().Before(link.Expires):
		return link, LinkExpired, nil
	}
	return link, LinkValid, nil
}

// calendarOf is what stands before the id in the address of a calendar, so that no link
// passes for one, nor one for a link.
const calendarOf = "calendario-"

// Calendar is the last part of the address of somebody's calendar.
func (l *Links) Calendar(f feed.Feed) string {
	return invitation.Sign(l.key, calendarOf+f.ID, f.Ends())
}

// CalendarOf is the id of the calendar that the last part of an address opens; empty: none, or
// it is past its time.
func (l *Links) CalendarOf(token string) string { return l.of(calendarOf, token) }

// MediationOf is the link of a mediators' coordinator that the last part of an address is
// signed for; empty: none, or it is past its time.
func (l *Links) MediationOf(token string) string { return l.of(mediation.Signed, token) }

func (l *Links) of(kind, token string) string {
	signed, err := invitation.Open(l.key, token, l.now())
	id, ours := strings.CutPrefix(signed, kind)
	if err != nil || !ours || !care.IsID(id) {
		return ""
	}
	return id
}
