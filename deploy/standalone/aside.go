package standalone

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A command beside the stack may want the database for itself, as make demo does. It locks a
// file of the data folder; the stack, which looks at the lock, stops API and worker, says so
// by another file, and starts them again once the lock is gone, however the command ended.
const (
	asideLock = "aside"
	asideMark = "stands-aside"
	asideLook = 200 * time.Millisecond // between two looks at the lock
)

// asideParts are those that work in the database, in the order in which they start.
var asideParts = []Part{Worker, API}

// Aside has the stack that uses a data folder stop its API and its worker while something is
// done in the database, and waits until they are ready again. Errors: ErrNotRunning.
func Aside(ctx context.Context, dataDir string, do func() error) error {
	if !isRunning(dataDir) {
		return ErrNotRunning
	}
	lock, err := os.OpenFile(filepath.Join(dataDir, asideLock), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	mark := filepath.Join(dataDir, asideMark)
	err = until(ctx, dataDir, func() bool {
		return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
	})
	if err == nil {
		err = until(ctx, dataDir, func() bool { _, err := os.Stat(mark); return err == nil })
	}
	if err == nil {
		err = do()
	}
	_ = lock.Close()
	return errors.Join(err, until(context.WithoutCancel(ctx), dataDir, func() bool {
		_, err := os.Stat(mark)
		return errors.Is(err, fs.ErrNotExist)
	}))
}

// until waits until something is so, as long as a stack uses the folder.
func until(ctx context.Context, dataDir string, so func() bool) error {
	for !so() {
		if !isRunning(dataDir) {
			return ErrNotRunning
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(asideLook):
		}
	}
	return nil
}

// standsAside stops and starts API and worker as commands beside the stack want it, until
// the context ends.
func (s *Stack) standsAside(ctx context.Context) {
	_ = os.Remove(s.folder.file(asideMark)) // of a stack that was killed
	for rest(ctx) {
		if !s.wantedAside() {
			continue
		}
		if err := s.standAside(ctx); err != nil {
			s.say("after standing aside: %v", err)
		}
	}
}

func (s *Stack) standAside(ctx context.Context) error {
	mark := s.folder.file(asideMark)
	var parts []*process
	for _, part := range asideParts {
		if p, err := s.process(part); err == nil {
			parts = append(parts, p)
		}
	}
	for _, p := range slices.Backward(parts) {
		p.stop()
	}
	s.say("%v stand aside", asideParts)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(mark) }()
	for s.wantedAside() {
		if !rest(ctx) {
			return nil
		}
	}
	for _, p := range parts {
		if ctx.Err() != nil {
			return nil
		}
		began := time.Now()
		if err := p.start(ctx); err != nil {
			return err
		}
		s.say("%-12s ready in %s", p.part, since(began))
	}
	return nil
}

// wantedAside says whether a command wants the database for itself.
func (s *Stack) wantedAside() bool {
	file, err := os.Open(s.folder.file(asideLock))
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}

// rest rests between two looks; false: the context has ended.
func rest(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(asideLook):
		return true
	}
}
