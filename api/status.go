package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"percorso/workflows/contract"
)

// status says whether everything is there that a case needs to move. Anybody
// may ask, so it tells no more than the names of the parts, and asks the parts
// at most once in statusAge.
type status struct {
	records  Records
	temporal client.Client

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

func newStatus(records Records, temporal client.Client) *status {
	return &status{records: records, temporal: temporal}
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
	if time.Since(s.at) < statusAge {
		return s.parts
	}
	// Others get the same answer, so it does not end with this caller.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), statusTimeout)
	defer cancel()
	postgres := make(chan error, 1)
	go func() { postgres <- s.records.Ping(ctx) }()
	workers, err := pollers(ctx, s.temporal)
	s.parts = partsJSON{Postgres: said(<-postgres == nil), Temporal: said(err == nil), Worker: said(workers > 0)}
	s.at = time.Now()
	return s.parts
}

func said(there bool) string {
	if there {
		return "ok"
	}
	return "away"
}

// pollerAge is how long ago a worker may have polled last: an idle one asks
// again after a minute, and Temporal remembers those that are gone for five.
const pollerAge = 75 * time.Second

// pollers counts the workers that poll the task queue.
func pollers(ctx context.Context, temporal client.Client) (int, error) {
	queue, err := temporal.DescribeTaskQueue(ctx, contract.TaskQueue, enums.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, p := range queue.GetPollers() {
		if time.Since(p.GetLastAccessTime().AsTime()) < pollerAge {
			count++
		}
	}
	return count, nil
}
