package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"
)

const (
	bodyLimit      = 1 << 20          // bytes
	requestTimeout = 15 * time.Second // of the work for one request; above patience and a slow database
)

// request is what the log knows a request by.
type request struct{ id, route string }

type requestKey struct{}

// requestOf is the request that a context belongs to.
func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// begin gives the request an id, and bounds what it may send and take. An id
// that the caller sends is not taken over: it may be anything.
func begin(c *gin.Context) {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	r := request{id: hex.EncodeToString(b[:]), route: c.FullPath()}
	if r.route == "" {
		r.route = "none"
	}
	c.Header("X-Request-Id", r.id)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
	ctx, cancel := context.WithTimeout(context.WithValue(c.Request.Context(), requestKey{}, r), requestTimeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// access logs a line for each request: its route and never its address, query
// or body, which may hold what people look for.
func (s *Server) access(c *gin.Context) {
	began := time.Now()
	c.Next()
	r := requestOf(c.Request.Context())
	s.log.Info("request",
		zap.String("request", r.id),
		zap.String("method", methodOf(c.Request.Method)),
		zap.String("route", r.route),
		zap.Int("status", c.Writer.Status()),
		zap.Duration("took", time.Since(began)),
	)
}

// methodOf keeps an invented method out of the log.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recovery answers a panic with a generic problem. What was panicked with may
// quote what somebody typed, so only its type and the stack are logged.
func (s *Server) recovery(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause)
		}
		if failed, ok := cause.(unencodable); ok {
			s.broken(c.Request.Context(), failed)
			for _, name := range []string{"Content-Type", "Location"} { // of the answer that there is not
				c.Writer.Header().Del(name)
			}
			s.refuse(c, newProblem(codeInternal))
			return
		}
		r := requestOf(c.Request.Context())
		s.log.Error("panic", zap.String("request", r.id), zap.String("route", r.route),
			zap.String("cause", fmt.Sprintf("%T", cause)), zap.ByteString("stack", debug.Stack()))
		if !c.Writer.Written() {
			s.failed(c, newProblem(codeInternal))
		}
	}()
	c.Next()
}

// contentPolicy lets a page load what this server serves and nothing else. The
// style sheet holds its small pictures as data addresses.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that hold for every answer. A handler of static files
// replaces Cache-Control.
func (s *Server) secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if s.https {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// forbidOtherSites refuses an unsafe request that a browser sends for another
// site. A request with a token is not a browser's doing.
func (s *Server) forbidOtherSites(c *gin.Context) {
	if _, ok := bearer(c.Request); ok {
		return
	}
	if err := s.origins.Check(c.Request); err != nil {
		s.failed(c, newProblem(codeOtherSite))
	}
}

// failed ends a request with a page for people and a problem for programs.
func (s *Server) failed(c *gin.Context, p *Problem) {
	if strings.HasPrefix(c.Request.URL.Path, apiPrefix) || !strings.Contains(c.GetHeader("Accept"), "text/html") {
		s.refuse(c, p)
		return
	}
	c.Abort()
	s.word(c.Request.Context(), p)
	s.tell(c, notice{Status: p.Status, Title: "Qualcosa non ha funzionato", Detail: p.Detail, Link: "/", LinkText: "Torna all’inizio"})
}
