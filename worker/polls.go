package worker

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

// Polls sees whether a worker asks Temporal for work. Temporal lets whoever asks
// wait for a minute; whoever gets no answer asks again after some seconds.
type Polls struct {
	mu      sync.Mutex
	waiting int       // for an answer
	last    time.Time // when one began or ended
	refused time.Time // when Temporal last refused one; zero: it has answered since
}

const (
	longestPoll  = 90 * time.Second // what waits for longer is lost
	longestPause = 12 * time.Second // between two; the SDK pauses for 10 s while Temporal is away
)

// pollMethod is what asks for workflow tasks.
const pollMethod = "/PollWorkflowTaskQueue"

// See is the interceptor of a connection that sees the polls on it.
func (p *Polls) See(ctx context.Context, method string, in, out any, conn *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if !strings.HasSuffix(method, pollMethod) {
		return call(ctx, method, in, out, conn, opts...)
	}
	p.begin()
	err := call(ctx, method, in, out, conn, opts...)
	p.end(err)
	return err
}

func (p *Polls) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting++
	p.last = time.Now()
}

func (p *Polls) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
	p.last = time.Now()
	switch serviceerror.ToStatus(err).Code() {
	case codes.OK:
		p.refused = time.Time{}
	case codes.NotFound, codes.InvalidArgument, codes.PermissionDenied, codes.Unauthenticated, codes.FailedPrecondition, codes.Unimplemented:
		p.refused = p.last
	}
}

// goOn says whether the worker still polls.
func (p *Polls) goOn() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	since := time.Since(p.last)
	return since < longestPause || p.waiting > 0 && since < longestPoll
}

// areRefused says whether Temporal is there and gives the worker no work, as where
// there is no such namespace.
func (p *Polls) areRefused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.refused) < longestPause
}
