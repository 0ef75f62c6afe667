package access

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"percorso/api/problem"
	"percorso/internal/ledger"
)

// Sessions is where the sessions of browsers are kept, with what hangs on them.
type Sessions interface {
	scs.CtxStore
	// Peek reads a session as FindCtx does, and is no use of it.
	Peek(ctx context.Context, token string) (data []byte, found bool, err error)
	WaitingForms

	// Left says how long a session goes on if nothing more is asked in it, which
	// this is not. 0: it has ended.
	Left(ctx context.Context, token string) (time.Duration, error)
	// Logins lists the sessions of an account, the one that asks first.
	Logins(ctx context.Context, subject, token string) ([]ledger.Login, error)
	// EndOthers ends all sessions of an account but one, and revokes its tokens of
	// before. It says how many sessions have ended.
	EndOthers(ctx context.Context, subject, token string) (int, error)
	// TokensSince is from when on the tokens of an account are good; the zero time:
	// ever.
	TokensSince(ctx context.Context, subject string) (time.Time, error)
}

// sessions are the logins of browsers: a random token in a cookie, and the
// account behind it in Postgres.
type sessions struct {
	*scs.SessionManager
	unused *scs.SessionManager // the same, of which reading is no use and nothing is written
}

// LiveHeader is what a page asks with that fetches its lists anew by itself: it keeps
// nobody logged in, and takes nothing of what the next page is to be told.
const LiveHeader = "X-Percorso-Live"

// peeking is a store that leaves everything as it is.
type peeking struct{ Sessions }

func (p peeking) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return p.Peek(ctx, token)
}
func (peeking) CommitCtx(context.Context, string, []byte, time.Time) error { return nil }

func newSessions(store Sessions, life time.Duration, https bool, failed func(http.ResponseWriter, *http.Request, error)) sessions {
	m := scs.New()
	m.Store = store
	m.Lifetime = life
	m.HashTokenInStore = true // who reads the table cannot be somebody
	m.Cookie.Name = cookieName("percorso", https)
	m.Cookie.Persist = false                 // closing the browser is leaving: computers at a desk are shared
	m.Cookie.SameSite = http.SameSiteLaxMode // the provider's way back is a link from another site
	m.Cookie.Secure = https
	m.ErrorFunc = failed
	unused := *m
	unused.Store = peeking{store}
	return sessions{m, &unused}
}

type sessionLoaded struct{}

// stayPath is where a page asks how long its session goes on.
const stayPath = "/sessione"

// load gives next the session of a request that needs one. Static files, the status,
// one-time links and whatever comes with a program's token need none.
func (m sessions) load(next http.Handler, needed func(*http.Request) bool) http.Handler {
	mark := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionLoaded{}, true)))
	})
	loading, live := m.LoadAndSave(mark), m.unused.LoadAndSave(mark)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !needed(r) || r.URL.Path == stayPath && r.Method == http.MethodGet {
			next.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodGet && r.Header.Get(LiveHeader) != "" {
			live.ServeHTTP(&stoppable{ResponseWriter: w}, r)
			return
		}
		loading.ServeHTTP(&stoppable{ResponseWriter: w}, r)
	})
}

// stoppable is an answer that another one took the place of: a session may fail
// to be written when its handler has answered already.
type stoppable struct {
	http.ResponseWriter
	stopped bool
}

// replace answers instead of whatever was, or is yet to be, said.
func (w *stoppable) replace(status int, contentType, body string) {
	clear(w.Header())
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", problem.RetryAfter)
	}
	w.ResponseWriter.WriteHeader(status)
	_, _ = io.WriteString(w.ResponseWriter, body)
	w.stopped = true
}

func (w *stoppable) WriteHeader(status int) {
	if !w.stopped {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *stoppable) Write(b []byte) (int, error) {
	if w.stopped {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *stoppable) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func sessionless(path string) bool {
	return strings.HasPrefix(path, "/assets/") || strings.HasPrefix(path, "/openapi") || strings.HasPrefix(path, InvitationPath) || path == "/status" || path == "/livez" || path == "/readyz"
}

// subject is the account that is logged in; empty: nobody.
func (m sessions) subject(ctx context.Context) string {
	if ctx.Value(sessionLoaded{}) == nil {
		return ""
	}
	return m.GetString(ctx, subjectKey)
}

// Where a session has its account, and the kind of its browser. The store reads both.
const (
	subjectKey = "subject"
	deviceKey  = "device"
)

// begin makes the session one of an account that has just logged in. A token from
// before the login must not become somebody, and what one account left in the
// browser's session is not another's.
func (m sessions) begin(ctx context.Context, subject, device string) error {
	if before := m.subject(ctx); before != "" && before != subject {
		if err := m.Clear(ctx); err != nil {
			return err
		}
	}
	if err := m.RenewToken(ctx); err != nil {
		return err
	}
	m.SetDeadline(ctx, time.Now().Add(m.Lifetime)) //nolint:forbidigo // the store looks at the machine's clock
	m.Put(ctx, subjectKey, subject)
	m.Put(ctx, deviceKey, device)
	return nil
}

// storedToken is what the store knows the session by that asks; empty: none does.
func (m sessions) storedToken(ctx context.Context) string {
	if ctx.Value(sessionLoaded{}) == nil {
		return ""
	}
	if token := m.Token(ctx); token != "" {
		return stored(token)
	}
	return ""
}

// stored is what the store knows a token by.
func stored(token string) string {
	return base64.RawURLEncoding.EncodeToString(digest(token))
}
