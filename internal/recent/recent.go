// Package recent remembers what was read a moment ago.
package recent

import (
	"sync"
	"time"
)

// Cache remembers what was read a moment ago, and no failures. It is emptied
// when it is full, so that it stays small whoever asks.
type Cache[T any] struct {
	age  time.Duration
	size int
	now  func() time.Time

	mu   sync.Mutex
	rows map[string]cached[T]
}

type cached[T any] struct {
	value T
	until time.Time
}

// New makes a cache of at most size rows, each of which is good for age.
func New[T any](age time.Duration, size int, now func() time.Time) *Cache[T] {
	return &Cache[T]{age: age, size: size, now: now, rows: map[string]cached[T]{}}
}

// Get gives what is known of a key, and reads it where nothing is.
func (c *Cache[T]) Get(key string, read func() (T, error)) (T, error) {
	if v, ok := c.Known(key); ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	c.Keep(key, v, c.now().Add(c.age))
	return v, nil
}

// Known gives what is known of a key. False: nothing is.
func (c *Cache[T]) Known(key string) (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	row, ok := c.rows[key]
	if !ok || !c.now().Before(row.until) {
		var none T
		return none, false
	}
	return row.value, true
}

// Keep remembers what is known of a key, until a time.
func (c *Cache[T]) Keep(key string, v T, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rows) >= c.size {
		clear(c.rows)
	}
	c.rows[key] = cached[T]{v, until}
}

// Forget lets a key be read anew.
func (c *Cache[T]) Forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.rows, key)
}

// Len is how many rows are remembered, those that are no longer good among them.
func (c *Cache[T]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.rows)
}
