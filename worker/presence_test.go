package worker_test

import (
	"context"
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"percorso/deploy/standalone"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/codec"
	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/postgres/machine"
	"percorso/internal/postgres/outbox"
	"percorso/internal/postgres/steps"
	"percorso/worker"
	"percorso/workflows"
)

// working is a worker in this process that is seen from outside.
type working struct {
	refusal
	polls *worker.Polls
	loops *loops.Set
	end   context.CancelFunc
	done  chan error
}

// watched runs a worker that writes its row, on a connection to Temporal of its own.
func (s *site) watched(change func(*worker.Options)) *working {
	s.t.Helper()
	w := &working{refusal: refusal{placed: make(chan struct{})}, polls: &worker.Polls{}, loops: &loops.Set{}, done: make(chan error, 1)}
	keys, err := codec.New("test:" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef")))
	require.NoError(s.t, err)
	temporal, err := client.Dial(client.Options{
		HostPort: s.stack.Addresses().Temporal, Namespace: "percorso", DataConverter: keys.DataConverter(), FailureConverter: keys.FailureConverter(),
		Logger: silent{}, ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(w.polls.See, w.refuse)}},
	})
	require.NoError(s.t, err)
	pool := s.pool(standalone.Worker)
	o := worker.Options{Temporal: temporal, Steps: steps.New(pool, calendar.New), Outbox: outbox.New(pool), Mailer: s.mailer, Log: zap.NewNop(),
		Presence: machine.NewWorkers(pool), Polls: w.polls, Loops: w.loops, Build: "prova", Schema: 7}
	if change != nil {
		change(&o)
	}
	var ctx context.Context
	ctx, w.end = context.WithCancel(context.Background())
	go func() { w.done <- worker.Run(ctx, o); temporal.Close() }()
	s.t.Cleanup(w.end)
	return w
}

// refusal makes Temporal refuse whatever it is asked, once it is placed, as where a
// namespace is gone.
type refusal struct{ placed chan struct{} }

func (r refusal) refuse(ctx context.Context, method string, in, out any, conn *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	answered := make(chan error, 1)
	go func() { answered <- call(ctx, method, in, out, conn, opts...) }()
	select {
	case <-r.placed:
		stop()
		<-answered
		return serviceerror.ToStatus(serviceerror.NewNamespaceNotFound("percorso")).Err()
	case err := <-answered:
		return err
	}
}

// present lists what workers say.
func (s *site) present() ledger.Workers {
	all, err := machine.NewWatch(s.pool(standalone.API)).Workers(s.t.Context())
	require.NoError(s.t, err)
	return all
}

// awaitAtWork waits until so many workers are at work.
func (s *site) awaitAtWork(n int) {
	s.t.Helper()
	watch := machine.NewWatch(s.pool(standalone.API))
	require.Eventually(s.t, func() bool {
		all, err := watch.Workers(s.t.Context())
		return err == nil && all.AtWork("prova", -1) == n
	}, 60*time.Second, 100*time.Millisecond, "not %d workers are at work", n)
}

// A worker says what it is while it works, and that it ends; one that no longer moves
// falls silent, though its process goes on and it still polls; a second one counts
// beside it.
func TestWorkersSayThatTheyAreAtWork(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	require.Equal(t, 3, s.present().AtWork("prova", 3), "nobody has said anything: the pollers count")
	stuck := &stuckOutbox{release: make(chan struct{})}
	first := s.watched(func(o *worker.Options) { stuck.Outbox = o.Outbox.(*outbox.Outbox); o.Outbox = stuck })
	s.awaitAtWork(1)
	courses := map[string]int{}
	for kind, course := range workflows.Courses() {
		courses[string(kind)] = course
	}
	require.Len(t, courses, 7)
	said := s.present()[0]
	require.Equal(t, ledger.Worker{ID: said.ID, Build: "prova", Courses: courses, Schema: 7, AtWork: true, Seen: said.Seen}, said)
	second := s.watched(nil)
	s.awaitAtWork(2)
	require.Empty(t, worker.Still(first.loops, first.polls))

	stuck.stick()
	s.awaitAtWork(1)
	require.Equal(t, []string{"relay"}, worker.Still(first.loops, first.polls))
	close(stuck.release)
	s.awaitAtWork(2)

	second.end()
	require.NoError(t, <-second.done)
	require.Equal(t, 1, s.present().AtWork("prova", -1), "one that ends in order is gone at once")
	first.end()
	require.NoError(t, <-first.done)
	require.Equal(t, 0, s.present().AtWork("prova", 3), "and no poller that Temporal remembers counts for it")
}

// stuckOutbox makes a relay stand still.
type stuckOutbox struct {
	*outbox.Outbox
	mu      sync.Mutex
	stuck   bool
	release chan struct{}
}

func (o *stuckOutbox) stick() { o.mu.Lock(); o.stuck = true; o.mu.Unlock() }

func (o *stuckOutbox) TakeWakes(ctx context.Context, most int, busy []string) ([]ledger.Wake, error) {
	o.mu.Lock()
	stuck := o.stuck
	o.mu.Unlock()
	if stuck {
		<-o.release
	}
	return o.Outbox.TakeWakes(ctx, most, busy)
}

// A loop in panic ends the worker with an error, and so its process.
func TestALoopInPanicEndsTheWorker(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	broken := s.watched(func(o *worker.Options) { o.Outbox = brokenOutbox{o.Outbox.(*outbox.Outbox)} })
	var panicked *loops.Panicked
	err := <-broken.done
	require.ErrorAs(t, err, &panicked)
	require.ErrorContains(t, err, "post: ")
}

// A worker that Temporal refuses is at work no more, and ends with an error once the
// SDK gives it up, which it does after two minutes.
func TestAWorkerThatTemporalRefusesEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t, quick(care.Duration{N: 1, Unit: care.Seconds}))
	fatal := s.watched(nil)
	s.awaitAtWork(1)
	close(fatal.placed)
	s.awaitAtWork(0)
	select {
	case err := <-fatal.done:
		require.ErrorContains(t, err, "the worker of Temporal has ended")
	case <-time.After(5 * time.Minute):
		t.Fatal("the worker goes on without its namespace")
	}
}

// brokenOutbox panics where mails are taken.
type brokenOutbox struct{ *outbox.Outbox }

func (brokenOutbox) TakeMails(context.Context, int) ([]ledger.Mail, error) {
	panic(errors.New("placed"))
}
