package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/internal/runs"
)

// status says whether everything is there that a case needs to move. Anybody
// may ask, so it tells no more than the names of the parts, and asks the parts
// at most once in statusAge.
type status struct {
	records Records
	runs    *runs.Runs
	now     func() time.Time

	mu    sync.Mutex
	at    time.Time
	parts partsJSON
}

const (
	statusAge     = time.Second
	statusTimeout = 3 * time.Second // for all parts together
)

// partsJSON says for each part "ok" or "away".
type partsJSON struct {
	Postgres string `json:"postgres"`
	Temporal string `json:"temporal"`
	Worker   string `json:"worker"`
}

type statusJSON struct {
	Status string    `json:"status"` // ok or away
	Parts  partsJSON `json:"parts"`
}

func newStatus(records Records, runs *runs.Runs, now func() time.Time) *status {
	return &status{records: records, runs: runs, now: now}
}

// serve answers 200 when all parts are there, else 503.
func (s *status) serve(c *gin.Context) {
	parts := s.look(c.Request.Context())
	if parts == (partsJSON{"ok", "ok", "ok"}) {
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
	workers, err := s.runs.Pollers(ctx, s.now())
	s.parts = partsJSON{Postgres: said(<-postgres == nil), Temporal: said(err == nil), Worker: said(workers > 0)}
	s.at = s.now()
	return s.parts
}

func said(there bool) string {
	if there {
		return "ok"
	}
	return "away"
}
