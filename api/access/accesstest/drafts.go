package accesstest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
)

// Drafts keeps drafts in memory.
type Drafts struct {
	now  func() time.Time
	mu   sync.Mutex
	rows map[[2]string]kept.Draft // by author and path
}

// NewDrafts keeps drafts by a clock.
func NewDrafts(now func() time.Time) *Drafts {
	return &Drafts{now: now, rows: map[[2]string]kept.Draft{}}
}

// KeepDraft keeps a draft.
func (s *Drafts) KeepDraft(_ context.Context, who care.Staff, d kept.Draft) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := [2]string{who.ID, d.Path}
	if was, ok := s.rows[key]; ok {
		d.ID, d.Page = was.ID, cmp.Or(was.Page, d.Page)
	}
	d.KeptAt = s.now()
	s.rows[key] = d
	return nil
}

// Drafts lists those of the caller.
func (s *Drafts) Drafts(_ context.Context, who care.Staff) (list []kept.Draft, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, d := range s.rows {
		if key[0] == who.ID {
			d.Sealed = nil
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b kept.Draft) int { return cmp.Or(b.KeptAt.Compare(a.KeptAt), cmp.Compare(a.Path, b.Path)) })
	return list, nil
}

// Draft reads one of the caller.
func (s *Drafts) Draft(_ context.Context, who care.Staff, id string) (kept.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, d := range s.rows {
		if key[0] == who.ID && d.ID == id {
			return d, nil
		}
	}
	return kept.Draft{}, ledger.ErrNotFound
}

// DropDraft deletes a draft.
func (s *Drafts) DropDraft(_ context.Context, who care.Staff, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.rows, [2]string{who.ID, path})
	return nil
}
