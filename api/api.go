package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/live"
	"percorso/api/pages/feeds"
	"percorso/api/pages/homevisit"
	"percorso/api/pages/mediation"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/together"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/api/rest/counter"
	"percorso/api/rest/waiting"
	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/loops"
	"percorso/internal/probe"
	"percorso/internal/runs"
	"percorso/internal/zone"
)

// OIDC says how people and programs prove who they are.
type OIDC = access.OIDC

// Brakes say how often something may be tried that comes to nothing.
type Brakes = access.Brakes

// Options are what a Server is made of. All but the keys and Now are needed.
type Options struct {
	Listen    string // address to listen on, e.g. 127.0.0.1:8080
	PublicURL string // as browsers see it, without a slash at the end; https makes cookies Secure

	Records  Records
	Mails    Mails         // how they do, for the status
	Temporal client.Client // with the codec; it may connect lazily
	OIDC     OIDC
	Sessions access.Sessions
	Idle     time.Duration      // after which a session ends unused: what its store goes by
	Life     time.Duration      // after which it ends in any case
	Brakes   Brakes             // the zero value holds nobody back
	Proxies  []netip.Prefix     // whose X-Forwarded-For is believed
	Lines    access.Lines       // what the audit keeps of logins and refusals
	Drafts   kept.Drafts        // what people have typed and not sent
	Feeds    feeds.Feeds        // the addresses of their calendars
	Requests mediation.Requests // mediators who are asked for
	Together together.Kept      // who takes part in appointments
	Numbers  counter.Numbers    // of who comes to a desk without an appointment
	Consults counter.Consults   // who is called to a desk at once
	Waiting  waiting.Records    // who waits for a place of a service
	Visits   homevisit.Visits   // who visits people at home
	Words    Words
	Calendar func(care.Policy) (care.Calendar, error)
	Log      *zap.Logger

	// Promises is what people have promised themselves.
	Promises promised.Records

	// LinkKey opens partners' one-time links (package invitation makes it). Nil:
	// there are none, and whatever looks like one is forged.
	LinkKey []byte

	// LoginKey seals what browsers keep of logins under way: 32 bytes, the same in
	// every process. Nil: one that ends with the process.
	LoginKey []byte

	// Changes tells which lists have changed, as long as it runs.
	Changes Changes
	// Workers tells which workers say that they are at work.
	Workers Workers
	// Loops are the process's own, which show whether it is alive.
	Loops *loops.Set
	// Schema says whether this version works on the database's schema.
	Schema func(context.Context) error
	// Unsealed says whether the audit has not been sealed for a while.
	Unsealed func(context.Context) (bool, error)

	// Meter counts the requests; nil: nobody does.
	Meter Meter

	// Spans tells a collector of the requests; nil: nobody does.
	Spans Spans

	// Now is the clock by which everything here goes but the sessions, which end
	// by their store's. Nil: the machine's.
	Now func() time.Time
}

func (o *Options) validate() error {
	switch {
	case o.Records == nil:
		return errors.New("api: no records")
	case o.Mails == nil:
		return errors.New("api: no mails")
	case o.Temporal == nil:
		return errors.New("api: no Temporal client")
	case o.Changes == nil:
		return errors.New("api: no changes")
	case o.Workers == nil:
		return errors.New("api: no workers")
	case o.Loops == nil:
		return errors.New("api: no loops")
	case o.Schema == nil:
		return errors.New("api: no schema")
	case o.Unsealed == nil:
		return errors.New("api: no seals")
	case o.Sessions == nil:
		return errors.New("api: no session store")
	case o.Idle <= 0 || o.Life <= 0:
		return errors.New("api: no time after which sessions end")
	case o.Lines == nil:
		return errors.New("api: no lines")
	case o.Drafts == nil:
		return errors.New("api: no drafts")
	case o.Feeds == nil:
		return errors.New("api: no calendars")
	case o.Promises == nil:
		return errors.New("api: no reminders")
	case o.Numbers == nil:
		return errors.New("api: no numbers")
	case o.Consults == nil:
		return errors.New("api: no consults")
	case o.Visits == nil:
		return errors.New("api: no visits")
	case o.Words == nil:
		return errors.New("api: no words")
	case o.Calendar == nil:
		return errors.New("api: no calendar")
	case o.Log == nil:
		return errors.New("api: no log")
	case o.OIDC.Issuer == "" || o.OIDC.ClientID == "" || o.OIDC.Audience == "":
		return errors.New("api: the OpenID provider needs an issuer, a client id and an audience")
	}
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("api: the public address is no http address")
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // where none is given
	}
	return nil
}

// Changes is where it is known that lists have changed.
type Changes interface {
	live.Changes
	// Run hears of changes until ctx is done.
	Run(ctx context.Context) error
}

// Meter counts what the API does.
type Meter interface {
	// Request counts a request: its route is the template, never the address.
	Request(ctx context.Context, route, method string, status int, took time.Duration)
}

// Spans tells how long each part of a click took.
type Spans interface {
	// Request begins the span of a request; whoever answers it calls end.
	Request(ctx context.Context, route, method string) (within context.Context, end func(status int))
}

// Server is the API: REST API, pages, login and status.
type Server struct {
	listen   string
	https    bool
	records  Records
	drafts   kept.Drafts
	feeds    feeds.Feeds
	requests mediation.Requests
	together together.Kept
	numbers  counter.Numbers
	consults counter.Consults
	waiting  waiting.Records
	visits   homevisit.Visits
	public   string // the address as browsers see it
	book     *zone.Book
	door     *act.Door
	guard    *access.Guard
	pages    *access.Pages
	links    *access.Links
	words    Words
	log      *zap.Logger
	now      func() time.Time
	meter    Meter
	spans    Spans
	status   *status
	probe    *probe.Probe
	problems *problem.Teller
	rest     *rest.API
	changes  Changes
	live     *live.Streams
	loops    *loops.Set
	handler  http.Handler

	promises promised.Records
}

// New makes a server; it connects to nothing yet.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	public := strings.TrimSuffix(o.PublicURL, "/")
	o.Records = &followed{o.Records, o.Log}
	processes, book := runs.New(o.Temporal), zone.NewBook(o.Records, o.Calendar, o.Now)
	s := &Server{
		listen:   o.Listen,
		https:    strings.HasPrefix(public, "https:"),
		records:  o.Records,
		drafts:   o.Drafts,
		feeds:    o.Feeds,
		requests: o.Requests,
		together: o.Together,
		numbers:  o.Numbers,
		consults: o.Consults,
		waiting:  o.Waiting,
		visits:   o.Visits,
		public:   public,
		book:     book,
		door:     act.NewDoor(o.Records, processes, book, o.Now),
		words:    o.Words,
		links:    access.NewLinks(o.LinkKey, o.Records, o.Now),
		log:      o.Log,
		meter:    o.Meter,
		spans:    o.Spans,
		now:      o.Now,
		problems: problem.NewTeller(o.Words, o.Log),
		status:   newStatus(o.Records, o.Mails, o.Workers, o.Unsealed, processes, o.Now),

		promises: o.Promises,
	}
	s.probe = s.status.probe(o.Loops, o.Schema)
	guard, err := access.New(access.Options{
		PublicURL: public, Programs: rest.Prefix, OIDC: o.OIDC, Sessions: o.Sessions, Idle: o.Idle, Life: o.Life, Lines: o.Lines, LoginKey: o.LoginKey, Brakes: o.Brakes, Proxies: o.Proxies, People: o.Records, Policies: book, Drafts: o.Drafts, Places: o.Records,
		Opens: opens, Navigation: navigation, Problems: s.problems, Log: o.Log, Now: o.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	s.guard, s.pages = guard, guard.Pages
	s.live, s.changes, s.loops = live.New(o.Changes, guard.Left, o.Now), o.Changes, o.Loops
	engine, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = headers(guard.Load(engine))
	return s, nil
}

// routes are everything that the process answers. Who may ask is said here:
// nobody needs to be known for the status, the probes, the descriptions of the API and the
// login; SignedIn guards the pages, Authenticated the API.
func (s *Server) routes() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false // an address is written in one way
	r.ContextWithFallback = true
	if err := r.SetTrustedProxies(nil); err != nil { // package access says where a request comes from
		return nil, err
	}
	r.Use(s.begin, s.logged, s.recovery, s.secure, s.readable, s.guard.ForbidOtherSites)
	r.NoRoute(func(c *gin.Context) { s.pages.Failed(c, problem.New(problem.NotFound)) })
	r.NoMethod(s.otherMethod)

	r.GET("/status", s.status.serve)
	r.GET("/livez", gin.WrapF(s.probe.Live))
	r.GET("/readyz", gin.WrapF(s.probe.Ready))
	s.guard.Mount(r)

	var err error
	if s.rest, err = rest.Mount(r, rest.Options{
		Guard: s.guard, Records: s.records, Doubles: s.records, Numbers: s.numbers, Consults: s.consults, Waiting: s.waiting, Visits: s.visits, Requests: s.requests, Together: s.together, Door: s.door, Book: s.book, Problems: s.problems, Words: s.words, Now: s.now,
	}); err != nil {
		return nil, err
	}
	s.places(r)
	return r, nil
}

// Handler is the server without a listener, for tests and other servers.
func (s *Server) Handler() http.Handler { return s.handler }

// Limits of one connection.
const (
	headerTimeout   = 5 * time.Second
	readTimeout     = 15 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 10 * time.Second
)

// Run serves until ctx is done; requests under way are finished, and the streams of open
// pages ended.
func (s *Server) Run(ctx context.Context) error {
	hearing := loops.Loop{Name: "changes", Run: s.changes.Run}
	return loops.Together(ctx, s.serve, func(ctx context.Context) error { return s.loops.Run(ctx, hearing) })
}

func (s *Server) serve(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fmt.Errorf("the API cannot listen on %s: %w", s.listen, err)
	}
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          zap.NewStdLog(s.log),
	}
	server.RegisterOnShutdown(s.live.Close)
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(listener) }()
	s.log.Info("listening", zap.String("address", listener.Addr().String()))
	select {
	case err := <-serving:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(last)
}
