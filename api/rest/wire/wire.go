// Package wire is what the operations of the API have in common: how they are registered, how
// lists and answers look.
package wire

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/access"
	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Operations are those of the API.
type Operations struct {
	huma.API
	Problems *problem.Teller
}

// Register adds an operation. The handler gets who asks; its errors become problems.
func Register[I, O any](a Operations, op huma.Operation, handle func(context.Context, care.Staff, *I) (*O, error)) {
	op.Path = problem.Resources + op.Path
	// 500 comes from huma itself, 422 where it takes anything: but any address may
	// have a query that is none.
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if strings.Contains(op.Path, "{") {
		op.Errors = append(op.Errors, http.StatusNotFound)
	}
	if op.Method == http.MethodPost || op.Method == http.MethodPut {
		op.Errors = append(op.Errors, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	huma.Register(a.API, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, access.StaffOf(ctx), in)
		if err != nil {
			return nil, a.Problems.Of(ctx, err)
		}
		return out, nil
	})
}

// ListJSON is one page of a list.
type ListJSON[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page; not there on the last"`
}

// ListOutput is a page that is answered.
type ListOutput[T any] struct{ Body ListJSON[T] }

// Listed turns a page of records into a page of the wire.
func Listed[R, T any](page ledger.Page[R], err error, convert func(R) T) (*ListOutput[T], error) {
	if err != nil {
		return nil, err
	}
	out := &ListOutput[T]{Body: ListJSON[T]{Items: make([]T, 0, len(page.Items)), Next: page.Next}}
	for _, item := range page.Items {
		out.Body.Items = append(out.Body.Items, convert(item))
	}
	return out, nil
}

// Whole turns records that come in one piece into a list without further pages.
func Whole[R, T any](records []R, err error, convert func(R) T) (*ListOutput[T], error) {
	return Listed(ledger.Page[R]{Items: records}, err, convert)
}

// Output is one thing that is answered.
type Output[T any] struct{ Body T }

// One turns a record into its form on the wire.
func One[R, T any](record R, err error, convert func(R) T) (*Output[T], error) {
	if err != nil {
		return nil, err
	}
	return &Output[T]{Body: convert(record)}, nil
}

// IDInput is the id of a thing in its address.
type IDInput struct {
	ID string `path:"id" pattern:"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" doc:"Opaque id"`
}

// KeyInput is the idempotency key that a POST carries.
type KeyInput struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"200" pattern:"^[!-~]+$" doc:"Chosen by the caller, new for each thing to be done: a repetition with the same key and body has no second effect"`
}
