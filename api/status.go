package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/internal/ledger"
	"percorso/internal/loops"
	"percorso/internal/probe"
	"percorso/internal/runs"
)

// status says whether everything is there that a case needs to move. Anybody
// may ask, so it tells no more than the names of the parts, and asks the parts
// at most once in statusAge.
type status struct {
	records  Records
	mails    Mails
	workers  Workers
	unsealed func(context.Context) (bool, error)
	runs     *runs.Runs
	now      func() time.Time

	mu    sync.Mutex
	at    time.Time
	parts partsJSON
}

// Mails is what the status asks of mails.
type Mails interface {
	// State says how the mails do.
	State(ctx context.Context) (ledger.MailState, error)
}

// Workers is what the status asks of workers.
type Workers interface {
	// Workers lists the workers that said something of late.
	Workers(ctx context.Context) (ledger.Workers, error)
	// Troubled counts the runs that do not go on, as the watch sees them.
	Troubled(ctx context.Context) (ledger.Troubled, error)
}

const (
	statusAge     = time.Second
	statusTimeout = 3 * time.Second // for all parts together
)

// partsJSON says for each part "ok" or "away". Mails that are held until an operator
// mends something make the machinery no less able to work: they are said beside it. So
// are entries that cannot be worked, an audit that is not sealed, and workers that do
// not know what some runs need while the others go on.
type partsJSON struct {
	Postgres string `json:"postgres"`
	Temporal string `json:"temporal"`
	Worker   string `json:"worker"`  // or stands_by: there are workers, and none of the current version; or older: runs wait for a newer one
	Mail     string `json:"mail"`    // or held
	Entries  string `json:"entries"` // or deferred: some cannot be worked as they are
	Audit    string `json:"audit"`   // or unsealed: it has not been sealed for a while
}

type statusJSON struct {
	Status string    `json:"status"` // ok or away
	Parts  partsJSON `json:"parts"`
}

func newStatus(records Records, mails Mails, workers Workers, unsealed func(context.Context) (bool, error), runs *runs.Runs, now func() time.Time) *status {
	return &status{records: records, mails: mails, workers: workers, unsealed: unsealed, runs: runs, now: now}
}

// probe tells apart what the API cannot do without and what it can: without Temporal
// and workers people still read, and what they ask is accepted and waits. A load
// balancer that took every API away then would make an outage of it.
func (s *status) probe(set *loops.Set, schema func(context.Context) error) *probe.Probe {
	isOK := func(part func(partsJSON) string) func(context.Context) error {
		return func(ctx context.Context) error {
			if state := part(s.look(ctx)); state != partOK {
				return probe.State(state)
			}
			return nil
		}
	}
	return &probe.Probe{Still: set.Still, Needs: []probe.Need{
		{Name: "postgres", Ask: isOK(func(p partsJSON) string { return p.Postgres })},
		{Name: "schema", Ask: schema},
		{Name: "temporal", Ask: isOK(func(p partsJSON) string { return p.Temporal }), Told: true},
		{Name: "worker", Ask: isOK(func(p partsJSON) string { return p.Worker }), Told: true},
	}}
}

// serve answers 200 when all parts are there, else 503.
func (s *status) serve(c *gin.Context) {
	parts := s.look(c.Request.Context())
	if parts.Postgres == partOK && parts.Temporal == partOK && (parts.Worker == partOK || parts.Worker == partOlder) {
		c.JSON(http.StatusOK, statusJSON{"ok", parts})
		return
	}
	c.JSON(http.StatusServiceUnavailable, statusJSON{"away", parts})
}

func (s *status) look(ctx context.Context) partsJSON {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.at) < statusAge {
		return s.parts
	}
	// Others get the same answer, so it does not end with this caller.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	var parts partsJSON
	var asking sync.WaitGroup
	asking.Go(func() { parts.Postgres = said(s.records.Ping(ctx) == nil) })
	asking.Go(func() { parts.Mail = s.mailsDo(ctx) })
	asking.Go(func() { parts.Entries = s.entriesDo(ctx) })
	asking.Go(func() { parts.Audit = s.auditDoes(ctx) })
	asking.Go(func() { parts.Temporal, parts.Worker = s.workersDo(ctx) })
	asking.Wait()
	s.parts, s.at = parts, s.now()
	return s.parts
}

// What is said of a part. Of a worker there is more to say.
const (
	partOK    = "ok"
	partAway  = "away"
	partOlder = "older"
)

// workersDo says whether Temporal answers, and how the workers do that it gives work.
func (s *status) workersDo(ctx context.Context) (temporal, worker string) {
	// Where Postgres is away nothing is known of them.
	var there ledger.Workers
	var troubled ledger.Troubled
	var asking sync.WaitGroup
	asking.Go(func() { there, _ = s.workers.Workers(ctx) })
	asking.Go(func() { troubled, _ = s.workers.Troubled(ctx) })
	build, polling, err := s.runs.Pollers(ctx, s.now())
	asking.Wait()
	switch {
	case err != nil:
		return partAway, partAway
	case there.AtWork(build, polling) > 0 && troubled.Beyond > 0:
		return partOK, partOlder
	case there.AtWork(build, polling) > 0:
		return partOK, partOK
	case there.StandBy(build) > 0:
		return partOK, "stands_by"
	}
	return partOK, partAway
}

// auditDoes says whether the audit is sealed up to now.
func (s *status) auditDoes(ctx context.Context) string {
	late, err := s.unsealed(ctx)
	if late {
		return "unsealed"
	}
	return said(err == nil)
}

// mailsDo says how the mails do.
func (s *status) mailsDo(ctx context.Context) string {
	state, err := s.mails.State(ctx)
	if err == nil && state.Held > 0 {
		return "held"
	}
	return said(err == nil)
}

// entriesDo says whether all accepted entries can be worked.
func (s *status) entriesDo(ctx context.Context) string {
	count, err := s.records.DeferredCount(ctx)
	if err == nil && count > 0 {
		return "deferred"
	}
	return said(err == nil)
}

func said(there bool) string {
	if there {
		return partOK
	}
	return partAway
}
