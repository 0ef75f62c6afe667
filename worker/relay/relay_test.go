package relay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"percorso/internal/ledger"
)

// outbox is one in memory that hands out as Postgres does.
type outbox struct {
	mu      sync.Mutex
	waiting []ledger.Wake
	refused []string
	told    chan struct{}
	clocks  error // why overdue clocks cannot be brought
}

func (o *outbox) add(wakes ...ledger.Wake) {
	o.mu.Lock()
	o.waiting = append(o.waiting, wakes...)
	o.mu.Unlock()
	select {
	case o.told <- struct{}{}:
	default:
	}
}

func (o *outbox) TakeWakes(_ context.Context, most int, busy []string) (taken []ledger.Wake, _ error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	perCase := map[string]int{}
	var left []ledger.Wake
	for _, w := range o.waiting {
		if len(taken) == most || slices.Contains(busy, w.Case) || perCase[w.Case] == max(most/4, 1) {
			left = append(left, w)
			continue
		}
		perCase[w.Case]++
		taken = append(taken, w)
	}
	o.waiting = left
	return taken, nil
}

func (o *outbox) WakeOverdue(context.Context, int) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return 0, o.clocks
}

func (o *outbox) RefuseEnded(_ context.Context, id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refused = append(o.refused, id)
	return nil
}

func (o *outbox) AwaitWake(ctx context.Context, longest time.Duration, _ []string) error {
	select {
	case <-o.told:
	case <-time.After(longest):
	case <-ctx.Done():
	}
	return nil
}

// processes are runs in memory. A wake of a run that hangs never comes to an end.
type processes struct {
	mu      sync.Mutex
	hangs   map[string]bool // runs
	fails   map[string]error
	hanging map[string]int // cases
	brought []string
}

func (p *processes) Wake(ctx context.Context, w ledger.Wake) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hangs[w.Run] {
		p.hanging[w.Case]++
		p.mu.Unlock()
		<-ctx.Done()
		p.mu.Lock()
		p.hanging[w.Case]--
		return ctx.Err()
	}
	p.brought = append(p.brought, w.ID)
	return p.fails[w.ID]
}

func (p *processes) saw(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.brought, id)
}

func (p *processes) hang(caseID string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hanging[caseID]
}

// relaying runs a relay until the test ends.
func relaying(t *testing.T) (*outbox, *processes) {
	t.Helper()
	return relayingWith(t, &outbox{told: make(chan struct{}, 1)})
}

func relayingWith(t *testing.T, o *outbox) (*outbox, *processes) {
	t.Helper()
	p := &processes{hangs: map[string]bool{}, fails: map[string]error{}, hanging: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&Relay{Outbox: o, Runs: p, Log: zap.NewNop()}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return o, p
}

func soon(t *testing.T, holds func() bool, what string) {
	t.Helper()
	require.Eventually(t, holds, 20*time.Second, time.Millisecond, what)
}

// 126 branches of one case are told something, and none of them answers: a fresh
// entry of another case is brought while they hang.
func TestABurstHoldsUpNobodyElse(t *testing.T) {
	o, p := relaying(t)
	var burst []ledger.Wake
	for i := range 126 {
		w := ledger.Wake{ID: fmt.Sprint("burst ", i), Run: fmt.Sprint("referral/", i), Case: "many"}
		p.hangs[w.Run] = true
		burst = append(burst, w)
	}
	o.add(burst...)
	soon(t, func() bool { return p.hang("many") == share(hands) }, "the burst hangs, and takes its share of the hands")
	for i := range 20 {
		id := fmt.Sprint("other ", i)
		o.add(ledger.Wake{ID: id, Run: "case/other", Case: "other"})
		soon(t, func() bool { return p.saw(id) }, id)
		require.LessOrEqual(t, p.hang("many"), share(hands))
	}
	require.Positive(t, p.hang("many"), "all was brought while the burst hangs")
}

// A run that hangs holds up its own entries alone, and not those of its case's other runs.
func TestRunsGoSideBySide(t *testing.T) {
	o, p := relaying(t)
	p.hangs["referral/1"] = true
	o.add(ledger.Wake{ID: "1", Run: "referral/1", Case: "a"}, ledger.Wake{ID: "2", Run: "referral/1", Case: "a"}, ledger.Wake{ID: "3", Run: "referral/2", Case: "a"})
	soon(t, func() bool { return p.saw("3") && p.hang("a") == 1 }, "the other run's entry")
	require.False(t, p.saw("2"))
}

// Clocks that cannot be brought hold up no entry.
func TestEntriesComeWithoutClocks(t *testing.T) {
	o, p := relayingWith(t, &outbox{told: make(chan struct{}, 1), clocks: errors.New("placed")})
	o.add(ledger.Wake{ID: "1", Run: "case/1", Case: "1"})
	soon(t, func() bool { return p.saw("1") }, "the entry")
}

// What is for one run comes in its order, however much there is.
func TestOneRunHearsInOrder(t *testing.T) {
	o, p := relaying(t)
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint(i))
		o.add(ledger.Wake{ID: want[i], Run: "case/1", Case: "1"})
	}
	soon(t, func() bool { return p.saw(want[len(want)-1]) }, "the last")
	require.Equal(t, want, p.brought)
}

// What follows an entry that could not be brought waits with it; what follows one
// whose run has ended does not.
func TestNothingOvertakesWhatFailed(t *testing.T) {
	d := newDesk()
	a, b, c := ledger.Wake{ID: "a", Run: "case/1", Case: "1"}, ledger.Wake{ID: "b", Run: "case/1", Case: "1"}, ledger.Wake{ID: "c", Run: "case/2", Case: "2"}
	d.put([]ledger.Wake{a, b, c})
	first, _ := d.take()
	require.Equal(t, a, first)
	d.put([]ledger.Wake{a}) // it comes again while it is being brought
	d.done(a, true)
	next, _ := d.take()
	require.Equal(t, c, next)
	d.done(c, false)
	free, busy := d.room()
	require.Equal(t, batch, free)
	require.Empty(t, busy)

	o, p := relaying(t)
	p.fails["gone"] = errors.Join(ledger.ErrNotFound, errors.New("over"))
	o.add(ledger.Wake{ID: "gone", Run: "case/3", Case: "3"}, ledger.Wake{ID: "behind", Run: "case/3", Case: "3"})
	soon(t, func() bool { return p.saw("behind") }, "behind one that has ended")
	require.Equal(t, []string{"gone"}, o.refused)
}
