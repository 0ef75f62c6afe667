package access

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"percorso/api/access/accesstest"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/invitation"
	"percorso/internal/italian/words"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
)

const (
	programs  = "/api/v1"
	someID    = "0190f0f0-0000-7000-8000-000000000001"
	anotherID = "0190f0f0-0000-7000-8000-000000000002"
)

var (
	someWorker     = care.Staff{ID: "s1", Subject: "social_worker.prova", Name: "Operatrice Prova 0001", Role: care.SocialWorker, Zone: "prova", Agency: "comune"}
	someSupervisor = care.Staff{ID: "s2", Subject: "supervisor.prova", Name: "Responsabile Prova 0001", Role: care.Supervisor, Zone: "prova", Agency: "comune"}
)

func monday() time.Time { return testclock.Monday }

// somePeople are members of staff; it remembers whom it was asked for.
type somePeople struct {
	staff map[string]care.Staff
	asked []string
}

func (*somePeople) CountNotices(context.Context, care.Staff) (int, bool, error) {
	return 0, false, nil
}

func (p *somePeople) Staff(_ context.Context, subject string) (care.Staff, error) {
	p.asked = append(p.asked, subject)
	who, ok := p.staff[subject]
	if !ok {
		return who, ledger.ErrForbidden
	}
	return who, nil
}

type somePolicies struct{}

func (somePolicies) Policy(context.Context, string) (care.Policy, error) {
	return care.Policy{Zone: "prova", Municipality: "Comune di Prova"}, nil
}

// someLinks are open until they are used; that of anotherID is.
type someLinks struct{}

func (someLinks) OpenLink(_ context.Context, id string) (ledger.Link, error) {
	link := ledger.Link{ID: id, Open: true, Expires: testclock.Monday.Add(time.Hour)}
	if id == anotherID {
		link.Used = &testclock.Monday
	}
	return link, nil
}

// sessionIdle is after how long sessions end unused.
const sessionIdle = 30 * time.Minute

// rig is a guard with something behind it for people and for programs.
type rig struct {
	*httptest.Server
	t        *testing.T
	guard    *Guard
	people   *somePeople
	provider *accesstest.Provider
	logins   *accesstest.Sessions
	drafts   *accesstest.Drafts
	places   accesstest.Places
	browser  *http.Client
	now      time.Time
	begun    map[string][2]string // the nonce and challenge of logins, by their state
}

func newRig(t *testing.T, change ...func(*Options)) *rig {
	t.Helper()
	b := &rig{t: t, now: testclock.Monday}
	clock := func() time.Time { return b.now }
	b.logins = accesstest.NewSessions(clock, sessionIdle)
	b.drafts = accesstest.NewDrafts(clock)
	b.provider = accesstest.NewProvider(t, someWorker.Subject, clock)
	b.people = &somePeople{staff: map[string]care.Staff{someWorker.Subject: someWorker, someSupervisor.Subject: someSupervisor}}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.guard.Load(engine).ServeHTTP(w, r) }))
	t.Cleanup(b.Close)
	options := Options{
		PublicURL: b.URL, Programs: programs, Sessions: b.logins, Idle: sessionIdle, Life: 10 * time.Hour, Lines: b.logins, Drafts: b.drafts, Places: &b.places, People: b.people, Policies: somePolicies{},
		OIDC:       OIDC{Issuer: b.provider.URL, ClientID: "percorso", ClientSecret: "segreto", Audience: "percorso-api"},
		Navigation: func(care.Staff, care.Policy) []web.Link { return nil },
		Problems:   problem.NewTeller(words.Words{}, zap.NewNop()), Log: zap.NewNop(), Now: clock,
	}
	for _, c := range change {
		c(&options)
	}
	guard, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	b.guard = guard
	engine.Use(guard.ForbidOtherSites)
	guard.Mount(engine)
	api := engine.Group(programs, guard.Authenticated)
	api.GET("/me", func(c *gin.Context) { c.JSON(http.StatusOK, StaffOf(c.Request.Context())) })
	api.POST("/tasks/:id/claim", func(c *gin.Context) { c.Status(http.StatusOK) })
	links := NewLinks(make([]byte, invitation.KeySize), someLinks{}, clock)
	engine.GET(InvitationPath+":token", links.Slowly(guard), func(c *gin.Context) {
		_, state, _ := links.Open(c.Request.Context(), c.Param("token"))
		if state != LinkValid {
			links.Refused(c, guard, state)
		}
		c.String(http.StatusOK, "%s", state)
	})
	engine.Any("/compiti", guard.SignedIn, func(c *gin.Context) { c.String(http.StatusOK, StaffOf(c.Request.Context()).Subject) })
	engine.GET("/lascia", func(c *gin.Context) { guard.Pages.sessions.Put(c.Request.Context(), "words", "of the first") })
	engine.GET("/parole", func(c *gin.Context) {
		c.String(http.StatusOK, guard.Pages.sessions.GetString(c.Request.Context(), "words"))
	})
	api.GET("/forbidden", func(c *gin.Context) { c.Status(http.StatusForbidden) })
	pages := guard.Routes(engine)
	pages.Get("/vietato/:id", func(*gin.Context, care.Staff) error { return ledger.ErrForbidden })
	pages.Post("/moduli/:id", func(c *gin.Context, _ care.Staff) error {
		did := "done"
		if act.Held(c.Request.Context()) {
			did = "held"
		}
		c.String(http.StatusOK, "%s %s %s %s", c.Param("id"), did, c.PostForm("note"), c.PostForm("topic"))
		return nil
	})
	pages.Get("/pagine/:id", func(c *gin.Context, _ care.Staff) error {
		f := guard.Pages.Frame(c, "", "")
		for _, l := range []*web.Link{f.Drafts, f.Draft} {
			if l != nil {
				c.String(http.StatusOK, "%s %s\n", l.URL, l.Text)
			}
		}
		return nil
	})
	pages.Post("/inviati/:id", func(c *gin.Context, _ care.Staff) error {
		if c.PostForm("note") == "gone" {
			return ledger.ErrNotFound
		}
		if act.Held(c.Request.Context()) {
			c.String(http.StatusOK, "%s held %s", c.Param("id"), c.PostForm("note"))
			return nil
		}
		if c.PostForm("note") == "no" {
			return guard.Pages.LeaveRefused(c, "/", "no")
		}
		return guard.Pages.Leave(c, "/", "")
	})
	pages.Post("/modulo", func(c *gin.Context, _ care.Staff) error {
		said := []string{}
		for _, f := range act.Unreadable(c.Request.Context()) {
			said = append(said, f.Field+" "+f.Rule)
		}
		c.String(http.StatusOK, "%s %s %s", c.PostForm("note"), c.PostForm("topic"), strings.Join(said, ", "))
		return nil
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return b
}

type answer = accesstest.Answer

func (b *rig) do(c *http.Client, r *http.Request) answer {
	b.t.Helper()
	return accesstest.Ask(b.t, c, r)
}

func (b *rig) request(method, path, body string) *http.Request {
	b.t.Helper()
	return accesstest.NewRequest(b.t, method, b.URL+path, body)
}

// as sends a request with a member of staff's token.
func (b *rig) as(who care.Staff, method, path, body string) answer {
	b.t.Helper()
	r := b.request(method, path, body)
	r.Header.Set("Authorization", "Bearer "+b.provider.Token(b.t, who.Subject, "percorso-api", nil))
	return b.do(http.DefaultClient, r)
}

// logIn walks the browser through the login, as far as the provider lets it.
func (b *rig) logIn(subject string) answer {
	b.t.Helper()
	b.provider.Subject = subject
	return b.endLogin(b.beginLogin("/compiti"))
}

// beginLogin opens a login that leads to a page, and gives its state.
func (b *rig) beginLogin(next string) (state string) {
	b.t.Helper()
	return b.beginAt("/login?next=" + url.QueryEscape(next))
}

func (b *rig) beginAt(path string) (state string) {
	b.t.Helper()
	a := b.do(b.browser, b.request(http.MethodGet, path, ""))
	to, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("login: %d %s", a.StatusCode, a.Text)
	}
	q := to.Query()
	if b.begun == nil {
		b.begun = map[string][2]string{}
	}
	b.begun[q.Get("state")] = [2]string{q.Get("nonce"), q.Get("code_challenge")}
	return q.Get("state")
}

// endLogin comes back from the provider, which answers for the login of this state.
func (b *rig) endLogin(state string) answer {
	b.t.Helper()
	b.provider.Nonce, b.provider.Challenge = b.begun[state][0], b.begun[state][1]
	return b.do(b.browser, b.request(http.MethodGet, "/login/callback?code=good&state="+url.QueryEscape(state), ""))
}

// after lets time go by.
func (b *rig) after(d time.Duration) { b.now = b.now.Add(d) }

// forgetCookies makes the browser another one.
func (b *rig) forgetCookies() {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.browser.Jar = jar
}

func (b *rig) address() *url.URL {
	b.t.Helper()
	u, err := url.Parse(b.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}
