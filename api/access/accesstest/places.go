package accesstest

import (
	"context"
	"sync"

	"percorso/internal/care"
)

// Places keeps free places in memory, by who has chosen them and where their form is sent.
type Places struct {
	mu   sync.Mutex
	kept map[[2]string][]care.Booking
}

// KeepPlaces keeps what is chosen on a form.
func (p *Places) KeepPlaces(_ context.Context, who care.Staff, path string, chosen []care.Booking) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[[2]string][]care.Booking{}
	}
	p.kept[[2]string{who.ID, path}] = chosen
	return nil
}

// Kept are those that are kept for somebody by a form.
func (p *Places) Kept(who care.Staff, path string) []care.Booking {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept[[2]string{who.ID, path}]
}
