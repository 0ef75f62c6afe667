// Package desk is the place of the front desk.
package desk

import (
	"context"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts/free"
	"percorso/api/pages/room"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/queue"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Records Records
	Numbers Numbers
}

// Numbers is who came to the desk without an appointment.
type Numbers interface {
	Numbers(ctx context.Context, who care.Staff) ([]queue.Ticket, error)
}

// called is the number of the address, with which one goes on; nil: there is none.
func (s *Place) called(c *gin.Context, who care.Staff) (*queue.Ticket, error) {
	id := c.Query("numero")
	if id == "" {
		return nil, nil
	}
	list, err := s.Numbers.Numbers(c.Request.Context(), who)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(t queue.Ticket) bool { return t.ID == id })
	if i < 0 {
		return nil, ledger.ErrNotFound
	}
	return &list[i], nil
}

// Records is what the pages read, as whoever asks.
type Records interface {
	free.Records
	Contacts(ctx context.Context, s care.Staff, p ledger.Paging) (ledger.Page[ledger.Contact], error)
	Tasks(ctx context.Context, s care.Staff, f ledger.TaskFilter, p ledger.Paging) (ledger.Page[ledger.Task], error)
}
