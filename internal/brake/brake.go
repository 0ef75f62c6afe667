// Package brake holds back whoever tries something too often.
package brake

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may be tried: so many times at once, and as many again
// for each time that goes by. The zero rate holds nobody back.
type Rate struct {
	Tries int
	Per   time.Duration
}

// Brake counts the tries of each key for itself. What it knows is of one process, and
// is gone when it ends.
type Brake struct {
	rate Rate
	kept int
	now  func() time.Time

	mu   sync.Mutex
	rows map[string]*list.Element
	used *list.List // of *row, the one that tried last in front
}

type row struct {
	key   string
	tries *rate.Limiter
}

// New makes a brake that knows that many keys at most: of more, whoever has not tried
// for the longest time is forgotten.
func New(r Rate, kept int, now func() time.Time) *Brake {
	return &Brake{rate: r, kept: kept, now: now, rows: map[string]*list.Element{}, used: list.New()}
}

// Held says for how long none of the keys may try; 0: all of them may now. It is no
// try.
func (b *Brake) Held(keys ...string) time.Duration { return b.ask(0, keys) }

// Try counts a try of each key, if all of them may. Else it says for how long they may
// not, and counts nothing.
func (b *Brake) Try(keys ...string) time.Duration { return b.ask(1, keys) }

func (b *Brake) ask(tries int, keys []string) (wait time.Duration) {
	if b.rate.Tries == 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	for _, key := range keys {
		if it, known := b.rows[key]; known {
			wait = max(wait, b.until(it.Value.(*row).tries.TokensAt(now)))
		}
	}
	if wait > 0 || tries == 0 {
		return wait
	}
	for _, key := range keys {
		b.of(key).AllowN(now, tries)
	}
	return 0
}

// until is how long it takes until one may try who has that many tries left.
func (b *Brake) until(left float64) time.Duration {
	if left >= 1 {
		return 0
	}
	return max(1, time.Duration((1-left)*float64(b.each())))
}

// each is after what time there is one try more.
func (b *Brake) each() time.Duration { return b.rate.Per / time.Duration(b.rate.Tries) }

// of finds the tries of a key, and makes room for a new one.
func (b *Brake) of(key string) *rate.Limiter {
	if it, known := b.rows[key]; known {
		b.used.MoveToFront(it)
		return it.Value.(*row).tries
	}
	if b.used.Len() >= b.kept {
		eldest := b.used.Back()
		delete(b.rows, b.used.Remove(eldest).(*row).key)
	}
	is := &row{key, rate.NewLimiter(rate.Every(b.each()), b.rate.Tries)}
	b.rows[key] = b.used.PushFront(is)
	return is.tries
}

// Len is how many keys are known.
func (b *Brake) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.rows)
}
