// Package loops keeps the loops of a process: what ends though it should not ends
// the process, and what stands still is seen.
package loops

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Patience is how long a loop may take for one round. No round rests or waits for
// anybody else for longer than some 15 seconds.
const Patience = 30 * time.Second

// ErrEnded: a loop came to its end by itself.
var ErrEnded = errors.New("the loop has ended by itself")

// Panicked is a panic in work that was run here. What it was panicked with may
// quote what somebody typed, so only its type is kept.
type Panicked struct {
	Type  string
	Stack []byte
}

func (p *Panicked) Error() string { return "panic of " + p.Type }

// Loop is one loop of a process. Run works until ctx ends, and says with Moves each
// time round that it does.
type Loop struct {
	Name string
	Run  func(ctx context.Context) error
}

// Set are the loops of a process that run now.
type Set struct {
	mu    sync.Mutex
	moved map[string]time.Time // by name: when it last said so
}

// Run runs loops side by side until ctx ends. When one of them fails, panics or
// comes to its end before, the others are ended too, and the error says which it was.
func (s *Set) Run(ctx context.Context, all ...Loop) error {
	work := make([]func(context.Context) error, len(all))
	for i, l := range all {
		work[i] = func(ctx context.Context) error {
			s.mark(l.Name)
			defer s.forget(l.Name)
			err := Together(context.WithValue(ctx, key{}, func() { s.mark(l.Name) }), l.Run)
			if err == nil && ctx.Err() == nil {
				err = ErrEnded
			}
			if err != nil {
				return fmt.Errorf("%s: %w", l.Name, err)
			}
			return nil
		}
	}
	return Together(ctx, work...)
}

// Still names the loops that have not moved for longer than Patience.
func (s *Set) Still() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, at := range s.moved {
		if time.Since(at) > Patience {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (s *Set) mark(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.moved == nil {
		s.moved = map[string]time.Time{}
	}
	s.moved[name] = time.Now()
}

func (s *Set) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.moved, name)
}

type key struct{}

// Moves says that the loop which ctx belongs to goes on. Outside of a set nobody
// looks, and it says nothing.
func Moves(ctx context.Context) {
	if mark, ok := ctx.Value(key{}).(func()); ok {
		mark()
	}
}

// Together does work side by side and waits for all of it. The first that fails or
// panics ends the rest, and its error is what comes back.
func Together(ctx context.Context, work ...func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var first error
	var once sync.Once
	var working sync.WaitGroup
	for _, do := range work {
		working.Go(func() {
			if err := guarded(ctx, do); err != nil {
				once.Do(func() { first = err; end() })
			}
		})
	}
	working.Wait()
	return first
}

func guarded(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &Panicked{Type: fmt.Sprintf("%T", cause), Stack: debug.Stack()}
		}
	}()
	return do(ctx)
}
