// Package envelope refuses a request that no operation of the API could read.
package envelope

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"percorso/api/problem"
	"percorso/internal/care"
)

// Check says what is wrong with the headers, the query and the body of a request
// to an operation, before anybody reads a field of them; nil: nothing. huma
// overlooks what an operation does not ask for, and takes the first of several.
func Check(c *gin.Context, op *huma.Operation) *problem.Problem {
	if !acceptsJSON(c.Request.Header.Values("Accept")) {
		return problem.New(problem.NotAcceptable)
	}
	if faults := parameters(c, op); len(faults) > 0 {
		return problem.Refusal(care.Refuse(faults...))
	}
	body, wrong := bodyOf(c, op)
	if wrong != nil {
		return wrong
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	c.Request.Header.Set("Content-Type", JSON) // huma knows one way to write it
	return nil
}

// parameters says what is wrong with the parameters of a request: each is written
// in one way only. That none of the query comes twice holds for every address.
func parameters(c *gin.Context, op *huma.Operation) (faults care.Faults) {
	query := c.Request.URL.Query()
	for _, p := range op.Parameters {
		switch p.In {
		case "query":
			values := query[p.Name]
			if len(values) == 1 {
				faults.Add(values[0] != "", "query."+p.Name, care.RuleTooShort)
				faults.Add(values[0] == "" || written(values[0], p.Schema), "query."+p.Name, "type")
				faults.Add(!isZero(values[0]), "query."+p.Name, care.RuleImplausible)
			}
		case "header":
			faults.Add(len(c.Request.Header.Values(p.Name)) <= 1, "header."+p.Name, problem.RuleRepeated)
		}
	}
	return faults
}

// written says whether a parameter is written as JSON would: huma also reads
// "T" as yes and "+5" as a number.
func written(value string, as *huma.Schema) bool {
	switch as.Type {
	case huma.TypeBoolean:
		return value == "true" || value == "false"
	case huma.TypeInteger:
		n, err := strconv.ParseInt(value, 10, 64)
		return err == nil && strconv.FormatInt(n, 10) == value
	}
	return as.Format != "date-time" || moment.MatchString(value)
}

// Moment is how a time is written (RFC 3339, section 5.6). Go also reads an hour of
// one digit, a comma before the fraction, and an offset of a day, which it then
// cannot write again.
const Moment = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`

var moment = regexp.MustCompile(Moment)

// isZero says whether a parameter is the moment that stands for none in Go.
func isZero(value string) bool {
	t, err := time.Parse(time.RFC3339, value)
	return err == nil && t.IsZero()
}

// bodyOf reads the body of a request, which is one JSON value where the operation
// takes one.
func bodyOf(c *gin.Context, op *huma.Operation) ([]byte, *problem.Problem) {
	body, err := io.ReadAll(c.Request.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, problem.New(problem.TooLarge)
	case err != nil: // cut off, or its chunks are none
		return nil, unreadable(problem.RuleJSON)
	case len(body) == 0 && op.RequestBody != nil && op.RequestBody.Required:
		return nil, unreadable(care.RuleRequired)
	case len(body) == 0:
		return nil, nil
	case op.RequestBody == nil:
		return nil, unreadable(problem.RuleNoBody)
	case !isJSON(c.Request.Header.Values("Content-Type")) || !plain(c.Request.Header.Values("Content-Encoding")):
		return nil, problem.New(problem.MediaKind)
	}
	fault, ok := readable(body)
	if !ok {
		return nil, unreadable(problem.RuleJSON)
	}
	if fault != nil {
		return nil, problem.Refusal(care.Refuse(*fault))
	}
	return body, nil
}

// unreadable is the problem of a body that cannot be read at all.
func unreadable(rule string) *problem.Problem {
	p := problem.New(problem.BadRequest)
	p.Errors = []problem.FieldError{{Rule: rule}}
	return p
}

// JSON is the kind of what the API reads and answers with.
const JSON = "application/json"

// isJSON says whether a body is said to be JSON in UTF-8; of one of which nothing
// is said it is assumed.
func isJSON(types []string) bool {
	if len(types) == 0 || len(types) == 1 && types[0] == "" {
		return true
	}
	kind, more, err := mime.ParseMediaType(types[0])
	charset, said := more["charset"]
	return err == nil && len(types) == 1 && kind == JSON && (!said || strings.EqualFold(charset, "utf-8"))
}

// plain says whether a body is sent as it is: a compressed one is not read.
func plain(encodings []string) bool {
	for _, e := range encodings {
		if e != "" && !strings.EqualFold(e, "identity") {
			return false
		}
	}
	return true
}

// acceptsJSON says whether a caller takes what the API answers with. What is said
// of a type itself goes before what is said of all of its kind.
func acceptsJSON(headers []string) bool {
	accepted := strings.Join(headers, ",")
	if strings.TrimSpace(accepted) == "" {
		return true
	}
	weights := map[string]bool{}
	for part := range strings.SplitSeq(accepted, ",") {
		kind, more, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight, err := strconv.ParseFloat(more["q"], 64)
		weights[kind] = weights[kind] || more["q"] == "" || err == nil && weight > 0
	}
	if weights[problem.MediaType] {
		return true
	}
	for _, kind := range []string{JSON, "application/*", "*/*"} {
		if wanted, said := weights[kind]; said {
			return wanted
		}
	}
	return false
}
