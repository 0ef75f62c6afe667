// Package live tells open pages that something of their reader's lists has changed, so
// that they fetch those anew. What it says is that alone: no case, no person, no task.
//
// Say that two social workers look at what is free, and one takes a task. The page of the
// other one hears that its list has changed, fetches it, and the row fades.
package live

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/problem"
	"percorso/internal/brake"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Path is where a page listens. It does so with access.LiveHeader, so that an open page
// keeps nobody logged in.
const Path = "/novita"

// Limits of the streams.
const (
	ofOne    = 6                // of one member of staff: as many as a browser has connections
	longest  = 10 * time.Minute // then the page begins a new one
	beat     = 15 * time.Second // how often a stream says that it is there, and looks at its session
	atMost   = time.Second      // between two notices, so that nobody counts what they do not see
	mayTake  = 10 * time.Second // the sending of a notice
	brakeOf  = 4096             // members of staff that the brake knows
	triesPer = 30               // streams that one begins in a minute
)

// Changes is where it is known that lists have changed.
type Changes interface {
	// Follow tells on a channel that a list of somebody's has changed; stop ends it.
	Follow(s care.Staff) (changed <-chan struct{}, stop func())
}

// Streams are those of all open pages.
type Streams struct {
	changes Changes
	left    func(context.Context) (time.Duration, error) // how long the session of a request goes on
	beat    time.Duration                                // how often that is asked
	begun   *brake.Brake

	mu   sync.Mutex
	open map[string]int // by member of staff

	closing chan struct{}
	close   sync.Once
}

// New makes streams of what changes; left says how long a request's session goes on.
func New(changes Changes, left func(context.Context) (time.Duration, error), now func() time.Time) *Streams {
	return &Streams{
		changes: changes, left: left, beat: beat, begun: brake.New(brake.Rate{Tries: triesPer, Per: time.Minute}, brakeOf, now),
		open: map[string]int{}, closing: make(chan struct{}),
	}
}

// Mount registers where pages listen.
func (s *Streams) Mount(p access.Routes) { p.Get(Path, s.serve) }

// Close ends all streams, so that the server can end.
func (s *Streams) Close() { s.close.Do(func() { close(s.closing) }) }

// enters counts a stream of somebody's; false: they have enough.
func (s *Streams) enters(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id] >= ofOne {
		return false
	}
	s.open[id]++
	return true
}

func (s *Streams) leaves(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[id]--; s.open[id] == 0 {
		delete(s.open, id)
	}
}

// serve tells a page of changes until it leaves, its session ends, or the server does.
func (s *Streams) serve(c *gin.Context, who care.Staff) error {
	if c.GetHeader(access.LiveHeader) == "" {
		return ledger.ErrNotFound
	}
	if wait := s.begun.Try(who.ID); wait > 0 {
		return problem.Held(wait)
	}
	if !s.enters(who.ID) {
		return problem.Held(beat)
	}
	defer s.leaves(who.ID)
	changed, stop := s.changes.Follow(who)
	defer stop()
	c.Header("Content-Type", "text/event-stream")
	c.Header("X-Accel-Buffering", "no") // no proxy keeps notices back
	c.Status(http.StatusOK)
	out := http.NewResponseController(c.Writer)
	_ = out.SetReadDeadline(time.Time{}) // all of the request is here
	say := func(text string) bool {
		_ = out.SetWriteDeadline(time.Now().Add(mayTake)) //nolint:forbidigo // the connection's own
		_, err := c.Writer.WriteString(text + "\n\n")
		return err == nil && out.Flush() == nil
	}
	ctx := c.Request.Context()
	tick, end, rest := time.NewTicker(s.beat), time.After(longest), time.After(0)
	defer tick.Stop()
	for ok := say(": ci sono"); ok; {
		hears := changed
		if rest != nil {
			hears = nil // what comes is told after the rest
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.closing:
			return nil
		case <-end:
			return nil
		case <-rest:
			rest = nil
		case <-hears:
			ok, rest = say("data: elenco"), time.After(atMost)
		case <-tick.C:
			left, err := s.left(ctx)
			ok = err == nil && left > 0 && say(":")
		}
	}
	return nil
}
