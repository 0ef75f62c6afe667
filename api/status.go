package api

import (
	"context"
	"errors"
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
	records Records
	mails   Mails
	workers Workers
	runs    *runs.Runs
	now     func() time.Time

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
}

const (
	statusAge     = time.Second
	statusTimeout = 3 * time.Second // for all parts together
)

// partsJSON says for each part "ok" or "away". Mails that are held until an
// operator mends something make the machinery no less able to work: they are said
// beside it.
type partsJSON struct {
	Postgres string `json:"postgres"`
	Temporal string `json:"temporal"`
	Worker   string `json:"worker"`  // or stands_by: there are workers, and none of the current version
	Mail     string `json:"mail"`    // or held
	Entries  string `json:"entries"` // or deferred: some cannot be worked as they are
}

type statusJSON struct {
	Status string    `json:"status"` // ok or away
	Parts  partsJSON `json:"parts"`
}

func newStatus(records Records, mails Mails, workers Workers, runs *runs.Runs, now func() time.Time) *status {
	return &status{records: records, mails: mails, workers: workers, runs: runs, now: now}
}

var errAway = errors.New("away")

// probe tells apart what the API cannot do without and what it can: without Temporal
// and workers people still read, and what they ask is accepted and waits. A load
// balancer that took every API away then would make an outage of it.
func (s *status) probe(set *loops.Set, schema func(context.Context) error) *probe.Probe {
	isOK := func(part func(partsJSON) string) func(context.Context) error {
		return func(ctx context.Context) error {
			if part(s.look(ctx)) != "ok" {
				return errAway
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
	if parts.Postgres == "ok" && parts.Temporal == "ok" && parts.Worker == "ok" {
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
	postgres := make(chan error, 1)
	go func() { postgres <- s.records.Ping(ctx) }()
	mails := make(chan string, 1)
	go func() { mails <- s.mailsDo(ctx) }()
	entries := make(chan string, 1)
	go func() { entries <- s.entriesDo(ctx) }()
	workers := make(chan ledger.Workers, 1)
	go func() {
		all, _ := s.workers.Workers(ctx) // where Postgres is away nothing is known of them
		workers <- all
	}()
	build, polling, err := s.runs.Pollers(ctx, s.now())
	there := <-workers
	s.parts = partsJSON{Postgres: said(<-postgres == nil), Temporal: said(err == nil), Worker: said(err == nil && there.AtWork(build, polling) > 0), Mail: <-mails, Entries: <-entries}
	if err == nil && s.parts.Worker != "ok" && there.StandBy(build) > 0 {
		s.parts.Worker = "stands_by"
	}
	s.at = s.now()
	return s.parts
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
		return "ok"
	}
	return "away"
}
