package access

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/ledger"
)

// LoginsPath is the page on which people see where they are logged in.
const LoginsPath = "/accessi-personali"

// Ends says after how long without a request, and after how long in any case, a
// session ends.
func (g *Guard) Ends() (idle, life time.Duration) {
	return g.Pages.idle, g.Pages.sessions.Lifetime
}

// Logins lists the sessions of whoever asks, in this browser and in others.
func (g *Guard) Logins(ctx context.Context, who care.Staff) ([]ledger.Login, error) {
	return g.logins.Logins(ctx, who.Subject, g.Pages.sessions.storedToken(ctx))
}

// Left says how long the session of a request goes on. 0: it has ended.
func (g *Guard) Left(ctx context.Context) (time.Duration, error) {
	return g.logins.Left(ctx, g.Pages.sessions.storedToken(ctx))
}

// EndOthers ends the sessions of whoever asks but this one, and revokes the tokens
// that their account was given before: programs ask for new ones. It says how many
// sessions have ended.
func (g *Guard) EndOthers(ctx context.Context, who care.Staff) (int, error) {
	if act.Held(ctx) {
		return 0, &care.Refusal{Code: care.RefusedHeld}
	}
	ended, err := g.logins.EndOthers(ctx, who.Subject, g.Pages.sessions.storedToken(ctx))
	if err != nil {
		return 0, err
	}
	g.tokens.cuts.Forget(who.Subject)
	return ended, g.lines.Acted(ctx, who, ledger.LineOthersEnded)
}

// stay answers a page that asks how long its session goes on. Asking with GET is no
// use of it, so that a page which is only open keeps nobody logged in; POST is one.
func (g *Guard) stay(c *gin.Context) {
	cookie, err := c.Request.Cookie(g.Cookie())
	if err != nil {
		c.JSON(http.StatusOK, gin.H{"left": 0})
		return
	}
	left, err := g.logins.Left(c.Request.Context(), stored(cookie.Value))
	if err != nil {
		g.problems.Broken(c.Request.Context(), err)
		g.problems.Refuse(c, problem.New(problem.Unavailable))
		return
	}
	c.JSON(http.StatusOK, gin.H{"left": int(left.Seconds())})
}
