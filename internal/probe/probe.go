// Package probe answers whoever looks after processes: whether this one is alive, so
// that it need not be started again, and whether it is ready for what comes.
package probe

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Probe is what a process is asked. Anybody may ask, so it tells no more than the
// names of parts.
type Probe struct {
	// Still names what of the process stands still.
	Still func() []string
	// Needs are the parts that it works with.
	Needs []Need

	mu    sync.Mutex
	at    time.Time // of the last look at the parts
	ready bool
	parts map[string]string
}

// Need is a part that a process works with.
type Need struct {
	Name string
	Ask  func(ctx context.Context) error
	// Told: the process does its own work without the part as well. It is told, and
	// the process stays ready.
	Told bool
}

// State is the error of a part that is there and does not work as it should: it is
// told in place of away.
type State string

func (s State) Error() string { return string(s) }

const (
	age     = time.Second     // how long an answer counts, however many ask
	timeout = 3 * time.Second // of all parts together
)

type liveJSON struct {
	Status string   `json:"status"` // ok or still
	Still  []string `json:"still,omitempty"`
}

type readyJSON struct {
	Status string            `json:"status"` // ok or away
	Parts  map[string]string `json:"parts"`
}

// Live answers 200 while the process's own loops move, else 503. It asks nobody
// else: an outage elsewhere is no reason to start the process again.
func (p *Probe) Live(w http.ResponseWriter, _ *http.Request) {
	if still := p.Still(); len(still) > 0 {
		answer(w, http.StatusServiceUnavailable, liveJSON{"still", still})
		return
	}
	answer(w, http.StatusOK, liveJSON{Status: "ok"})
}

// Ready answers 200 while all is there that the process cannot do without, else 503.
func (p *Probe) Ready(w http.ResponseWriter, r *http.Request) {
	ready, parts := p.look(r.Context())
	if !ready {
		answer(w, http.StatusServiceUnavailable, readyJSON{"away", parts})
		return
	}
	answer(w, http.StatusOK, readyJSON{"ok", parts})
}

// look asks the parts side by side.
func (p *Probe) look(ctx context.Context) (ready bool, parts map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < age {
		return p.ready, p.parts
	}
	// Others get the same answer, so it does not end with this caller.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	asked := make([]error, len(p.Needs))
	var asking sync.WaitGroup
	for i, n := range p.Needs {
		asking.Go(func() { asked[i] = n.Ask(ctx) })
	}
	asking.Wait()
	p.ready, p.parts = true, map[string]string{}
	for i, n := range p.Needs {
		p.parts[n.Name] = "ok"
		if asked[i] != nil {
			p.parts[n.Name] = "away"
			var state State
			if errors.As(asked[i], &state) {
				p.parts[n.Name] = string(state)
			}
			p.ready = p.ready && n.Told
		}
	}
	p.at = time.Now()
	return p.ready, p.parts
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

// Port is where a process is looked at from outside, beside its work.
type Port struct {
	Address  string // host:port
	Variable string // that moves it
	Handler  http.Handler
	Log      *zap.Logger
}

// busyPause is how often a port that another process has is tried again.
const busyPause = 2 * time.Second

// Serve serves until ctx ends. A port that is taken, as by the process that this one
// follows, is no reason not to work: it is said, and tried again.
func (p *Port) Serve(ctx context.Context) {
	server := &http.Server{Handler: p.Handler, ReadHeaderTimeout: 5 * time.Second, ErrorLog: zap.NewStdLog(p.Log)}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	told := false
	for {
		listener, err := net.Listen("tcp", p.Address)
		if err == nil {
			p.Log.Info("looked at from outside", zap.String("address", listener.Addr().String()))
			if err = server.Serve(listener); errors.Is(err, http.ErrServerClosed) {
				return
			}
		}
		if !told {
			p.Log.Error("the process cannot be looked at: its port cannot be opened and is tried again", zap.String("variable", p.Variable), zap.Error(err))
			told = true
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(busyPause):
		}
	}
}
