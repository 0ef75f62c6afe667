package counter

import (
	"context"

	"github.com/gin-gonic/gin"

	"percorso/internal/care"
	"percorso/internal/consult"
	"percorso/internal/message"
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
	return s.Pages.Leave(c, "/", message.Say("counter_call.rung"))
}

// answer takes what who is rung says.
func (s *Place) answer(c *gin.Context, who care.Staff) error {
	answer := consult.Answer(c.PostForm("answer"))
	if err := s.Consults.Answer(c.Request.Context(), who, c.Param("id"), answer); err != nil {
		return err
	}
	said := message.Say("counter_call.answered")
	if answer == consult.Cannot {
		said = message.Say("counter_call.cannot")
	}
	return s.Pages.Leave(c, "/", said)
}
