// Package counter is who is at the counter now.
//
// Example: Amina is expected at 9.30 and comes at 9.12. The desk presses «È arrivata» beside
// her line; in the list of whoever receives her stands since when she is there, and what she
// speaks.
package counter

import (
	"context"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/room"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/message"
	"percorso/internal/queue"
)

// Place is the pages with what they need.
type Place struct {
	room.Room
	Numbers  Numbers
	Consults Consults
}

// Numbers is who came to a desk without an appointment.
type Numbers interface {
	Numbers(ctx context.Context, who care.Staff) ([]queue.Ticket, error)
	Days(ctx context.Context, who care.Staff) ([]queue.Day, error)
	Take(ctx context.Context, who care.Staff, key string, form queue.NewNumber) (queue.Ticket, error)
	CallNext(ctx context.Context, who care.Staff, key string) (queue.Ticket, error)
	Becomes(ctx context.Context, who care.Staff, id string, to queue.State) (queue.Ticket, error)
}

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Post("/appuntamenti/:id/arrivo", s.arrive)
	p.Post("/compiti/:id/chiama", s.ring)
	p.Post("/consulti/:id", s.answer)
	p.Get(numbersPath, s.numbers)
	p.Post(numbersPath, s.take)
	p.Post(numbersPath+"/avanti", s.next)
	p.Post(numbersPath+"/:id", s.becomes)
}

// arrive marks that the person of an appointment is here, or takes it back, and stays where
// its reader was.
func (s *Place) arrive(c *gin.Context, who care.Staff) error {
	mark := arrival.Mark{Back: c.PostForm("back") != ""}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Arrive.Command(c.PostForm("key"), c.Param("id"), mark))
	if err != nil {
		return err
	}
	to, done := "/appuntamenti", message.Say("counter.arrived")
	if c.PostForm("da") == "/" {
		to = "/"
	}
	if mark.Back {
		done = message.Say("counter.arrival_undone")
	}
	return s.Pages.Done(c, cmd, to, done)
}
