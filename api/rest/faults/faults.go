// Package faults tells what huma finds wrong with a request as problems of ours.
package faults

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/problem"
)

// KeyHeader carries the idempotency key.
const KeyHeader = "Idempotency-Key"

// huma makes its errors through two package variables. Its own echo the
// rejected value, and for an unknown field the whole body.
func init() {
	huma.ValidateStrictCasing = true // else "Note" passes for "note", and both at once for one
	huma.NewError = Problem
	huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return Problem(status, msg, errs...)
	}
}

// Problem makes a problem of what huma's validation found. Neither its
// message nor its values are taken over.
func Problem(status int, _ string, errs ...error) huma.StatusError {
	p := problem.New(codeOf(status))
	for _, err := range errs {
		var d huma.ErrorDetailer
		if !errors.As(err, &d) {
			continue
		}
		if len(p.Errors) == mostTold {
			break
		}
		f := fieldError(d.ErrorDetail())
		if f.Field == "header."+KeyHeader && f.Rule == "required" {
			p = problem.New(problem.KeyMissing)
			p.Errors = []problem.FieldError{f}
			return p
		}
		if !slices.Contains(p.Errors, f) { // two messages may be of one rule
			p.Errors = append(p.Errors, f)
		}
	}
	return p
}

// Named says of which field what could not be read is a fault, where it is known: a number
// that JSON writes as 1E2 is whole to the schema, and none to who reads it.
func Named(unread error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(unread, &wrong) && wrong.Field != "" {
		return &huma.ErrorDetail{Location: "body." + wrong.Field, Message: "expected integer"}
	}
	return unread
}

// mostTold is how many faults are told of one request.
const mostTold = 100

// codeOf gives the code of a status that huma chose itself.
func codeOf(status int) string {
	switch status {
	case http.StatusUnprocessableEntity:
		return problem.Invalid
	case http.StatusRequestEntityTooLarge:
		return problem.TooLarge
	case http.StatusUnsupportedMediaType:
		return problem.MediaKind
	case http.StatusNotFound:
		return problem.NotFound
	case http.StatusRequestTimeout:
		return problem.Unavailable
	}
	if status >= http.StatusInternalServerError {
		return problem.Internal
	}
	return problem.BadRequest
}

// fieldError reads field and rule from what huma says of a field.
func fieldError(d *huma.ErrorDetail) problem.FieldError {
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
	return problem.FieldError{Field: field, Rule: rule}
}

const requiredProperty = "expected required property "

// knownShape drops an unknown field's name where it does not look like one: a
// name too may be a value in the wrong place.
func knownShape(field string) string {
	parent, name := "", field
	if i := strings.LastIndexByte(field, '.'); i >= 0 {
		parent, name = field[:i], field[i+1:]
	}
	return problem.FieldIn(parent, name)
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
