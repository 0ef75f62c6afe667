package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

type callerKey struct{}

// staffOf is who asks. It may be called behind signedIn or authenticated alone.
func staffOf(ctx context.Context) care.Staff {
	who, _ := ctx.Value(callerKey{}).(care.Staff)
	return who
}

func withStaff(c *gin.Context, who care.Staff) {
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), callerKey{}, who))
}

// signedIn guards pages: whoever has no session is sent to the login and back.
// Behind it a handler has staffOf(c.Request.Context()).
//
// Unsafe methods are protected from other sites by the origin that the browser
// states (see forbidOtherSites): a form needs no token.
func (s *Server) signedIn(c *gin.Context) {
	subject := s.sessions.subject(c.Request.Context())
	if subject == "" {
		c.Abort()
		if c.Request.Method != http.MethodGet {
			s.tell(c, problem.NoticeSignedOut)
			return
		}
		c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request.URL.RequestURI()))
		return
	}
	who, err := s.staff(c.Request.Context(), subject)
	switch {
	case err == nil:
		withStaff(c, who)
	case errors.Is(err, ledger.ErrForbidden):
		c.Abort()
		s.tell(c, problem.NoticeNotStaff)
	default:
		c.Abort()
		s.problems.Broken(c.Request.Context(), err)
		s.tell(c, problem.NoticeAway)
	}
}

// authenticated guards the API: a bearer token of the OpenID provider, or the
// session that a page has.
func (s *Server) authenticated(c *gin.Context) {
	ctx := c.Request.Context()
	subject := ""
	if token, ok := bearer(c.Request); ok {
		var err error
		switch subject, err = s.tokens.subject(ctx, token); {
		case errors.Is(err, problem.ErrProviderAway):
			s.problems.Broken(c.Request.Context(), err)
			s.problems.Refuse(c, problem.New(problem.ProviderAway))
			return
		case err != nil:
			c.Header("WWW-Authenticate", `Bearer error="invalid_token"`)
			s.problems.Refuse(c, problem.New(problem.Unauthenticated))
			return
		}
	} else if subject = s.sessions.subject(ctx); subject == "" {
		c.Header("WWW-Authenticate", "Bearer")
		s.problems.Refuse(c, problem.New(problem.Unauthenticated))
		return
	}
	who, err := s.staff(ctx, subject)
	switch {
	case err == nil:
		withStaff(c, who)
	case errors.Is(err, ledger.ErrForbidden):
		s.problems.Refuse(c, problem.New(problem.NotStaff))
	default:
		s.problems.Refuse(c, s.problems.Of(ctx, err))
	}
}

// bearer reads the token of the Authorization header. A request that has the
// header is judged by it alone, never by its cookies.
func bearer(r *http.Request) (string, bool) {
	h := r.Header.Get("Authorization")
	if h == "" {
		return "", false
	}
	scheme, token, _ := strings.Cut(h, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", true // an empty token is refused
	}
	return strings.TrimSpace(token), true
}

// staffAge is how long a caller's role, zone and agency are remembered: a
// change of them takes effect within it.
const staffAge = 5 * time.Second

// staff finds who an account is.
func (s *Server) staff(ctx context.Context, subject string) (care.Staff, error) {
	return s.staffCache.Get(subject, func() (care.Staff, error) { return s.records.Staff(ctx, subject) })
}
