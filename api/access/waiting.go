package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"percorso/api/access/seal"
	"percorso/api/act"
	"percorso/api/problem"
	"percorso/internal/care"
	"percorso/internal/kept"
	"percorso/internal/ledger"
)

// A form that is sent after its session has ended is kept until its author is logged
// in again, and shown to them as they typed it. Nothing is sent by itself.

// WaitingForms keeps such forms. They are sealed before they come here.
type WaitingForms interface {
	// KeepForm keeps a form. It fails where too many are kept.
	KeepForm(ctx context.Context, f kept.Form) error
	// WaitingForm gives a form back to the account and the browser that it is of.
	// ledger.ErrNotFound: there is none, or not for them.
	WaitingForm(ctx context.Context, id, subject string, browser []byte) (kept.Form, error)
}

const (
	resumePath     = "/ripresa/"
	longestWaiting = 256 << 10 // bytes of a form that is kept
	withBrowser    = 0         // the age of a cookie that ends with the browser

	sealedHere = "who was here"
	sealedForm = "waiting form "
)

// waiting keeps the forms of those whose session has ended.
type waiting struct {
	attempts // whose key seals, and which sets cookies
	store    WaitingForms
	pages    *Pages
	problems *problem.Teller
}

// lastHere is what a browser keeps of whose session it had last. It opens nothing: it
// says to whom a form may be given back.
type lastHere struct {
	Browser string `json:"b"` // tells the browser from others, whoever is logged in
	Subject string `json:"s"`
}

func (w *waiting) hereCookie() string { return cookieName("percorso-chi", w.https) }

// here reads whose session the browser had last; the zero value: nobody's.
func (w *waiting) here(r *http.Request) (was lastHere) {
	cookie, err := r.Cookie(w.hereCookie())
	if err != nil || w.OpenText(sealedHere, cookie.Value, &was) != nil {
		return lastHere{}
	}
	return was
}

// remember lets the browser keep whose session it has now.
func (w *waiting) remember(c *gin.Context, subject string) error {
	is := lastHere{Browser: w.here(c.Request).Browser, Subject: subject}
	if is.Browser == "" {
		is.Browser = rand.Text()
	}
	text, err := w.SealText(sealedHere, is)
	if err == nil {
		w.set(c, w.hereCookie(), text, withBrowser)
	}
	return err
}

// sentForm is a form that waits.
type sentForm struct {
	Pattern string            `json:"pattern"` // of its route
	Path    string            `json:"path"`
	Params  map[string]string `json:"params,omitempty"`
	Fields  string            `json:"fields"` // as they were sent
}

// formOf is the form that a request has sent, once it is read.
func formOf(c *gin.Context) sentForm {
	sent := sentForm{Pattern: c.FullPath(), Path: c.Request.URL.Path, Params: map[string]string{}, Fields: c.Request.PostForm.Encode()}
	for _, p := range c.Params {
		sent.Params[p.Key] = p.Value
	}
	return sent
}

// signedOut answers what was sent without a session: with the way to the login, and
// back to the form where it could be kept.
func (w *waiting) signedOut(c *gin.Context) {
	notice := problem.NoticeSignedOut()
	if id := w.keep(c); id != "" {
		notice = problem.NoticeFormKept()
		notice.Link = loginPath(resumePath + id)
	}
	w.pages.Tell(c, notice)
}

// keep keeps the form that was sent, and gives its id; empty: it cannot be kept.
func (w *waiting) keep(c *gin.Context) string {
	was := w.here(c.Request)
	if _, known := w.pages.forms[c.FullPath()]; !known || was.Subject == "" || c.GetHeader(draftHeader) != "" || readForm(c) != nil {
		return ""
	}
	sent := formOf(c)
	if len(sent.Fields) > longestWaiting {
		return ""
	}
	id := uuid.NewString()
	sealed, err := w.Seal(sealedForm+id, sent)
	if err == nil {
		err = w.store.KeepForm(c.Request.Context(), kept.Form{ID: id, Subject: was.Subject, Browser: digest(was.Browser), Sealed: sealed})
	}
	if err != nil {
		w.problems.Broken(c.Request.Context(), err)
		return ""
	}
	return id
}

// resume shows a form that was kept as it was typed, by the handler that it was sent
// to: within its context nothing is done.
func (w *waiting) resume(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	id := c.Param("id")
	kept, err := w.store.WaitingForm(ctx, id, who.Subject, digest(w.here(c.Request).Browser))
	var sent sentForm
	if err == nil {
		err = w.Open(sealedForm+id, kept.Sealed, &sent)
	}
	return w.showKept(c, sent, who, err)
}

// showKept is show for a form that was kept; err says why it could not be read. Where it
// is gone the page says so.
func (w *waiting) showKept(c *gin.Context, sent sentForm, who care.Staff, err error) error {
	switch {
	case err == nil && w.pages.forms[sent.Pattern] != nil:
		return w.show(c, sent, who)
	case err == nil, errors.Is(err, ledger.ErrNotFound), errors.Is(err, seal.Err):
		w.pages.Tell(c, problem.NoticeFormGone())
		return nil
	}
	return err
}

// show answers with the page of a form as it was typed.
func (w *waiting) show(c *gin.Context, sent sentForm, who care.Staff) error {
	again := c.Request.Clone(act.WithHeld(c.Request.Context()))
	again.Method, again.URL, again.Form, again.PostForm = http.MethodPost, &url.URL{Path: sent.Path}, nil, nil
	again.Body, again.ContentLength = io.NopCloser(strings.NewReader(sent.Fields)), int64(len(sent.Fields))
	again.Header.Set("Content-Type", formType)
	c.Request, c.Params = again, nil
	for key, value := range sent.Params {
		c.Params = append(c.Params, gin.Param{Key: key, Value: value})
	}
	if err := readForm(c); err != nil {
		return err
	}
	return w.pages.forms[sent.Pattern](c, who)
}

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}
