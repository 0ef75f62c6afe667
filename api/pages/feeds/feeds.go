// Package feeds gives people their appointments in the calendar that they use.
package feeds

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/room"
	"percorso/api/present"
	"percorso/internal/care"
	"percorso/internal/feed"
	"percorso/internal/ical"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Place is the pages with what they need; all of it is needed.
type Place struct {
	room.Room
	Guard     *access.Guard
	Links     *access.Links
	Feeds     Feeds
	PublicURL string // without a slash at the end
}

// Feeds is where the addresses are kept.
type Feeds interface {
	// Feed is the address of the caller's calendar. ledger.ErrNotFound: they have none.
	Feed(ctx context.Context, who care.Staff) (feed.Feed, error)
	// MakeFeed gives the caller a new address, in the place of one of before.
	MakeFeed(ctx context.Context, who care.Staff) error
	// EndFeed takes the caller's address away.
	EndFeed(ctx context.Context, who care.Staff) error
	// OpenFeed says whose calendar an address opens. ledger.ErrNotFound: nobody's.
	OpenFeed(ctx context.Context, id string) (care.Staff, error)
	// FeedEvents are the appointments of a calendar. The reading is audited.
	FeedEvents(ctx context.Context, who care.Staff) ([]feed.Event, error)
}

const path = "/calendario"

// Mount registers the pages; the calendar itself is read by a program that nobody logs in.
func (s *Place) Mount(r *gin.Engine, p access.Routes) {
	p.Get(path, s.show)
	p.Post(path, s.renew)
	p.Post(path+"/fine", s.end)
	r.GET(path+"/:token", s.Links.Slowly(s.Guard), s.Pages.Answer(s.calendar))
}

// show shows the address.
func (s *Place) show(c *gin.Context, who care.Staff) error {
	page := Feed{Frame: s.Pages.Frame(c, message.Say("feed_page.title"), path), Here: path}
	f, err := s.Feeds.Feed(c.Request.Context(), who)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		s.Pages.Render(c, http.StatusOK, page)
		return nil
	case err != nil:
		return err
	}
	page.Address = s.PublicURL + path + "/" + s.Links.Calendar(f)
	page.Made, page.Ends, page.Over = italian.Dated("", f.MadeAt.In(italian.Rome)), italian.Dated("a", f.Ends().In(italian.Rome)), !s.Now().Before(f.Ends())
	if f.ReadAt != nil {
		page.Read = italian.Moment(*f.ReadAt)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// renew makes a new address.
func (s *Place) renew(c *gin.Context, who care.Staff) error {
	if faults := act.Unreadable(c.Request.Context()); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if err := s.Feeds.MakeFeed(c.Request.Context(), who); err != nil {
		return err
	}
	return s.Pages.Leave(c, path, message.Say("feed_page.made"))
}

// end takes the address away.
func (s *Place) end(c *gin.Context, who care.Staff) error {
	if faults := act.Unreadable(c.Request.Context()); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if err := s.Feeds.EndFeed(c.Request.Context(), who); err != nil {
		return err
	}
	return s.Pages.Leave(c, path, message.Say("feed_page.ended"))
}

// calendar gives the appointments of whose address it is.
func (s *Place) calendar(c *gin.Context) error {
	ctx := c.Request.Context()
	id := s.Links.CalendarOf(c.Param("token"))
	if id == "" {
		return ledger.ErrNotFound
	}
	who, err := s.Feeds.OpenFeed(ctx, id)
	if err != nil {
		return err
	}
	events, err := s.Feeds.FeedEvents(ctx, who)
	if err != nil {
		return err
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	entries := make([]ical.Entry, 0, len(events))
	for _, e := range events {
		if e.Meeting != "" {
			entries = append(entries, ical.Entry{ID: e.ID, Title: message.Say("equipe_page.meeting"), From: e.At, Place: italian.MeetingPlace(e.How, e.Place), URL: s.PublicURL + "/equipe/" + e.Meeting})
			continue
		}
		entry := present.CalendarEntry(rules, e.ID, e.Service, e.At, s.Now())
		entry.URL = s.PublicURL + "/fascicoli/" + e.CaseID
		if e.AtHome {
			entry.Place = ""
		}
		if !care.ReadsCases(who, rules.Policy) {
			entry.URL = s.PublicURL + "/appuntamenti/" + e.ID + "/presenti"
		}
		entries = append(entries, entry)
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Referrer-Policy", "no-referrer")
	c.Header("X-Robots-Tag", "noindex, nofollow")
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", ical.File(s.Now(), entries...))
	return nil
}
