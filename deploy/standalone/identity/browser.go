package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
)

// A login belongs to the browser that began it. Otherwise somebody could begin one,
// have another person type their password into its page, and finish it as that person.

// browserCookie tells browsers apart. It ends with the browser, and opens nothing.
const browserCookie = "percorso-identity"

type browserKey struct{}

// browserOf is the browser that a login is begun in, within a request.
func browserOf(ctx context.Context) string {
	browser, _ := ctx.Value(browserKey{}).(string)
	return browser
}

// withBrowser gives a browser that begins a login its cookie.
func withBrowser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		browser := cookieOf(r)
		if browser == "" {
			browser = rand.Text()
			//nolint:gosec // the provider speaks plain http, on a loopback address alone
			http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: browser, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), browserKey{}, browser)))
	})
}

func cookieOf(r *http.Request) string {
	cookie, err := r.Cookie(browserCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// begunIn says whether a login was begun in the browser that asks.
func (r *request) begunIn(browser string) bool {
	return browser != "" && subtle.ConstantTimeCompare([]byte(browser), []byte(r.browser)) == 1
}
