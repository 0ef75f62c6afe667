package counter

import (
	"context"

	"github.com/gin-gonic/gin"

	"percorso/internal/care"
	"percorso/internal/consult"
)

// Consults is who is called to a desk at once.
type Consults interface {
	Ring(ctx context.Context, who care.Staff, key, task string) error
	Answer(ctx context.Context, who care.Staff, id string, answer consult.Answer) error
}

// ring calls the next on duty for a consult.
func (s *Place) ring(c *gin.Context, who care.Staff) error {
	if err := s.Consults.Ring(c.Request.Context(), who, c.PostForm("key"), c.Param("id")); err != nil {
		return err
	}
	return s.Pages.Leave(c, "/", "Chi è di turno è stato chiamato: la risposta la vedi qui.")
}

// answer takes what who is rung says.
func (s *Place) answer(c *gin.Context, who care.Staff) error {
	answer := consult.Answer(c.PostForm("answer"))
	if err := s.Consults.Answer(c.Request.Context(), who, c.Param("id"), answer); err != nil {
		return err
	}
	said := "Hai risposto: lo sportello lo vede."
	if answer == consult.Cannot {
		said = "Hai risposto che non puoi: è chiamato chi è di turno dopo di te."
	}
	return s.Pages.Leave(c, "/", said)
}
