package access

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access/seal"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/kept"
	"percorso/internal/ledger"
	"percorso/internal/legible"
	"percorso/internal/message"
	"percorso/internal/recent"
)

// Pages makes pages for who asks: with their name and navigation around them, and
// with what came of the last form.
type Pages struct {
	sessions   sessions
	idle       time.Duration // after which a session ends unused
	people     People
	known      *recent.Cache[care.Staff] // by their accounts
	policies   Policies
	drafts     kept.Drafts
	places     kept.Places
	forms      map[string]Handler // that take forms, by their routes
	navigation func(who care.Staff, policy care.Policy) []web.Link
	programs   string
	problems   *problem.Teller
	seal.Sealer
}

// Policies is where the zones' policies are.
type Policies interface {
	// Policy is the newest loaded policy of a zone.
	Policy(ctx context.Context, zone string) (care.Policy, error)
}

// staff finds who an account is.
func (p *Pages) staff(ctx context.Context, subject string) (care.Staff, error) {
	return p.known.Get(subject, func() (care.Staff, error) { return p.people.Staff(ctx, subject) })
}

// Render answers with a page. A page that cannot be written is a defect: the
// browser gets the plain notice rather than half of it.
func (p *Pages) Render(c *gin.Context, status int, page web.Page) {
	var body bytes.Buffer
	if err := web.Write(&body, page); err != nil {
		p.problems.Broken(c.Request.Context(), err)
		c.Data(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte(problem.NoticeAway().Title))
		return
	}
	if status == http.StatusServiceUnavailable {
		c.Header("Retry-After", problem.RetryAfter)
	}
	c.Data(status, "text/html; charset=utf-8", []byte(seen(body.String())))
}

// seen takes out of a page what nobody can see and what is no text, whoever typed
// it: a form that comes back shows what was typed, and records may be older than
// the rules. Between two signs of HTML stands one text at most.
func seen(page string) string {
	var out strings.Builder
	out.Grow(len(page))
	for {
		end := strings.IndexAny(page, `<>"`)
		text := page
		if end >= 0 {
			text = page[:end]
		}
		if !printable(text) {
			text = legible.Cleaned(text)
		}
		out.WriteString(text)
		if end < 0 {
			return out.String()
		}
		out.WriteByte(page[end])
		page = page[end+1:]
	}
}

// printable says whether a text is of the signs that most of a page is made of.
func printable(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c > '~') && c != '\n' {
			return false
		}
	}
	return true
}

// Frame is what a page has around it. place is the address of the navigation's
// entry that it belongs to, or empty.
func (p *Pages) Frame(c *gin.Context, title, place string) web.Frame {
	ctx := c.Request.Context()
	f := web.Frame{Title: title}
	who := p.whoever(ctx)
	if who.ID == "" {
		return f
	}
	f.Idle, f.Logins = int(p.idle.Seconds()), &web.Link{URL: LoginsPath, Text: message.Say("frame.logins"), Current: LoginsPath == place}
	f.Name, f.Role = who.Name, italian.Upper(italian.Role(who.Role))
	policy, err := p.policies.Policy(ctx, who.Zone)
	if err != nil {
		return f // the page itself says what is wrong
	}
	f.Place = policy.Municipality
	if agency, ok := policy.Agency(who.Agency); ok && agency.Name != policy.Municipality {
		f.Place += " · " + agency.Name
	}
	f.Nav, f.Search = p.navigation(who, policy), care.ReadsCases(who, policy)
	web.Mark(f.Nav, place)
	if count, rung, err := p.people.CountNotices(ctx, who); err == nil {
		f.Rung = web.LinkIf(rung, "/#consulti", message.Say("frame.rung"), place)
		f.Notices = web.LinkIf(count > 0, NoticesPath, message.Count("frame.notices", count), place)
	}
	p.tellDrafts(c, who, &f)
	if act.Held(ctx) && c.GetBool(draftKey) {
		f.Flash = &web.Flash{Good: true, Text: message.Say("frame.draft_is_here")}
	} else if act.Held(ctx) {
		f.Flash = &web.Flash{Good: true, Text: message.Say("frame.form_is_here")}
	} else if text := p.sessions.PopString(ctx, flashKey); text != "" {
		f.Flash = &web.Flash{Good: strings.HasPrefix(text, flashGood), Text: text[len(flashGood):]}
		if to, words, ok := strings.Cut(p.sessions.PopString(ctx, flashLinkKey), " "); ok {
			f.Flash.Link = &web.Link{URL: to, Text: words}
		}
	}
	return f
}

// tellDrafts says what its reader has begun and not sent: on the page where they
// began it, and on each how many there are.
func (p *Pages) tellDrafts(c *gin.Context, who care.Staff, f *web.Frame) {
	list, err := p.drafts.Drafts(c.Request.Context(), who)
	if err != nil || len(list) == 0 {
		return // the page itself says what is wrong
	}
	here := c.Request.URL.Path
	f.Drafts = &web.Link{URL: DraftsPath, Text: message.Say("frame.drafts", "Drafts", len(list)), Current: here == DraftsPath}
	i := slices.IndexFunc(list, func(d kept.Draft) bool { return d.Page == here })
	if i >= 0 && c.Request.Method == http.MethodGet {
		f.Draft = &web.Link{URL: DraftsPath + "/" + list[i].ID, Text: message.Say("frame.draft", "When", italian.Moment(list[i].KeptAt))}
	}
}

// Remember keeps something in the session, sealed for a use: so it is in no address, and
// lasts no longer than the login.
func (p *Pages) Remember(ctx context.Context, use string, v any) error {
	kept, err := p.Seal(use, v)
	p.sessions.Put(ctx, use, kept)
	return err
}

// Remembered reads into v what was kept last for a use, and says whether there is any.
func (p *Pages) Remembered(ctx context.Context, use string, v any) bool {
	return p.Open(use, p.sessions.GetBytes(ctx, use), v) == nil
}

// NoticesPath is the page that says what of theirs was refused later, or opened by others.
const NoticesPath = "/avvisi"

// whoever is who asks; on the pages that answer anybody it may be nobody.
func (p *Pages) whoever(ctx context.Context) care.Staff {
	if who := StaffOf(ctx); who.ID != "" {
		return who
	}
	subject := p.sessions.subject(ctx)
	if subject == "" {
		return care.Staff{}
	}
	who, err := p.staff(ctx, subject)
	if err != nil {
		return care.Staff{}
	}
	return who
}

// A flash is kept in the session until the next page: one character that says
// whether it is good news, and its words.
const (
	flashKey     = "flash"
	flashLinkKey = "flash link" // its link: the address and its words
	flashGood    = "+"
	flashBad     = "-"
)

// Leave ends a form with good news: the browser goes on to another page, so
// that loading it again repeats nothing. The words name nobody.
func (p *Pages) Leave(c *gin.Context, to, words string) error {
	if words != "" {
		p.sessions.Put(c.Request.Context(), flashKey, flashGood+words)
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// LeaveWith is Leave with a link behind the words.
func (p *Pages) LeaveWith(c *gin.Context, to, words string, link web.Link) error {
	p.sessions.Put(c.Request.Context(), flashLinkKey, link.URL+" "+link.Text)
	return p.Leave(c, to, words)
}

// LeaveRefused goes on to another page with why something could not be.
func (p *Pages) LeaveRefused(c *gin.Context, to, words string) error {
	c.Set(refusedKey, true)
	p.sessions.Put(c.Request.Context(), flashKey, flashBad+words)
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// Done goes on after act: to the page that is next, or to the one that waits
// for the process where the command is accepted and not yet worked.
func (p *Pages) Done(c *gin.Context, cmd ledger.Command, to, words string) error {
	if cmd.State == ledger.CommandAccepted {
		c.Redirect(http.StatusSeeOther, "/in-lavorazione/"+cmd.ID+"?poi="+url.QueryEscape(to))
		return nil
	}
	return p.Leave(c, to, words)
}

// Tell answers with a page that says one thing. A partner who came by a link is
// led nowhere into the product.
func (p *Pages) Tell(c *gin.Context, n problem.Notice) {
	page := web.Notice{
		Frame: p.Frame(c, n.Title, ""), Detail: n.Detail, Next: web.Link{URL: n.Link, Text: n.LinkText}, Request: problem.RequestOf(c.Request.Context()).ID,
		Wrong: n.Status >= http.StatusInternalServerError,
	}
	if act.Held(c.Request.Context()) { // the form that was to be shown again is not here
		page.Flash = nil
	}
	if strings.HasPrefix(c.Request.URL.Path, InvitationPath) {
		page.Apart, page.Next = true, web.Link{}
	}
	p.Render(c, n.Status, page)
}

// problemPage answers with what went wrong, and where to go on.
func (p *Pages) problemPage(c *gin.Context, wrong *problem.Problem) {
	if notice, ok := problem.NoticeOf(wrong.Code); ok {
		p.Tell(c, notice)
		return
	}
	p.problems.Word(c.Request.Context(), wrong)
	title, ok := message.Find("problem_title", strconv.Itoa(wrong.Status))
	if !ok {
		title = message.Say("wrong.title")
	}
	if wrong.Status == http.StatusUnprocessableEntity && len(wrong.Errors) > 0 {
		wrong.Detail = wrong.Errors[0].Message
		if field := wrong.Errors[0].Field; strings.HasPrefix(field, "query") || field == "path" {
			title = message.Say("wrong.address")
		}
	}
	if wrong.Code == problem.TooOften {
		p.heldPage(c, wrong, c.Request.URL.RequestURI())
		return
	}
	p.Tell(c, problem.Notice{Status: wrong.Status, Title: title, Detail: wrong.Detail, Link: "/", LinkText: message.Say("wrong.next")})
}

// heldPage answers somebody who has tried something too often with when to try again,
// and where.
func (p *Pages) heldPage(c *gin.Context, wrong *problem.Problem, again string) {
	p.problems.Word(c.Request.Context(), wrong)
	c.Header("Retry-After", wrong.GetHeaders().Get("Retry-After"))
	p.Tell(c, problem.Notice{Status: wrong.Status, Title: message.Say("too_often.title"), Detail: wrong.Detail, Link: again, LinkText: message.Say("too_often.next")})
}

// forPrograms says whether a request is made where programs ask.
func (p *Pages) forPrograms(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, p.programs) }

// Failed ends a request that came to no handler with a page for people and a
// problem for programs.
func (p *Pages) Failed(c *gin.Context, wrong *problem.Problem) {
	if p.forPrograms(c.Request) || !strings.Contains(c.GetHeader("Accept"), "text/html") {
		p.problems.Refuse(c, wrong)
		return
	}
	p.fail(c, wrong)
}
