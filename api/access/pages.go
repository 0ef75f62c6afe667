package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
)

// render answers with a page. A page that cannot be written is a defect: the
// browser gets the plain notice rather than half of it.
func (s *Server) render(c *gin.Context, status int, p web.Page) {
	var body bytes.Buffer
	if err := web.Write(&body, p); err != nil {
		s.problems.Broken(c.Request.Context(), err)
		c.Data(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte(problem.NoticeAway.Title))
		return
	}
	if status == http.StatusServiceUnavailable {
		c.Header("Retry-After", problem.RetryAfter)
	}
	c.Data(status, "text/html; charset=utf-8", body.Bytes())
}

// places are what the navigation leads to, with who finds something there, and
// whose work begins there.
var places = []struct {
	url, text string
	open      func(care.Staff, care.Policy) bool
	home      care.Role
}{
	{"/casi-bloccati", "Casi bloccati", func(who care.Staff, _ care.Policy) bool { return who.Role == care.Supervisor }, care.Supervisor},
	{"/sportello", "Sportello", func(who care.Staff, _ care.Policy) bool { return who.Role.MayAsk(care.OpContact) }, care.DeskOperator},
	{"/compiti", "Compiti", everybody, ""},
	{"/segnalazioni", "Segnalazioni", everybody, care.CPIOperator},
	{"/appuntamenti", "Appuntamenti", everybody, ""},
	{"/fascicoli", "Fascicoli", readsCases, ""},
}

func everybody(care.Staff, care.Policy) bool { return true }

// readsCases says whether the caller has whole case files to read: those of the
// agencies that open them have, and the supervisor. The others get what a
// referral gives them.
func readsCases(who care.Staff, p care.Policy) bool {
	return who.Role == care.Supervisor || who.Agency == p.RoleAgency(care.DeskOperator) || who.Agency == p.RoleAgency(care.SocialWorker)
}

// homeOf is the first page of a role: where its work begins.
func homeOf(role care.Role) string {
	for _, p := range places {
		if p.home == role {
			return p.url
		}
	}
	return "/compiti"
}

// frame is what a page has around it. place is the address of the navigation's
// entry that it belongs to, or empty.
func (s *Server) frame(c *gin.Context, title, place string) web.Frame {
	ctx := c.Request.Context()
	f := web.Frame{Title: title}
	who := s.whoever(ctx)
	if who.ID == "" {
		return f
	}
	f.Name, f.Role = who.Name, italian.Upper(italian.Role(who.Role))
	rules, err := s.book.Rules(ctx, who.Zone)
	if err != nil {
		return f // the page itself says what is wrong
	}
	f.Place = rules.Municipality
	if agency, ok := rules.Agency(who.Agency); ok && agency.Name != rules.Municipality {
		f.Place += " · " + agency.Name
	}
	for _, p := range places {
		if p.open(who, rules.Policy) {
			f.Nav = append(f.Nav, web.Link{URL: p.url, Text: p.text, Current: p.url == place})
		}
	}
	if text := s.sessions.PopString(ctx, flashKey); text != "" {
		f.Flash = &web.Flash{Good: strings.HasPrefix(text, flashGood), Text: text[len(flashGood):]}
	}
	return f
}

// whoever is who asks; on the pages that answer anybody it may be nobody.
func (s *Server) whoever(ctx context.Context) care.Staff {
	if who := staffOf(ctx); who.ID != "" {
		return who
	}
	subject := s.sessions.subject(ctx)
	if subject == "" {
		return care.Staff{}
	}
	who, err := s.staff(ctx, subject)
	if err != nil {
		return care.Staff{}
	}
	return who
}

// A flash is kept in the session until the next page: one character that says
// whether it is good news, and its words.
const (
	flashKey  = "flash"
	flashGood = "+"
	flashBad  = "-"
)

// leave ends a form with good news: the browser goes on to another page, so
// that loading it again repeats nothing. The words name nobody.
func (s *Server) leave(c *gin.Context, to, words string) error {
	if words != "" {
		s.sessions.Put(c.Request.Context(), flashKey, flashGood+words)
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// leaveRefused goes on to another page with why something could not be.
func (s *Server) leaveRefused(c *gin.Context, to, words string) error {
	s.sessions.Put(c.Request.Context(), flashKey, flashBad+words)
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// done goes on after act: to the page that is next, or to the one that waits
// for the process where the command is accepted and not yet worked.
func (s *Server) done(c *gin.Context, cmd ledger.Command, to, words string) error {
	if cmd.State == ledger.CommandAccepted {
		c.Redirect(http.StatusSeeOther, "/in-lavorazione/"+cmd.ID+"?poi="+url.QueryEscape(to))
		return nil
	}
	return s.leave(c, to, words)
}

// newForm makes a form whose sending has one effect however often it is sent.
func newForm(action string) web.Form { return web.Form{Action: action, Key: rand.Text()} }

// tell answers with a page that says one thing.
func (s *Server) tell(c *gin.Context, n problem.Notice) {
	s.render(c, n.Status, web.Notice{
		Frame: s.frame(c, n.Title, ""), Detail: n.Detail, Next: web.Link{URL: n.Link, Text: n.LinkText}, Request: problem.RequestOf(c.Request.Context()).ID,
		Wrong: n.Status >= http.StatusInternalServerError,
	})
}

// problemPage answers with what went wrong, and where to go on.
func (s *Server) problemPage(c *gin.Context, p *problem.Problem) {
	s.problems.Word(c.Request.Context(), p)
	title := "Qualcosa non ha funzionato"
	switch p.Status {
	case http.StatusNotFound:
		title = "Pagina non trovata"
	case http.StatusForbidden:
		title = "Non puoi farlo con il tuo ruolo"
	case http.StatusConflict:
		title = "Non è stato possibile"
	case http.StatusUnprocessableEntity:
		title = "L’indirizzo non è giusto"
		if len(p.Errors) > 0 {
			p.Detail = p.Errors[0].Message
		}
	}
	s.tell(c, problem.Notice{Status: p.Status, Title: title, Detail: p.Detail, Link: "/", LinkText: "Torna al tuo lavoro"})
}

func (s *Server) registerWorking(p pageRoutes) { p.get("/in-lavorazione/:id", s.working) }

// working waits for the process of an accepted command: the page loads itself
// again until the command is worked, and goes on then.
func (s *Server) working(c *gin.Context, who care.Staff) error {
	cmd, err := s.records.Command(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	to := localPath(c.Query("poi"))
	switch cmd.State {
	case ledger.CommandWorked:
		return s.leave(c, to, "Fatto.")
	case ledger.CommandRefused:
		words := ""
		if cmd.Refusal != nil {
			words = s.words.Refusal(cmd.Refusal.Code, cmd.Refusal.Role)
		}
		return s.leaveRefused(c, to, words)
	}
	page := web.Working{Frame: s.frame(c, "In lavorazione", "")}
	page.Refresh = 3
	page.Next = web.Link{URL: "/", Text: "Torna al tuo lavoro"}
	s.render(c, http.StatusAccepted, page)
	return nil
}
