package apitest

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
	"percorso/internal/feed"
	"percorso/internal/ledger"
)

// Feeds keeps the addresses of calendars in memory; each gives the same appointment.
type Feeds struct {
	mu    sync.Mutex
	now   func() time.Time
	feeds map[string]feed.Feed // by whose they are
	staff map[string]care.Staff
}

// NewFeeds keeps none.
func NewFeeds(now func() time.Time) *Feeds {
	return &Feeds{now: now, feeds: map[string]feed.Feed{}, staff: map[string]care.Staff{}}
}

// Feed is the caller's.
func (f *Feeds) Feed(_ context.Context, who care.Staff) (feed.Feed, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept, ok := f.feeds[who.ID]
	if !ok {
		return kept, ledger.ErrNotFound
	}
	return kept, nil
}

// MakeFeed makes a new one.
func (f *Feeds) MakeFeed(_ context.Context, who care.Staff) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.feeds[who.ID], f.staff[who.ID] = feed.Feed{ID: uuid.NewString(), MadeAt: f.now()}, who
	return nil
}

// EndFeed takes it away.
func (f *Feeds) EndFeed(_ context.Context, who care.Staff) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.feeds, who.ID)
	return nil
}

// OpenFeed says whose it is.
func (f *Feeds) OpenFeed(_ context.Context, id string) (care.Staff, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for of, kept := range f.feeds {
		if kept.ID == id {
			return f.staff[of], nil
		}
	}
	return care.Staff{}, ledger.ErrNotFound
}

// FeedEvents is one appointment in a week.
func (f *Feeds) FeedEvents(context.Context, care.Staff) ([]feed.Event, error) {
	return []feed.Event{{ID: SomeID, CaseID: AnotherID, Service: "uoc_immigrazione", At: f.now().AddDate(0, 0, 7)}}, nil
}
