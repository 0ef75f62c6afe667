package access

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"percorso/api/problem"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/kept"
)

// What somebody types into a form is kept as a draft as they go, and given back to
// them: the page sends the form where it will be sent in the end, and says with a
// header that it is not sent yet.

const (
	// DraftsPath is the page of one's own drafts; below it each is shown again.
	DraftsPath = "/bozze"

	draftHeader = "X-Percorso-Draft" // holds the address of the page that the form is on
	leftHeader  = "X-Percorso-Left"  // the page that the form is on is left
	sealedDraft = "draft "
)

// pageAddress is an address of a page: names and ids, and nothing that was typed.
var pageAddress = regexp.MustCompile(`^(/[a-z0-9-]{1,40}){1,6}$`)

// drafts keeps and shows the drafts of forms.
type drafts struct {
	*waiting
	store  kept.Drafts
	places kept.Places
}

// beside is a handler of a form that also takes drafts of it. What was sent is no
// draft any more, unless it was refused.
func (d drafts) beside(h Handler) Handler {
	return func(c *gin.Context, who care.Staff) error {
		if page := c.GetHeader(draftHeader); page != "" {
			return d.keep(c, who, page)
		}
		if places := agenda.Chosen(c.Request.PostForm); len(places) > 0 {
			d.keepPlaces(c, who, places) // the form may be shown again
		}
		err := h(c, who)
		if err == nil && c.Writer.Status() == http.StatusSeeOther && !c.GetBool(refusedKey) {
			if err := d.store.DropDraft(c.Request.Context(), who, c.Request.URL.Path); err != nil {
				d.problems.Broken(c.Request.Context(), err) // the form is sent, and that was answered
			}
		}
		return err
	}
}

// keepPlaces keeps what is chosen. Where it cannot, the form goes on without.
func (d drafts) keepPlaces(c *gin.Context, who care.Staff, chosen []care.Booking) {
	if err := d.places.KeepPlaces(c.Request.Context(), who, c.Request.URL.Path, chosen); err != nil {
		d.problems.Broken(c.Request.Context(), err)
	}
}

func (d drafts) keep(c *gin.Context, who care.Staff, page string) error {
	if !pageAddress.MatchString(page) {
		return problem.New(problem.BadRequest)
	}
	if strings.HasPrefix(page, DraftsPath+"/") { // a draft that is gone on with
		page = ""
	}
	sent := formOf(c)
	if len(sent.Fields) > longestWaiting {
		return problem.New(problem.TooLarge)
	}
	sealed, err := d.Seal(sealedDraft+who.ID+" "+sent.Path, sent)
	if err == nil {
		err = d.store.KeepDraft(c.Request.Context(), who, kept.Draft{ID: uuid.NewString(), Path: sent.Path, Page: page, Sealed: sealed})
	}
	if err == nil {
		var chosen []care.Booking
		if c.GetHeader(leftHeader) == "" {
			chosen = agenda.Chosen(c.Request.PostForm)
		}
		d.keepPlaces(c, who, chosen)
		c.Status(http.StatusNoContent)
	}
	return err
}

// resume shows the form of a draft as it was typed.
func (d drafts) resume(c *gin.Context, who care.Staff) error {
	kept, err := d.store.Draft(c.Request.Context(), who, c.Param("id"))
	var sent sentForm
	if err == nil {
		err = d.Open(sealedDraft+who.ID+" "+kept.Path, kept.Sealed, &sent)
	}
	c.Set(draftKey, true)
	return d.showKept(c, sent, who, err)
}

// Keys of what a request came to.
const (
	refusedKey = "percorso.refused" // the form was refused
	draftKey   = "percorso.draft"   // a form that is shown again is a draft
)
