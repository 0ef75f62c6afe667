package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/internal/ledger"
	"percorso/internal/runs"
)

// status says whether everything is there that a case needs to move. Anybody
// may ask, so it tells no more than the names of the parts, and asks the parts
// at most once in statusAge.
type status struct {
	records Records
	mails   Mails
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
	Worker   string `json:"worker"`
	Mail     string `json:"mail"` // or held
}

type statusJSON struct {
	Status string    `json:"status"` // ok or away
	Parts  partsJSON `json:"parts"`
}

func newStatus(records Records, mails Mails, runs *runs.Runs, now func() time.Time) *status {
	return &status{records: records, mails: mails, runs: runs, now: now}
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
	workers, err := s.runs.Pollers(ctx, s.now())
	s.parts = partsJSON{Postgres: said(<-postgres == nil), Temporal: said(err == nil), Worker: said(workers > 0), Mail: <-mails}
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

func said(there bool) string {
	if there {
		return "ok"
	}
	return "away"
}
