package access

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/oauth2"

	"percorso/api/access/seal"
)

// attempts are logins under way. Each has a cookie of its own, so that a login in
// one tab leaves that of another alone. Nothing is kept on the server: whoever only
// asks for the login costs no row.
type attempts struct {
	seal.Sealer
	https bool
	now   func() time.Time
}

const (
	attemptAge   = 15 * time.Minute
	attemptsKept = 5    // of a browser: the oldest one gives way
	longestWay   = 1000 // of where a login leads to: a longer one is given up
)

// What attempts seal.
const (
	sealedAttempt = "login attempt"
	sealedState   = "login state"
)

// attempt is what a browser keeps of a login that it began.
type attempt struct {
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Began    time.Time `json:"t"`
}

// goal is what the provider is given along, and gives back: which attempt it was,
// and where it leads to. It stays readable when the attempt is forgotten.
type goal struct {
	ID    string `json:"i"`
	Next  string `json:"n"`
	Again bool   `json:"a,omitempty"` // it took the place of one that had come to nothing
}

// begin gives the browser an attempt, and the state that goes with it.
func (a attempts) begin(c *gin.Context, next string, again bool) (state string, begun attempt, _ error) {
	if len(next) > longestWay {
		next = "/"
	}
	id := rand.Text()
	state, err := a.SealText(sealedState, goal{ID: id, Next: next, Again: again})
	if err != nil {
		return "", begun, err
	}
	begun = attempt{Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Began: a.now()}
	kept, err := a.SealText(sealedAttempt, begun)
	if err != nil {
		return "", begun, err
	}
	a.forgetOldest(c)
	a.set(c, a.prefix()+id, kept, int(attemptAge.Seconds()))
	return state, begun, nil
}

// end takes the attempt that an answer of the provider belongs to from the browser:
// it is good once. False: this browser has none of it, or it is too old.
func (a attempts) end(c *gin.Context, id string) (attempt, bool) {
	name := a.prefix() + id
	cookie, err := c.Request.Cookie(name)
	if id == "" || err != nil {
		return attempt{}, false
	}
	a.set(c, name, "", -1)
	return a.read(cookie)
}

// goalOf reads the state that the provider gives back; false: it is none of ours.
func (a attempts) goalOf(state string) (to goal, ours bool) {
	err := a.OpenText(sealedState, state, &to)
	return to, err == nil
}

func (a attempts) read(cookie *http.Cookie) (kept attempt, good bool) {
	err := a.OpenText(sealedAttempt, cookie.Value, &kept)
	return kept, err == nil && a.now().Before(kept.Began.Add(attemptAge))
}

// forgetOldest makes room for one more.
func (a attempts) forgetOldest(c *gin.Context) {
	type kept struct {
		name  string
		began time.Time // the zero time where it is no attempt any more
	}
	var all []kept
	for _, cookie := range c.Request.Cookies() {
		if strings.HasPrefix(cookie.Name, a.prefix()) {
			if is, good := a.read(cookie); good {
				all = append(all, kept{cookie.Name, is.Began})
			} else {
				all = append(all, kept{name: cookie.Name})
			}
		}
	}
	slices.SortFunc(all, func(x, y kept) int { return cmp.Or(x.began.Compare(y.began), strings.Compare(x.name, y.name)) })
	for i, k := range all {
		if k.began.IsZero() || len(all)-i >= attemptsKept {
			a.set(c, k.name, "", -1)
		}
	}
}

func (a attempts) prefix() string { return cookieName("percorso-login-", a.https) }

func (a attempts) set(c *gin.Context, name, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // Secure follows the public address
		Name: name, Value: value, MaxAge: maxAge, Path: "/", Secure: a.https, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, // the provider's way back is a link from another site
	})
}

// cookieName is the name of a cookie that under https no other host may set.
func cookieName(name string, https bool) string {
	if https {
		return "__Host-" + name
	}
	return name
}
