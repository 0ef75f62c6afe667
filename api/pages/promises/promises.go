// Package promises is where people write down what they have promised to do.
package promises

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/room"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/promise"
	"percorso/internal/zone"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Kept    promised.Records
	Records Records
}

// Records is what else the pages read, as whoever asks.
type Records interface {
	parts.Files
}

const path = promised.Path

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(path, func(c *gin.Context, who care.Staff) error {
		return s.show(c, who, typed{form: web.NewForm(path)}, http.StatusOK)
	})
	p.Post(path, s.write)
	p.Get("/fascicoli/:id"+path, func(c *gin.Context, who care.Staff) error {
		return s.showOfCase(c, who, typed{form: web.NewForm(c.Request.URL.Path)}, http.StatusOK)
	})
	p.Post("/fascicoli/:id"+path, s.write)
	p.Get(path+"/:id/sposta", s.one)
	p.Post(path+"/:id/sposta", s.move)
	p.Post(path+"/:id/fatto", s.done)
	p.Post(path+"/:id/rimetti", s.again)
	p.Post(path+"/:id/elimina", s.drop)
	p.Post(path+"/:id/visto", s.seen)
}

// typed is the form as it was typed.
type typed struct {
	form     web.Form
	on, hour string
	note     string
	unread   []care.Fault
	when     promise.When
}

// read reads the form as it was typed.
func read(c *gin.Context) (in typed) {
	in = typed{
		form: web.NewForm(c.Request.URL.Path), unread: slices.Clone(act.Unreadable(c.Request.Context())),
		on: web.Typed(c, "on"), hour: web.Typed(c, "hour"), note: web.Typed(c, "note"),
	}
	day, ok := parts.ReadDate(in.on)
	switch {
	case !ok:
		in.unread = append(in.unread, care.Fault{Field: "on", Rule: parts.RuleDate})
	case !day.IsZero():
		in.when.Day = day
	}
	if in.hour == "" {
		return in
	}
	// The hour is read whatever the day is.
	at, rule := parts.ReadMoment("2026-01-01", in.hour)
	if rule != "" {
		in.unread = append(in.unread, care.Fault{Field: "hour", Rule: rule})
		return in
	}
	in.when.Minute = new(at.Hour()*60 + at.Minute())
	return in
}

// check says what is wrong with it; what cannot be read is told with the rest.
func (in typed) check(now time.Time, text bool) error {
	faults := slices.Clone(in.unread)
	said := in.when.Check(now)
	if text {
		said = append(said, promise.Text(in.note)...)
	}
	for _, f := range said {
		if !slices.ContainsFunc(in.unread, func(o care.Fault) bool {
			return o.Field == f.Field || o.Field == f.Field+"-day" || o.Field == f.Field+"-month" || o.Field == f.Field+"-year"
		}) {
			faults = append(faults, f)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return care.Refuse(faults...)
}

// label is a field of the form by its name; empty: there is none.
func label(field string) string {
	word, _ := message.Find("promises_field", field)
	return word
}

func (s *Place) refused(in *typed, err error) (status int, _ error) {
	return s.Problems.RefusedForm(&in.form, err, func(path string) (string, string) { return path, cmp.Or(label(path), label("on")) })
}

func (in typed) dayFields() []web.Field {
	return []web.Field{
		{Shape: "input", ID: "on", Label: label("on"), Type: "date", Value: in.on, Required: true, Hint: message.Say("promises.on_hint")},
		{Shape: "input", ID: "hour", Label: label("hour"), Type: "hour", Value: in.hour},
	}
}

func (in typed) fields() []web.Field {
	return append([]web.Field{{
		Shape: "area", Rows: 2, Max: promise.Longest, ID: "note", Label: label("note"), Value: in.note, Required: true,
		Hint: message.Say("promises.note_hint", "MayBeRead", italian.MayBeRead()),
	}}, in.dayFields()...)
}

func (s *Place) rules(ctx context.Context, who care.Staff) (*zone.Rules, time.Time, error) {
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return nil, time.Time{}, err
	}
	return rules, s.Now().In(rules.Calendar.Location()), nil
}

// show shows all promises, with a form for one that is about no case.
func (s *Place) show(c *gin.Context, who care.Staff, in typed, status int) error {
	ctx := c.Request.Context()
	rules, now, err := s.rules(ctx, who)
	if err != nil {
		return err
	}
	list, err := s.Kept.Promises(ctx, who, false)
	if err != nil {
		return err
	}
	done, err := s.Kept.Promises(ctx, who, true)
	if err != nil {
		return err
	}
	left, err := s.Kept.PromisesLeft(ctx, who)
	if err != nil {
		return err
	}
	page := List{Frame: s.Pages.Frame(c, message.Say("promises.title"), path), Form: in.form, Fields: in.fields()}
	for _, r := range list {
		page.Lines = append(page.Lines, promised.LineOf(s.Pages, who, r, rules.Calendar, now, ""))
	}
	for _, r := range done {
		page.Done = append(page.Done, Done{Text: promised.Text(s.Pages, who, r), Person: r.Person, When: italian.Moment(*r.Done), Again: path + "/" + r.ID + "/rimetti"})
	}
	for _, l := range left {
		page.Left = append(page.Left, Left{Line: promised.LeftLine(l, rules.Calendar, now), Seen: path + "/" + l.ID + "/visto"})
	}
	s.Pages.Render(c, status, page)
	return nil
}

// showOfCase shows the form for a promise about a case.
func (s *Place) showOfCase(c *gin.Context, who care.Staff, in typed, status int) error {
	ctx := c.Request.Context()
	rules, now, err := s.rules(ctx, who)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	strip, err := parts.StripOfFile(ctx, s.Records, who, rules.Policy, file, now)
	if err != nil {
		return err
	}
	page := parts.CaseForm{
		Frame: s.Pages.Frame(c, message.Say("promises_new.title"), "/fascicoli"), Form: in.form, Strip: strip, Button: message.Say("promises.write"), Fields: in.fields(),
		Intro: message.Say("promises_new.lead"),
	}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: message.Say("promises_new.back")}
	s.Pages.Render(c, status, page)
	return nil
}

// write takes a new one, about a case or about none.
func (s *Place) write(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	in, caseID := read(c), c.Param("id")
	shown, to := s.show, path
	if caseID != "" {
		shown, to = s.showOfCase, "/fascicoli/"+caseID
	}
	if act.Held(ctx) {
		return shown(c, who, in, http.StatusOK)
	}
	rules, now, err := s.rules(ctx, who)
	if err != nil {
		return err
	}
	if err = in.check(now, true); err == nil {
		id := ledger.DerivedID(who.ID, "promise "+c.PostForm("key"))
		var sealed []byte
		if sealed, err = s.Pages.Seal(promised.Use(who, id), in.note); err != nil {
			return err
		}
		err = s.Kept.AddPromise(ctx, who, promise.Promise{ID: id, CaseID: caseID, When: in.when, Sealed: sealed})
	}
	if err != nil {
		status, err := s.refused(&in, err)
		if err != nil {
			return err
		}
		return shown(c, who, in, status)
	}
	return s.Pages.Leave(c, to, message.Say("promises.reminds", "When", promised.When(in.when, rules.Calendar, now)))
}

// known finds one of the caller's that is not done.
func (s *Place) known(c *gin.Context, who care.Staff) (r promise.Promise, err error) {
	list, err := s.Kept.Promises(c.Request.Context(), who, false)
	if err != nil {
		return r, err
	}
	i := slices.IndexFunc(list, func(r promise.Promise) bool { return r.ID == c.Param("id") })
	if i < 0 {
		return r, ledger.ErrNotFound
	}
	return list[i], nil
}

// one shows the form by which a promise is moved.
func (s *Place) one(c *gin.Context, who care.Staff) error {
	r, err := s.known(c, who)
	if err != nil {
		return err
	}
	return s.showOne(c, who, r, typed{form: web.NewForm(c.Request.URL.Path), on: r.Day.Format(time.DateOnly), hour: r.Hour()}, http.StatusOK)
}

func (s *Place) showOne(c *gin.Context, who care.Staff, r promise.Promise, in typed, status int) error {
	page := Move{Frame: s.Pages.Frame(c, message.Say("promises.move_title"), path), Form: in.form, Text: promised.Text(s.Pages, who, r), Fields: in.dayFields(), Drop: path + "/" + r.ID + "/elimina"}
	page.Back = &web.Link{URL: path, Text: message.Say("promises.title")}
	s.Pages.Render(c, status, page)
	return nil
}

// move moves one to another day.
func (s *Place) move(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	r, err := s.known(c, who)
	if err != nil {
		return err
	}
	in := read(c)
	if act.Held(ctx) {
		return s.showOne(c, who, r, in, http.StatusOK)
	}
	rules, now, err := s.rules(ctx, who)
	if err != nil {
		return err
	}
	if err = in.check(now, false); err == nil {
		err = s.Kept.MovePromise(ctx, who, r.ID, in.when)
	}
	if err != nil {
		status, err := s.refused(&in, err)
		if err != nil {
			return err
		}
		return s.showOne(c, who, r, in, status)
	}
	return s.Pages.Leave(c, path, message.Say("promises.reminds", "When", promised.When(in.when, rules.Calendar, now)))
}

// done says that one is done, and goes back to where that was said.
func (s *Place) done(c *gin.Context, who care.Staff) error {
	return s.end(c, who, message.Say("promises.is_done"), func(ctx context.Context, id string) error {
		return s.Kept.EndPromise(ctx, who, id, true)
	})
}

// again takes that back.
func (s *Place) again(c *gin.Context, who care.Staff) error {
	return s.end(c, who, message.Say("promises.is_undone"), func(ctx context.Context, id string) error {
		return s.Kept.EndPromise(ctx, who, id, false)
	})
}

func (s *Place) drop(c *gin.Context, who care.Staff) error {
	return s.end(c, who, message.Say("promises.is_deleted"), func(ctx context.Context, id string) error { return s.Kept.DropPromise(ctx, who, id) })
}

// seen takes note of one that somebody else has left.
func (s *Place) seen(c *gin.Context, who care.Staff) error {
	return s.end(c, who, message.Say("promises.is_dropped"), func(ctx context.Context, id string) error { return s.Kept.DropLeft(ctx, who, id) })
}

// end does something that needs no form. One that is not there any more is well.
func (s *Place) end(c *gin.Context, who care.Staff, words string, do func(context.Context, string) error) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	to := path
	switch r, err := s.known(c, who); {
	case c.PostForm("da") == "oggi":
		to = "/"
	case err == nil && c.PostForm("da") == "fascicolo" && r.CaseID != "":
		to = "/fascicoli/" + r.CaseID
	}
	if err := do(ctx, c.Param("id")); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	return s.Pages.Leave(c, to, words)
}
