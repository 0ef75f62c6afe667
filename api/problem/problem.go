// Package problem tells what went wrong: to programs as problems, to people in
// words, and to the log without what it is about.
package problem

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgconn"
	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"

	"percorso/internal/care"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/told"
)

// Problem is an error as programs get it (RFC 9457, application/problem+json).
// It names fields and rules and echoes no value: what people write here is
// about people.
type Problem struct {
	Type       string       `json:"type" example:"urn:percorso:problem:taken" doc:"The code as a URI"`
	Title      string       `json:"title" doc:"The status in words"`
	Status     int          `json:"status" example:"409"`
	Code       string       `json:"code" example:"taken" doc:"What went wrong, for programs"`
	Detail     string       `json:"detail,omitempty" doc:"What went wrong, in Italian, for people"`
	Instance   string       `json:"instance,omitempty" doc:"The request's id, to be quoted when asking for help"`
	Role       care.Role    `json:"role,omitempty" doc:"Role of whoever holds what was asked for"`
	Now        string       `json:"now,omitempty" example:"requested" doc:"What is so, of not_awaited and ended: the state of the referral, task or plan, or the kind of the task that comes first"`
	Errors     []FieldError `json:"errors,omitempty" doc:"The fields that break a rule"`
	Open       *Open        `json:"open,omitempty" doc:"What there is already, of already_open"`
	Offers     []FreePlace  `json:"offers,omitempty" doc:"Free places instead of one that is not, of no_place, outside_sessions and closed_day"`
	Candidates []Candidate  `json:"candidates,omitempty" doc:"Case files that may be of the same person, the likeliest first, of same_person"`
	Wait       int          `json:"retry_after,omitempty" example:"20" doc:"In how many seconds to try again, of too_often"`

	Operation care.Operation `json:"-"` // that was asked, for the words
}

// Open is what there is already where a second one was asked for.
type Open struct {
	ID       string `json:"id" example:"placement/0190f0f0-0000-7000-8000-000000000001" doc:"Id of the branch, as the case file lists it, or of the case file's own run"`
	Location string `json:"location" doc:"Where to look at it"`
}

// FreePlace is a free place of a service.
type FreePlace struct {
	Service string    `json:"service" example:"pas" doc:"Code of the service"`
	At      time.Time `json:"at"`
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

// GetHeaders are the headers of the answer: whoever finds something away, or tries too
// often, is told when to come again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch p.Status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", RetryAfter)
	case http.StatusTooManyRequests:
		h.Set("Retry-After", strconv.Itoa(p.Wait))
	}
	return h
}

// RetryAfter is in how many seconds to come again where something is away.
const RetryAfter = "3"

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return MediaType }

// MediaType is that of problems.
const MediaType = "application/problem+json"

// Codes of problems beside those of care's refusals.
const (
	Unauthenticated = "unauthenticated"   // no valid token and no session
	NotStaff        = "not_staff"         // the account has no row among the staff
	OtherSite       = "other_site"        // the browser says that another site sent it
	NotFound        = "not_found"         // or not for this caller
	KeyReused       = "key_reused"        // the idempotency key came with another body
	KeyMissing      = "key_missing"       // a POST without Idempotency-Key
	BadRequest      = "bad_request"       // unreadable: no JSON, no form, a broken address
	LoginFailed     = "login_failed"      // what came back from the provider is of no login of ours
	MediaKind       = "media_type"        // a body of a kind that the address does not take
	NotAcceptable   = "not_acceptable"    // the caller takes no JSON
	TooLarge        = "too_large"         // a body above the limit
	Method          = "method"            // the address does not take the method
	TooOften        = "too_often"         // tried more often than may be; it says when to try again
	ProviderAway    = "provider_away"     // the OpenID provider does not answer
	Unavailable     = "unavailable"       // something needed is away; try again
	Internal        = "internal"          // a defect
	SamePerson      = "same_person"       // files may be of the person whose file is to be opened
	Invalid         = care.RefusedInvalid // a field breaks a rule
)

// Rules that what is sent may break whatever it is about.
const (
	RuleCursor   = "cursor"   // no page of the list gave it
	RuleEncoding = "encoding" // the signs behind % are no code of a character
	RuleJSON     = "json"     // the body is not one JSON value
	RuleTooDeep  = "too_deep" // values within values, more of them than any form has
	RuleNoBody   = "no_body"  // the address takes none
	RuleRepeated = "repeated" // given more than once
)

// statuses gives each code its HTTP status; it is the only place that does.
var statuses = map[string]int{
	Invalid:                http.StatusUnprocessableEntity,
	care.RefusedTaken:      http.StatusConflict,
	care.RefusedNotAwaited: http.StatusConflict,
	care.RefusedEnded:      http.StatusConflict,
	care.RefusedNotHeld:    http.StatusConflict,
	care.RefusedOpen:       http.StatusConflict,
	care.RefusedChanged:    http.StatusConflict,
	care.RefusedInFlight:   http.StatusConflict,
	care.RefusedOvertaken:  http.StatusConflict,
	care.RefusedByHand:     http.StatusConflict,
	care.RefusedHeld:       http.StatusConflict,
	told.Nobody:            http.StatusConflict,
	told.Today:             http.StatusConflict,
	care.RefusedForbidden:  http.StatusForbidden,
	SamePerson:             http.StatusConflict,
	Unauthenticated:        http.StatusUnauthorized,
	NotStaff:               http.StatusForbidden,
	OtherSite:              http.StatusForbidden,
	NotFound:               http.StatusNotFound,
	KeyReused:              http.StatusUnprocessableEntity,
	KeyMissing:             http.StatusBadRequest,
	BadRequest:             http.StatusBadRequest,
	LoginFailed:            http.StatusBadRequest,
	MediaKind:              http.StatusUnsupportedMediaType,
	NotAcceptable:          http.StatusNotAcceptable,
	TooLarge:               http.StatusRequestEntityTooLarge,
	Method:                 http.StatusMethodNotAllowed,
	TooOften:               http.StatusTooManyRequests,
	ProviderAway:           http.StatusServiceUnavailable,
	Unavailable:            http.StatusServiceUnavailable,
	Internal:               http.StatusInternalServerError,
}

// StatusOf is the HTTP status of a code; false: the code is not known.
func StatusOf(code string) (int, bool) {
	status, ok := statuses[code]
	return status, ok
}

// New makes the problem of a code; its words come when it is written.
func New(code string) *Problem {
	status, ok := StatusOf(code)
	if !ok {
		status = http.StatusInternalServerError
	}
	return &Problem{Type: "urn:percorso:problem:" + code, Title: http.StatusText(status), Status: status, Code: code}
}

// Held is the problem of somebody who tries something too often, and has to wait.
func Held(wait time.Duration) *Problem {
	p := New(TooOften)
	p.Wait = int((wait + time.Second - 1) / time.Second)
	return p
}

// Refusal is the problem of a refusal.
func Refusal(r *care.Refusal) *Problem {
	p := New(r.Code)
	p.Role, p.Operation, p.Now = r.Role, r.Operation, r.Now
	for _, f := range r.Faults {
		p.Errors = append(p.Errors, FieldError{Field: f.Field, Rule: f.Rule})
	}
	if r.Open != nil {
		p.Open = openOf(*r.Open)
	}
	for _, o := range r.Offers {
		p.Offers = append(p.Offers, FreePlace{string(o.Service), o.At})
	}
	return p
}

// Resources is where the resources of the API are.
const Resources = "/api/v1"

// openOf says where to look at what there is already: at the équipe or the
// referral itself, else at the case file.
func openOf(o care.Open) *Open {
	there := &Open{ID: cmp.Or(o.Run, ledger.CaseRun(o.Case)), Location: Resources + "/case-files/" + o.Case}
	switch {
	case ledger.KindOf(o.Run) == care.RunEquipe:
		there.Location = Resources + "/equipes/" + ledger.BareID(o.Run)
	case o.Referral != "":
		there.Location = Resources + "/referrals/" + o.Referral
	}
	return there
}

// ErrProviderAway says that the OpenID provider does not answer.
var ErrProviderAway = errors.New("the OpenID provider does not answer")

// ErrLogin says that a login was not completed.
var ErrLogin = errors.New("the login was not completed")

// Teller tells errors: as problems to programs, in words to people, and to the
// log without what they are about.
type Teller struct {
	Words Words
	log   *zap.Logger
}

// Words says codes in the language of those who read them. An unknown code has
// the empty word, or a generic one.
type Words interface {
	// Rule says which rule a field breaks: those of package care and store, and
	// those of the API: required, unknown_field, not_in_list, format, too_short,
	// too_long, too_few, too_many, repeated, out_of_range, type.
	Rule(code string) string
	// Fault says which rule a field breaks, and of one that must not stay empty what to
	// write there.
	Fault(f care.Fault) string
	// Refusal says why something may not be, what is so and what can be done: the
	// codes of care's refusals, and those of this package.
	Refusal(r care.Refusal) string
}

// NewTeller makes a teller of its words, and of the log that defects go to.
func NewTeller(words Words, log *zap.Logger) *Teller { return &Teller{Words: words, log: log} }

// Of says what an error is to a program. What it does not know becomes a
// generic problem, and goes to the log.
func (t *Teller) Of(ctx context.Context, err error) *Problem {
	var known *Problem
	var refused *care.Refusal
	var fault *ledger.Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return Refusal(refused)
	case errors.Is(err, ledger.ErrNotFound):
		return New(NotFound)
	case errors.Is(err, ledger.ErrForbidden):
		return New(care.RefusedForbidden)
	case errors.Is(err, ledger.ErrKeyReused):
		return New(KeyReused)
	case errors.Is(err, ledger.ErrNoKey):
		return New(KeyMissing)
	case errors.Is(err, ledger.ErrCursor):
		return Refusal(care.Refuse(care.Fault{Field: "query.cursor", Rule: RuleCursor}))
	case errors.As(err, &fault) && fault.BadText():
		t.Broken(ctx, err)
		return New(Invalid)
	}
	t.Broken(ctx, err)
	switch {
	case errors.Is(err, ErrProviderAway):
		return New(ProviderAway)
	case errors.Is(err, ErrLogin):
		return New(LoginFailed)
	case Away(err):
		return New(Unavailable)
	}
	return New(Internal)
}

// saysByRule says whether the rules of a refusal say what there is, or what happened
// meanwhile, and not what is wrong with the form.
func saysByRule(code string) bool { return code == care.RefusedOpen || code == care.RefusedChanged }

// Word fills in the words of a problem, and the request that it is about.
func (t *Teller) Word(ctx context.Context, p *Problem) {
	p.Detail = t.Words.Refusal(care.Refusal{Code: p.Code, Role: p.Role, Operation: p.Operation, Now: p.Now})
	for i := range p.Errors {
		p.Errors[i].Message = t.Words.Fault(care.Fault{Field: p.Errors[i].Field, Rule: p.Errors[i].Rule})
	}
	if len(p.Offers) > 0 {
		offers := make([]care.Booking, len(p.Offers))
		for i, o := range p.Offers {
			offers[i] = care.Booking{Service: care.Code(o.Service), At: o.At}
		}
		p.Detail += offered.Next(offers)
	}
	if p.Code == TooOften {
		p.Detail += " " + tryAgain(p.Wait)
	}
	if saysByRule(p.Code) && len(p.Errors) > 0 {
		p.Detail = p.Errors[0].Message
	}
	p.Instance = "urn:percorso:request:" + RequestOf(ctx).ID
}

// Refuse ends a request with a problem.
func (t *Teller) Refuse(c *gin.Context, p *Problem) {
	c.Abort()
	t.Word(c.Request.Context(), p)
	body, err := json.Marshal(p)
	if err != nil {
		t.Broken(c.Request.Context(), err)
	}
	for name, values := range p.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	c.Data(p.Status, MediaType, body)
}

// Broken logs what nobody but an operator should know of.
func (t *Teller) Broken(ctx context.Context, err error) {
	if errors.Is(err, context.Canceled) {
		return // the caller hung up
	}
	r := RequestOf(ctx)
	about := []zap.Field{zap.String("request", r.ID), zap.String("route", r.Route), zap.String("cause", Describe(err))}
	var fault *ledger.Fault
	if errors.As(err, &fault) && fault.SQLSTATE != "" {
		about = append(about, zap.String("sqlstate", fault.SQLSTATE))
	}
	t.log.Error("request failed", about...)
}

// Describe says what an error is without what it is about: a driver's messages
// may quote the values that it was given, so only those known to be free of
// them are said in full.
func Describe(err error) string {
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
			said += ": " + Describe(e)
		}
	}
	return said
}

// tellable are errors whose text is ours, or fixed.
var tellable = []error{ErrProviderAway, ErrLogin, ledger.ErrNotFound, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF}

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

// Away says whether an error means that something needed does not answer, so
// that the same request may do better in a moment.
func Away(err error) bool {
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
