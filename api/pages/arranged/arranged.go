// Package arranged shows what is arranged for a person: her appointments, and what was sent
// to other agencies with what she consents to.
package arranged

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/tabs"
	"percorso/api/pages/room"
	"percorso/api/present"
	"percorso/api/rest/waiting"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/queued"
	"percorso/internal/italian/visiting"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
	"percorso/internal/waitlist"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records  Records
	Waiting  waiting.Records
	Visits   Visits
	Together Together
}

// Visits is who visits people at home.
type Visits interface {
	// VisitsOf are those of some appointments that are visits at home.
	VisitsOf(ctx context.Context, who care.Staff, appointments []string) ([]homevisit.Visit, error)
}

// Together says who takes part in appointments besides.
type Together interface {
	// Beside are the other persons who are expected at the places of some appointments.
	Beside(ctx context.Context, who care.Staff, appointments []string) ([]together.Beside, error)
	Participants(ctx context.Context, who care.Staff, appointments []string) ([]together.Participant, error)
}

// Records is what the pages read, as whoever asks.
type Records interface {
	// CaseFile reads the whole of a case; the read is audited.
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
	// Beyond are those of some appointments that have a place although there was none.
	Beyond(ctx context.Context, s care.Staff, appointments []string) ([]agenda.Given, error)
}

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli/:id"+tabs.Appointments, s.appointments)
	p.Get("/fascicoli/:id"+tabs.Sent, s.sent)
}

// Appointments is when the person comes, and when somebody met her.
type Appointments struct {
	web.Frame
	Number   string
	Tabs     []web.Link
	Book     *web.Link // nil: not for the caller
	Wait     *web.Link // puts her on a waiting list; nil: not for the caller
	Waiting  []web.Line
	Ahead    []Line
	Before   []Line // that are over, moved or cancelled, the latest first
	Meetings []web.Line
}

// Template names the page's file.
func (Appointments) Template() *template.Template { return templates["appointments"] }

// Line is an appointment with where its sheet for the person is.
type Line struct {
	web.Line
	Slip     string // address; empty: it is over, or cancelled
	Visit    string // address of the form that makes it a visit at home, or says who goes; empty: it is over, or not the caller's to say
	Mediator string // address of the form that asks for one, or of the request; empty: it is over, or the zone has no providers
	Together string // address of who takes part; empty: it is no more
}

// Sent is what went to other agencies, and what the person consents to.
type Sent struct {
	web.Frame
	Number    string
	Tabs      []web.Link
	Acts      []web.Link // that send something
	Referrals []web.Line
	Consents  []Consent
}

// Template names the page's file.
func (Sent) Template() *template.Template { return templates["sent"] }

// Consent is what the person consents to, or did.
type Consent struct {
	For      string
	State    web.Badge
	When     string
	Withdraw *web.Link // nil: it is not in force, or the caller may not
}

// appointments shows when the person comes, and when somebody met her.
func (s *Place) appointments(c *gin.Context, who care.Staff) error {
	file, p, err := s.read(c, who)
	if err != nil {
		return err
	}
	page := Appointments{Frame: s.frame(c, message.Say("arranged.appointments_of", "Person", file.Person), file), Number: file.Number, Tabs: tabs.Of(file.ID, tabs.Appointments)}
	if acts := offered(who, file, catalogue.Book.Facts); len(acts) > 0 {
		page.Book = &acts[0]
	}
	if mayWait(who, p, file) {
		page.Wait = &web.Link{URL: "/fascicoli/" + file.ID + "/lista-attesa", Text: message.Say("arranged.wait")}
	}
	entries, err := s.Waiting.WaitingOf(c.Request.Context(), who, file.ID)
	if err != nil {
		return err
	}
	page.Waiting = web.Each(entries, func(e waitlist.Entry) web.Line { return waits(p, e) })
	ids := web.Each(file.Appointments, func(a ledger.Appointment) string { return a.ID })
	given, err := s.Records.Beyond(c.Request.Context(), who, ids)
	if err != nil {
		return err
	}
	visits, err := s.Visits.VisitsOf(c.Request.Context(), who, ids)
	if err != nil {
		return err
	}
	with, err := s.Together.Participants(c.Request.Context(), who, ids)
	if err != nil {
		return err
	}
	beside, err := s.Together.Beside(c.Request.Context(), who, ids)
	if err != nil {
		return err
	}
	for _, a := range file.Appointments {
		line := lineOf(p, file.ID, a, s.Now())
		if beyond := present.Beyond(given, a.ID); beyond != "" {
			line.State += ". " + beyond
		}
		if visit := visiting.Of(visits, a.ID, s.Now()); visit != "" {
			line.State += ". " + visit
		}
		if others := present.With(p, with, a.ID); others != "" {
			line.State += ". " + others
		}
		if others := present.Beside(beside, a.ID); others != "" {
			line.State += ". " + others
		}
		if line.URL != "" {
			if homevisit.MayPlan(who, p) {
				line.Visit = line.URL + "/visita"
			}
			page.Ahead = append(page.Ahead, line)
		} else {
			page.Before = append([]Line{line}, page.Before...)
		}
	}
	page.Meetings = web.Each(file.Meetings, func(m ledger.Meeting) web.Line {
		return web.Line{Text: italian.Day(m.At), State: present.AgencyName(p, m.Agency), When: metBy(m)}
	})
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// mayWait says whether the caller may put the person on a list.
func mayWait(who care.Staff, p care.Policy, file ledger.Case) bool {
	return file.Closed == nil && !file.Closing && slices.ContainsFunc(p.Services, func(v care.Service) bool {
		return len(agenda.Sessions(p, v.Code)) > 0 && waitlist.MayKeep(who, p, v.Code)
	})
}

// waits is a place that the person waits for.
func waits(p care.Policy, e waitlist.Entry) web.Line {
	line := web.Line{URL: "/liste-attesa?servizio=" + e.Service, Text: present.ServiceName(p, e.Service), State: italian.Upper(queued.Wish(e.Wish)), When: message.Say("arranged.listed_since", "Day", italian.Dated("da", e.Since))}
	if e.Matter != "" {
		line.Text += ": " + present.NameIn(p.Matters, e.Matter)
	}
	if e.Offered != nil {
		line.State = queued.Free(*e.Offered)
	}
	return line
}

// sent shows what went to other agencies, and what the person consents to.
func (s *Place) sent(c *gin.Context, who care.Staff) error {
	file, p, err := s.read(c, who)
	if err != nil {
		return err
	}
	page := Sent{Frame: s.frame(c, message.Say("arranged.sent_of", "Person", file.Person), file), Number: file.Number, Tabs: tabs.Of(file.ID, tabs.Sent)}
	page.Acts = offered(who, file, catalogue.ReferToCPI.Facts, catalogue.Refer.Facts)
	for _, r := range file.Referrals {
		page.Referrals = append(page.Referrals, web.Line{
			URL: "/segnalazioni/" + r.ID, Text: italian.Upper(article.To(present.AgencyName(p, r.ToAgency))), State: italian.Upper(italian.ReferralState(r.State)),
			When: message.Say("arranged.referral_sent", "When", italian.DatedMoment("", r.Requested)),
		})
	}
	page.Consents = web.Each(file.Consents, func(g ledger.Consent) Consent { return consentOf(who, p, file, g) })
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// read reads a case, with the rules of the caller's zone.
func (s *Place) read(c *gin.Context, who care.Staff) (ledger.Case, care.Policy, error) {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return ledger.Case{}, care.Policy{}, err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	return file, rules.Policy, err
}

func (s *Place) frame(c *gin.Context, title string, file ledger.Case) web.Frame {
	frame := s.Pages.Frame(c, title, "/fascicoli")
	frame.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	return frame
}

// offered are those of some operations that the caller is offered on a case. Who really
// may is decided when they ask.
func offered(who care.Staff, file ledger.Case, of ...catalogue.Facts) (list []web.Link) {
	for _, o := range of {
		if o.MayAsk(who.Role) && o.Offered(file) {
			list = append(list, web.Link{URL: "/fascicoli/" + file.ID + "/" + o.Slug, Text: italian.Operation(o.Code)})
		}
	}
	return list
}

func lineOf(p care.Policy, caseID string, a ledger.Appointment, now time.Time) Line {
	line := Line{Line: web.Line{Text: present.ServiceName(p, a.Service), State: present.HowAppointmentStands(a), When: message.Say("pages_when.day_hour", "Day", italian.Day(a.At), "Hour", italian.Hour(a.At))}}
	if a.State != string(care.AppointmentCancelled) && a.State != string(care.AppointmentMoved) {
		line.Together = "/appuntamenti/" + a.ID + "/presenti"
	}
	if a.Stands() {
		line.Slip = "/fascicoli/" + caseID + "/appuntamenti/" + a.ID + "/foglio"
	}
	if a.Matter != "" {
		line.Text += ": " + present.NameIn(p.Matters, a.Matter)
	}
	if a.AskedBy != "" {
		line.State += ". " + present.AskedToChange(a)
	}
	if a.Stands() && now.Before(a.At) {
		line.URL = "/appuntamenti/" + a.ID
		if len(p.Providers) > 0 {
			line.Mediator = line.URL + "/mediatore"
		}
	}
	return line
}

// consentOf is what the person consents to, with where that is withdrawn.
func consentOf(who care.Staff, p care.Policy, file ledger.Case, g ledger.Consent) Consent {
	shown := Consent{For: present.ConsentFor(p, g.Consent)}
	shown.State, shown.When = present.ConsentOf(g)
	if g.Withdrawn == nil && catalogue.WithdrawConsent.MayAsk(who.Role) && catalogue.WithdrawConsent.Offered(file) {
		shown.Withdraw = &web.Link{URL: "/fascicoli/" + file.ID + "/" + catalogue.WithdrawConsent.Slug + "?" + url.Values{"agency": {g.Agency}}.Encode(), Text: message.Say("arranged.withdraw", "Consent", shown.For)}
	}
	return shown
}

func metBy(m ledger.Meeting) string {
	if m.ByName == "" {
		return italian.Upper(italian.Role(m.ByRole))
	}
	return m.ByName + ", " + italian.Role(m.ByRole)
}
