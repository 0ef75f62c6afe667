package access

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"percorso/api/problem"
)

// sessionLifetime is a working day: there is no renewal, so that a request does
// not write.
const sessionLifetime = 10 * time.Hour

// sessions are the logins of browsers: a random token in a cookie, and the
// account behind it in Postgres.
type sessions struct{ *scs.SessionManager }

func newSessions(store scs.Store, https bool, failed func(http.ResponseWriter, *http.Request, error)) sessions {
	m := scs.New()
	m.Store = store
	m.Lifetime = sessionLifetime
	m.HashTokenInStore = true // who reads the table cannot be somebody
	m.Cookie.Name = cookieName("percorso", https)
	m.Cookie.Persist = false                 // closing the browser is leaving: computers at a desk are shared
	m.Cookie.SameSite = http.SameSiteLaxMode // the provider's way back is a link from another site
	m.Cookie.Secure = https
	m.ErrorFunc = failed
	return sessions{m}
}

type sessionLoaded struct{}

// load gives next the session of a request that needs one. Static files, the status,
// one-time links and whatever comes with a program's token need none.
func (m sessions) load(next http.Handler, needed func(*http.Request) bool) http.Handler {
	mark := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionLoaded{}, true)))
	})
	loading := m.LoadAndSave(mark)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !needed(r) {
			next.ServeHTTP(w, r)
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

// subjectKey is where a session has its account.
const subjectKey = "subject"

// begin makes the session one of an account that has just logged in. A token from
// before the login must not become somebody, and what one account left in the
// browser's session is not another's.
func (m sessions) begin(ctx context.Context, subject string) error {
	if before := m.subject(ctx); before != "" && before != subject {
		if err := m.Clear(ctx); err != nil {
			return err
		}
	}
	if err := m.RenewToken(ctx); err != nil {
		return err
	}
	m.SetDeadline(ctx, time.Now().Add(sessionLifetime)) //nolint:forbidigo // the store looks at the machine's clock
	m.Put(ctx, subjectKey, subject)
	return nil
}
