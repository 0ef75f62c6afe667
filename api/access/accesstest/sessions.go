package accesstest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
)

// Sessions keeps sessions in memory, as the one in Postgres does; it goes by the clock
// of a test, and counts what the audit was told.
type Sessions struct {
	*memstore.MemStore
	now  func() time.Time
	idle time.Duration

	mu    sync.Mutex
	rows  map[string]session
	cuts  map[string]time.Time
	forms map[string]kept.Form
	Lines []string
	Fail  error // what everything but the sessions themselves answers
}

type session struct {
	subject, device string
	began, seen     time.Time
}

// NewSessions keeps sessions that end when nothing is asked in them for some time.
func NewSessions(now func() time.Time, idle time.Duration) *Sessions {
	return &Sessions{MemStore: memstore.NewWithCleanupInterval(0), now: now, idle: idle, rows: map[string]session{}, cuts: map[string]time.Time{}, forms: map[string]kept.Form{}}
}

// FindCtx reads a session, and is a use of it.
func (s *Sessions) FindCtx(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.rows[token]
	if !ok || s.over(row) {
		return nil, false, nil
	}
	row.seen = s.now()
	s.rows[token] = row
	return s.Find(token)
}

// Peek reads a session, and is no use of it.
func (s *Sessions) Peek(_ context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row, ok := s.rows[token]; !ok || s.over(row) {
		return nil, false, nil
	}
	return s.Find(token)
}

func (s *Sessions) over(row session) bool { return s.now().Sub(row.seen) >= s.idle }

// CommitCtx writes a session.
func (s *Sessions) CommitCtx(_ context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.rows[token]
	if !ok {
		row = session{began: s.now(), seen: s.now()}
	}
	row.subject, _ = values["subject"].(string)
	row.device, _ = values["device"].(string)
	s.rows[token] = row
	return s.Commit(token, data, expiry)
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rows, token)
	return s.Delete(token)
}

// Left says how long a session goes on.
func (s *Sessions) Left(_ context.Context, token string) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.rows[token]
	if !ok || s.over(row) {
		return 0, s.Fail
	}
	return s.idle - s.now().Sub(row.seen), s.Fail
}

// Logins lists the sessions of an account.
func (s *Sessions) Logins(_ context.Context, subject, token string) (list []ledger.Login, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range slices.Sorted(maps.Keys(s.rows)) {
		if row := s.rows[t]; row.subject == subject && !s.over(row) {
			list = append(list, ledger.Login{Began: row.began, Seen: row.seen, Device: row.device, Mine: t == token})
		}
	}
	return list, s.Fail
}

// EndOthers ends the other sessions of an account, and its tokens of before.
func (s *Sessions) EndOthers(_ context.Context, subject, token string) (ended int, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cuts[subject] = s.now()
	for t, row := range s.rows {
		if row.subject == subject && t != token {
			delete(s.rows, t)
			ended++
		}
	}
	return ended, s.Fail
}

// TokensSince is from when on the tokens of an account are good.
func (s *Sessions) TokensSince(_ context.Context, subject string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cuts[subject], s.Fail
}

// KeepForm keeps a form.
func (s *Sessions) KeepForm(_ context.Context, f kept.Form) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms[f.ID] = f
	return s.Fail
}

// WaitingForm gives a form back.
func (s *Sessions) WaitingForm(_ context.Context, id, subject string, browser []byte) (kept.Form, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.forms[id]
	if !ok || f.Subject != subject || !bytes.Equal(f.Browser, browser) {
		return kept.Form{}, ledger.ErrNotFound
	}
	return f, s.Fail
}

// Kept are the forms that wait.
func (s *Sessions) Kept() (list []kept.Form) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.forms))
}

// Acted notes a line.
func (s *Sessions) Acted(_ context.Context, who care.Staff, action string) error {
	return s.line(who.ID + " " + action)
}

// Forbidden notes a line.
func (s *Sessions) Forbidden(_ context.Context, who care.Staff, asked string) error {
	return s.line(who.ID + " forbidden " + asked)
}

// Unknown notes a line.
func (s *Sessions) Unknown(_ context.Context, action, asked, _ string) error {
	return s.line("unknown " + action + " " + asked)
}

func (s *Sessions) line(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Lines = append(s.Lines, text)
	return s.Fail
}
