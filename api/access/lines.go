package access

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/internal/care"
)

// Lines is where the audit keeps logins and refusals: ids and codes.
type Lines interface {
	// Acted leaves a line of what a member of staff did with their own logins.
	Acted(ctx context.Context, who care.Staff, action string) error
	// Forbidden leaves a line of what a member of staff may not do or see: the method
	// and the template of an address.
	Forbidden(ctx context.Context, who care.Staff, asked string) error
	// Unknown leaves a line of somebody whom nobody knows, with a keyed digest of who
	// or where they are.
	Unknown(ctx context.Context, action, asked, who string) error
}

// followed leaves a line where a member of staff was refused for what they may not.
// The answer has been given: where the line cannot be written the log says so.
func (g *Guard) followed(c *gin.Context) {
	c.Next()
	if who := StaffOf(c.Request.Context()); c.Writer.Status() == http.StatusForbidden && who.ID != "" {
		ctx := context.WithoutCancel(c.Request.Context())
		if err := g.lines.Forbidden(ctx, who, c.Request.Method+" "+c.FullPath()); err != nil {
			g.problems.Broken(ctx, err)
		}
	}
}

// leaveUnknown leaves a line of somebody who was refused and is not known.
func (g *Guard) leaveUnknown(ctx context.Context, action, code, who string) {
	if err := g.lines.Unknown(ctx, action, code, who); err != nil {
		g.problems.Broken(ctx, err)
	}
}
