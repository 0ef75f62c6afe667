package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"percorso/api/live"
	"percorso/api/problem"
	"percorso/api/rest"
	"percorso/internal/care"
	"percorso/internal/legible"
	"percorso/internal/trace"
)

const (
	bodyLimit      = 1 << 20          // bytes
	requestTimeout = 15 * time.Second // of the work for one request; above patience and a slow database
)

// begin gives the request an id, and bounds what it may send and take. An id that
// the caller sends is not taken over: it may be anything. Those of a trace are, since
// they can be nothing but ids, and a caller can then follow its click through here.
func (s *Server) begin(c *gin.Context) {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	r := problem.Request{ID: hex.EncodeToString(b[:]), Route: c.FullPath()}
	if r.Route == "" {
		r.Route = "none"
	}
	c.Header("X-Request-Id", r.ID)
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
	ctx := problem.WithRequest(c.Request.Context(), r)
	if r.Route != live.Path { // which ends by itself
		within, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		ctx = within
	}
	ctx = trace.FromCaller(ctx, c.Request.Header.Values(trace.Header))
	if s.spans != nil {
		within, end := s.spans.Request(ctx, r.Route, methodOf(c.Request))
		defer func() { end(c.Writer.Status()) }()
		ctx = within
	}
	ctx = trace.Ensured(ctx)
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// headers answers HEAD as GET does, at every address: the server itself keeps the
// body back from whoever asked for the headers alone. The log tells them apart.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r = r.Clone(context.WithValue(r.Context(), headersAlone{}, true))
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

type headersAlone struct{}

// logged writes a line for each request: its route and never its address, query
// or body, which may hold what people look for.
func (s *Server) logged(c *gin.Context) {
	began := s.now()
	c.Next()
	r := problem.RequestOf(c.Request.Context())
	took := s.now().Sub(began)
	if s.meter != nil && r.Route != live.Path { // how long a page is open is nothing that anybody waits for
		s.meter.Request(c.Request.Context(), r.Route, methodOf(c.Request), c.Writer.Status(), took)
	}
	s.log.Info("request",
		zap.String("request", r.ID),
		zap.String("trace", trace.ID(c.Request.Context())),
		zap.String("method", methodOf(c.Request)),
		zap.String("route", r.Route),
		zap.Int("status", c.Writer.Status()),
		zap.Duration("took", took),
	)
}

// methodOf is the method that a request came with; an invented one is kept out of
// the log.
func methodOf(r *http.Request) string {
	if r.Context().Value(headersAlone{}) != nil {
		return http.MethodHead
	}
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// readable refuses an address that is no text, or that gives a parameter twice: no
// record has one of its kind, Go overlooks what it cannot read of a query, and
// whoever reads it takes the first. The bodies are looked at where they are read.
func (s *Server) readable(c *gin.Context) {
	if faults := unreadable(c.Request.URL); len(faults) > 0 {
		s.pages.Failed(c, problem.Refusal(care.Refuse(faults...)))
	}
}

func unreadable(address *url.URL) (faults care.Faults) {
	faults.Add(legible.IsText(address.Path), "path", care.RuleIllegible)
	query, err := url.ParseQuery(address.RawQuery)
	faults.Add(err == nil, "query", problem.RuleEncoding)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		field := problem.FieldIn("query", name)
		faults.Add(len(query[name]) == 1, field, problem.RuleRepeated)
		faults.Add(legible.IsText(name) && !slices.ContainsFunc(query[name], func(v string) bool { return !legible.IsText(v) }), field, care.RuleIllegible)
	}
	return faults
}

// otherMethod answers a method that an address does not take, with those that it
// does; OPTIONS asks for them.
func (s *Server) otherMethod(c *gin.Context) {
	h := c.Writer.Header()
	takes := strings.Split(h.Get("Allow"), ", ") // the router's own list
	if slices.Contains(takes, http.MethodGet) {
		takes = append(takes, http.MethodHead)
	}
	h.Set("Allow", strings.Join(append(takes, http.MethodOptions), ", "))
	if c.Request.Method == http.MethodOptions {
		c.AbortWithStatus(http.StatusNoContent)
		return
	}
	s.pages.Failed(c, problem.New(problem.Method))
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
		if failed, ok := cause.(rest.Unencodable); ok {
			s.problems.Broken(c.Request.Context(), failed)
			for _, name := range []string{"Content-Type", "Location"} { // of the answer that there is not
				c.Writer.Header().Del(name)
			}
			s.problems.Refuse(c, problem.New(problem.Internal))
			return
		}
		r := problem.RequestOf(c.Request.Context())
		s.log.Error("panic", zap.String("request", r.ID), zap.String("route", r.Route),
			zap.String("cause", fmt.Sprintf("%T", cause)), zap.ByteString("stack", debug.Stack()))
		if !c.Writer.Written() {
			s.pages.Failed(c, problem.New(problem.Internal))
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
