package problem

import "context"

// Request is what the log, and whoever asks for help, knows a request by.
type Request struct{ ID, Route string }

type requestKey struct{}

// WithRequest says which request a context belongs to.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// RequestOf is the request that a context belongs to.
func RequestOf(ctx context.Context) Request {
	r, _ := ctx.Value(requestKey{}).(Request)
	return r
}
