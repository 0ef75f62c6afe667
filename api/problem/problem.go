package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Problem is an error as programs get it (RFC 9457, application/problem+json).
// It names fields and rules and echoes no value: what people write here is
// about people.
type Problem struct {
	Type     string       `json:"type" example:"urn:percorso:problem:taken" doc:"The code as a URI"`
	Title    string       `json:"title" doc:"The status in words"`
	Status   int          `json:"status" example:"409"`
	Code     string       `json:"code" example:"taken" doc:"What went wrong, for programs"`
	Detail   string       `json:"detail,omitempty" doc:"What went wrong, in Italian, for people"`
	Instance string       `json:"instance,omitempty" doc:"The request's id, to be quoted when asking for help"`
	Role     care.Role    `json:"role,omitempty" doc:"Role of whoever holds what was asked for"`
	Errors   []FieldError `json:"errors,omitempty" doc:"The fields that break a rule"`
}

// FieldError says which field breaks which rule.
type FieldError struct {
	Field   string `json:"field" example:"bookings[0].service" doc:"Path of the field; empty: the body itself. Parameters begin with query., path. or header."`
	Rule    string `json:"rule" example:"required" doc:"Code of the rule"`
	Message string `json:"message,omitempty" doc:"The rule in Italian"`
}

// Error is the code: a problem in a log says no more.
func (p *Problem) Error() string { return p.Code }

// GetStatus makes a problem an answer of huma.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers of the answer: whoever finds something away is told
// when to come again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	return h
}

// retryAfter is in how many seconds to come again where something is away.
const retryAfter = "3"

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// Codes of problems beside those of care's refusals.
const (
	codeUnauthenticated = "unauthenticated"   // no valid token and no session
	codeNotStaff        = "not_staff"         // the account has no row among the staff
	codeOtherSite       = "other_site"        // the browser says that another site sent it
	codeNotFound        = "not_found"         // or not for this caller
	codeKeyReused       = "key_reused"        // the idempotency key came with another body
	codeKeyMissing      = "key_missing"       // a POST without Idempotency-Key
	codeBadRequest      = "bad_request"       // unreadable: no JSON, wrong media type
	codeTooLarge        = "too_large"         // body above bodyLimit
	codeMethod          = "method"            // the address does not take the method
	codeProviderAway    = "provider_away"     // the OpenID provider does not answer
	codeUnavailable     = "unavailable"       // something needed is away; try again
	codeInternal        = "internal"          // a defect
	codeInvalid         = care.RefusedInvalid // a field breaks a rule
)

// ruleCursor is the rule that a cursor breaks which no page of the list gave.
const ruleCursor = "cursor"

// statuses gives each code its HTTP status; it is the only place that does.
var statuses = map[string]int{
	codeInvalid:            http.StatusUnprocessableEntity,
	care.RefusedTaken:      http.StatusConflict,
	care.RefusedNotAwaited: http.StatusConflict,
	care.RefusedEnded:      http.StatusConflict,
	care.RefusedNotHeld:    http.StatusConflict,
	care.RefusedForbidden:  http.StatusForbidden,
	codeUnauthenticated:    http.StatusUnauthorized,
	codeNotStaff:           http.StatusForbidden,
	codeOtherSite:          http.StatusForbidden,
	codeNotFound:           http.StatusNotFound,
	codeKeyReused:          http.StatusUnprocessableEntity,
	codeKeyMissing:         http.StatusBadRequest,
	codeBadRequest:         http.StatusBadRequest,
	codeTooLarge:           http.StatusRequestEntityTooLarge,
	codeMethod:             http.StatusMethodNotAllowed,
	codeProviderAway:       http.StatusServiceUnavailable,
	codeUnavailable:        http.StatusServiceUnavailable,
	codeInternal:           http.StatusInternalServerError,
}

// newProblem makes the problem of a code; its words come when it is written.
func newProblem(code string) *Problem {
	status, ok := statuses[code]
	if !ok {
		status = http.StatusInternalServerError
	}
	return &Problem{Type: "urn:percorso:problem:" + code, Title: http.StatusText(status), Status: status, Code: code}
}

// refusal is the problem of a refusal.
func refusal(r *care.Refusal) *Problem {
	p := newProblem(r.Code)
	p.Role = r.Role
	for _, f := range r.Faults {
		p.Errors = append(p.Errors, FieldError{Field: f.Field, Rule: f.Rule})
	}
	return p
}

// problemOf says what an error is to a program. What it does not know becomes a
// generic problem, and goes to the log.
func (s *Server) problemOf(ctx context.Context, err error) *Problem {
	var known *Problem
	var refused *care.Refusal
	var fault *ledger.Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return refusal(refused)
	case errors.Is(err, ledger.ErrNotFound):
		return newProblem(codeNotFound)
	case errors.Is(err, ledger.ErrForbidden):
		return newProblem(care.RefusedForbidden)
	case errors.Is(err, ledger.ErrKeyReused):
		return newProblem(codeKeyReused)
	case errors.Is(err, ledger.ErrCursor):
		return refusal(care.Refuse(care.Fault{Field: "query.cursor", Rule: ruleCursor}))
	case errors.As(err, &fault) && fault.BadText():
		s.broken(ctx, err)
		return newProblem(codeInvalid)
	}
	s.broken(ctx, err)
	if away(err) {
		return newProblem(codeUnavailable)
	}
	return newProblem(codeInternal)
}

// word fills in the words of a problem, and the request that it is about.
func (s *Server) word(ctx context.Context, p *Problem) {
	p.Detail = s.words.Refusal(p.Code, p.Role)
	for i := range p.Errors {
		p.Errors[i].Message = s.words.Rule(p.Errors[i].Rule)
	}
	p.Instance = "urn:percorso:request:" + requestOf(ctx).id
}

// refuse ends a request with a problem.
func (s *Server) refuse(c *gin.Context, p *Problem) {
	c.Abort()
	s.word(c.Request.Context(), p)
	body, err := json.Marshal(p)
	if err != nil {
		s.broken(c.Request.Context(), err)
	}
	for name, values := range p.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	c.Data(p.Status, problemType, body)
}

// broken logs what nobody but an operator should know of.
func (s *Server) broken(ctx context.Context, err error) {
	if errors.Is(err, context.Canceled) {
		return // the caller hung up
	}
	r := requestOf(ctx)
	about := []zap.Field{zap.String("request", r.id), zap.String("route", r.route), zap.String("cause", describe(err))}
	var fault *ledger.Fault
	if errors.As(err, &fault) && fault.SQLSTATE != "" {
		about = append(about, zap.String("sqlstate", fault.SQLSTATE))
	}
	s.log.Error("request failed", about...)
}

// describe says what an error is without what it is about: a driver's messages
// may quote the values that it was given, so only those known to be free of
// them are said in full.
func describe(err error) string {
	said := describeLink(err)
	var inner []error
	//nolint:errorlint // walks the chain itself, a link at a time
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		inner = []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = e.Unwrap()
	}
	for _, e := range inner {
		if e != nil {
			said += ": " + describe(e)
		}
	}
	return said
}

// tellable are errors whose text is ours, or fixed.
var tellable = []error{errProviderAway, ledger.ErrNotFound, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF}

func describeLink(err error) string {
	//nolint:errorlint // one link of the chain
	switch e := err.(type) {
	case *ledger.Fault:
		return e.Error()
	case *pgconn.PgError: // of the session store, which is not ours
		return "postgres " + e.Code
	case *net.OpError:
		return "network " + e.Op + " " + e.Net
	case serviceerror.ServiceError:
		return fmt.Sprintf("temporal %T", err)
	}
	if slices.Contains(tellable, err) {
		return err.Error()
	}
	return fmt.Sprintf("%T", err)
}

// away says whether an error means that something needed does not answer, so
// that the same request may do better in a moment.
func away(err error) bool {
	var network net.Error
	var fault *ledger.Fault
	var unavailable *serviceerror.Unavailable
	switch {
	case errors.As(err, &fault):
		return fault.Away() || fault.Conflict()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network):
		return true
	}
	return errors.As(err, &unavailable)
}

// huma makes its errors through two package variables. Its own echo the
// rejected value, and for an unknown field the whole body.
func init() {
	huma.NewError = humaProblem
	huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return humaProblem(status, msg, errs...)
	}
}

// humaProblem makes a problem of what huma's validation found. Neither its
// message nor its values are taken over.
func humaProblem(status int, _ string, errs ...error) huma.StatusError {
	p := newProblem(codeOf(status))
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		f := fieldError(d.ErrorDetail())
		if f.Field == "header."+keyHeader && f.Rule == "required" {
			p = newProblem(codeKeyMissing)
			p.Errors = []FieldError{f}
			return p
		}
		p.Errors = append(p.Errors, f)
	}
	return p
}

// codeOf gives the code of a status that huma chose itself.
func codeOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return codeInvalid
	case http.StatusRequestEntityTooLarge:
		return codeTooLarge
	case http.StatusNotFound:
		return codeNotFound
	case http.StatusRequestTimeout:
		return codeUnavailable
	}
	if status >= http.StatusInternalServerError {
		return codeInternal
	}
	return codeBadRequest
}

// fieldError reads field and rule from what huma says of a field.
func fieldError(d *huma.ErrorDetail) FieldError {
	field := strings.TrimPrefix(strings.TrimPrefix(d.Location, "body"), ".")
	rule := ruleOf(d.Message)
	switch {
	case strings.HasPrefix(d.Message, requiredProperty):
		name, _, _ := strings.Cut(strings.TrimPrefix(d.Message, requiredProperty), " ")
		if field != "" {
			field += "."
		}
		field += name
	case rule == "unknown_field":
		field = knownShape(field)
	}
	return FieldError{Field: field, Rule: rule}
}

const requiredProperty = "expected required property "

var fieldName = regexp.MustCompile(`^[a-z][a-z_]{0,40}$`)

// knownShape drops an unknown field's name where it does not look like one: a
// name too may be a value in the wrong place.
func knownShape(field string) string {
	parent, name := "", field
	if i := strings.LastIndexByte(field, '.'); i >= 0 {
		parent, name = field[:i], field[i+1:]
	}
	if fieldName.MatchString(name) {
		return field
	}
	return parent
}

// rules reads huma's messages by how they begin.
var rules = []struct{ message, rule string }{
	{requiredProperty, "required"},
	{"required ", "required"},
	{"request body is required", "required"},
	{"unexpected property", "unknown_field"},
	{"unknown query parameter", "unknown_field"},
	{"expected value to be one of", "not_in_list"},
	{"expected string to be RFC", "format"},
	{"expected string to match", "format"},
	{"expected string to be", "format"},
	{"expected length >=", "too_short"},
	{"expected length <=", "too_long"},
	{"expected array length >=", "too_few"},
	{"expected array length <=", "too_many"},
	{"expected array items to be unique", "repeated"},
	{"expected number >", "out_of_range"},
	{"expected number <", "out_of_range"},
	{"expected at most one value", "repeated"},
}

// ruleOf gives the code of the rule; what is none of the list has the wrong type.
func ruleOf(message string) string {
	for _, r := range rules {
		if strings.HasPrefix(message, r.message) {
			return r.rule
		}
	}
	return "type"
}
