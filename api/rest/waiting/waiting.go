// Package waiting is who waits for a place of a service, as it goes over the wire.
package waiting

import (
	"context"
	"time"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/reach"
	"percorso/internal/waitlist"
)

// Records is what the API reads and writes of them, as the member of staff who asks: whoever
// they may not know of waits in none of these lists.
type Records interface {
	// Put puts the person of a case on the list of a service. *care.Refusal: a field breaks a
	// rule, or there is a place, which comes along.
	Put(ctx context.Context, who care.Staff, key, caseID string, wish waitlist.Wish) (id string, err error)
	// Waiting lists who waits for a service, or for any, those who wait longest first, from behind
	// one of them on.
	Waiting(ctx context.Context, who care.Staff, service, after string) (ledger.Page[waitlist.Entry], error)
	// WaitingOf lists what the person of a case waits for.
	WaitingOf(ctx context.Context, who care.Staff, caseID string) ([]waitlist.Entry, error)
	// ToTell lists who is to be told of a place that has become free, and for whom it is too late.
	ToTell(ctx context.Context, who care.Staff) ([]waitlist.Call, error)
	// Offer is the case and the booking of a place that is offered, or that the caller has booked.
	Offer(ctx context.Context, who care.Staff, id string) (caseID string, place care.Booking, err error)
	// Said keeps what came of a call.
	Said(ctx context.Context, who care.Staff, id string, outcome waitlist.Outcome) error
	// Leave takes somebody off a list who wants no place any more.
	Leave(ctx context.Context, who care.Staff, id string) error
	// Stay has somebody wait on for whom no place came in time.
	Stay(ctx context.Context, who care.Staff, id string) error
}

// WaitingWishJSON is what somebody waits for.
type WaitingWishJSON struct {
	Service     string     `json:"service" maxLength:"100"`
	Matter      string     `json:"matter,omitempty" maxLength:"100"`
	Language    string     `json:"language,omitempty" maxLength:"35" doc:"BCP 47, of the interpreter; left out: none is needed"`
	Interpreter string     `json:"interpreter,omitempty" enum:"woman,man" doc:"Left out: either"`
	Mode        string     `json:"mode,omitempty" enum:"in_person,phone" doc:"Left out: either"`
	Hours       string     `json:"hours,omitempty" enum:"morning,afternoon" doc:"Left out: any"`
	WithChild   bool       `json:"with_child,omitempty"`
	By          *care.Date `json:"by,omitempty" format:"date" doc:"The last day on which it is not too late"`
}

// Wish converts.
func (j WaitingWishJSON) Wish() waitlist.Wish {
	return waitlist.Wish{
		Service: j.Service, Matter: j.Matter, Language: j.Language, Interpreter: j.Interpreter, Mode: j.Mode, Hours: j.Hours, WithChild: j.WithChild, By: j.By.Time(),
	}
}

// WaitingEntryJSON is somebody in a list.
type WaitingEntryJSON struct {
	ID         string `json:"id"`
	CaseFileID string `json:"case_file_id"`
	CaseNumber string `json:"case_number"`
	Person     string `json:"person" doc:"Name"`
	WaitingWishJSON
	Since     time.Time  `json:"since"`
	OfferedAt *time.Time `json:"offered_at,omitempty" doc:"The place that is kept for them"`
}

// Of converts.
func Of(e waitlist.Entry) WaitingEntryJSON {
	w := e.Wish
	j := WaitingEntryJSON{ID: e.ID, CaseFileID: e.CaseID, CaseNumber: e.Number, Person: e.Person, Since: e.Since, OfferedAt: e.Offered, WaitingWishJSON: WaitingWishJSON{
		Service: w.Service, Matter: w.Matter, Language: w.Language, Interpreter: w.Interpreter, Mode: w.Mode, Hours: w.Hours, WithChild: w.WithChild,
	}}
	if w.By != nil {
		j.By = care.DateOf(*w.By)
	}
	return j
}

// WaitingCallJSON is somebody who is to be rung up.
type WaitingCallJSON struct {
	WaitingEntryJSON
	OfferID   string      `json:"offer_id,omitempty" doc:"Not there: no place came in time, and she is asked whether she still waits"`
	KeptUntil *time.Time  `json:"kept_until,omitempty" doc:"From then on the call is late, and whoever asks for the place has it"`
	Languages []string    `json:"languages,omitempty"`
	Contacts  []reach.Way `json:"contacts,omitempty" doc:"None that must not be called"`
}

// CallOf converts.
func CallOf(c waitlist.Call) WaitingCallJSON {
	j := WaitingCallJSON{WaitingEntryJSON: Of(c.Entry), OfferID: c.Offer, KeptUntil: c.EndsAt, Languages: c.Languages}
	for _, way := range c.Reached().Reached() {
		if way.Call != reach.No {
			j.Contacts = append(j.Contacts, way)
		}
	}
	return j
}

// WaitingOutcomeJSON is what came of a call.
type WaitingOutcomeJSON struct {
	Outcome waitlist.Outcome `json:"outcome" enum:"declined,leaves,unreached" doc:"declined: not this place, she keeps her turn; leaves: nor any other; unreached: she keeps her turn, and the next one is asked"`
}

// WaitingPutJSON is what came of putting somebody on a list.
type WaitingPutJSON struct {
	ID string `json:"id"`
}

// Query asks for the list of a service.
type Query struct {
	Service string `query:"service" pattern:"^[a-z][a-z0-9_-]{0,99}$" doc:"Left out: of any"`
	Cursor  string `query:"cursor" maxLength:"500" doc:"Where to go on: next of the page before"`
}
