// Package promised shows what somebody has promised themselves to do.
package promised

import (
	"context"
	"time"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/promise"
)

// Records is where promises are kept, each for its author alone.
type Records interface {
	// Promises lists those of the caller that are not done, or else those that are; the reading
	// of whom they name is audited.
	Promises(ctx context.Context, who care.Staff, done bool) ([]promise.Promise, error)
	// PromisesOf lists those about a case that the caller reads, which are not done.
	PromisesOf(ctx context.Context, who care.Staff, caseID string) ([]promise.Promise, error)
	// PromisesLeft lists those of others about cases that the caller follows, whose authors see
	// them no more.
	PromisesLeft(ctx context.Context, who care.Staff) ([]promise.Left, error)
	// AddPromise keeps one. ledger.ErrNotFound: the caller does not see the case.
	AddPromise(ctx context.Context, who care.Staff, r promise.Promise) error
	// MovePromise, EndPromise and DropPromise answer ledger.ErrNotFound where the caller has none of that id.
	MovePromise(ctx context.Context, who care.Staff, id string, to promise.When) error
	EndPromise(ctx context.Context, who care.Staff, id string, done bool) error
	DropPromise(ctx context.Context, who care.Staff, id string) error
	// DropLeft deletes one of PromisesLeft.
	DropLeft(ctx context.Context, who care.Staff, id string) error
}

// Path is the page of one's promises; below it each is moved and ended.
const Path = "/promemoria"

// Opener opens what was sealed.
type Opener interface {
	Open(use string, sealed []byte, v any) error
}

// Use is for what a promise of somebody is sealed: under another's name it does not open.
func Use(who care.Staff, id string) string { return "promise " + who.ID + " " + id }

// Text is what a promise says. One that was sealed with a key that is no more says so.
func Text(from Opener, who care.Staff, r promise.Promise) (text string) {
	if from.Open(Use(who, r.ID), r.Sealed, &text) != nil {
		return message.Say("promised.unreadable")
	}
	return text
}

// Line is a promise in a list.
type Line struct {
	Text   string
	Person string // empty: it is about nobody, or the page is about them
	URL    string // of the case
	Number string
	When   string // "mar 24 nov, ore 9.30"
	Late   bool
	Done   string // address at which it is done
	Move   string // address of where it is moved or dropped
	Back   string // where one goes on after it is done
}

// LineOf shows a promise.
func LineOf(from Opener, who care.Staff, r promise.Promise, cal care.Calendar, now time.Time, back string) Line {
	line := Line{
		Text: Text(from, who, r), Person: r.Person, Number: r.Number, When: When(r.When, cal, now), Late: r.Late(cal, now),
		Done: Path + "/" + r.ID + "/fatto", Move: Path + "/" + r.ID + "/sposta", Back: back,
	}
	if r.CaseID != "" {
		line.URL = "/fascicoli/" + r.CaseID
	}
	return line
}

// When says for when a promise is; of a day on which the offices are closed, that it comes on
// the next one.
func When(w promise.When, cal care.Calendar, now time.Time) string {
	due := w.Due(cal)
	text := italian.Brief(due, now)
	if w.Minute != nil {
		text = message.Say("pages_when.day_hour", "Day", text, "Hour", italian.Hour(due))
	}
	if w.Rolled(cal) {
		text = message.Say("promised.closed_on", "When", text, "Day", italian.Brief(w.Day, now))
	}
	return text
}

// LeftLine says that somebody had promised themselves something about a case, who has to do with
// it no more, and not what.
func LeftLine(l promise.Left, cal care.Calendar, now time.Time) web.Line {
	return web.Line{URL: "/fascicoli/" + l.CaseID, Text: l.Person, State: message.Say("promised.left", "Author", l.Author, "When", When(l.When, cal, now)), When: l.Number}
}

// Shown are somebody's promises about a case, on its page.
type Shown struct {
	Lines []Line
	Add   string // where another one is written
}

// Of lists them.
func Of(ctx context.Context, kept Records, from Opener, who care.Staff, caseID string, cal care.Calendar, now time.Time) (Shown, error) {
	list, err := kept.PromisesOf(ctx, who, caseID)
	shown := Shown{Add: "/fascicoli/" + caseID + Path}
	for _, r := range list {
		line := LineOf(from, who, r, cal, now, "fascicolo")
		line.Person, line.URL, line.Number = "", "", ""
		shown.Lines = append(shown.Lines, line)
	}
	return shown, err
}
