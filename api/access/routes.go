package access

import (
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue/several"
	"percorso/internal/ledger"
	"percorso/internal/legible"
)

// Handler answers a request for a page. What it cannot answer it returns:
// ledger.ErrNotFound and ledger.ErrForbidden become their pages, a *Problem that
// of its code, and anything else is logged and becomes a page that says no more.
type Handler func(c *gin.Context, who care.Staff) error

// Routes is where places register their pages, which are for people who are
// logged in.
type Routes struct {
	pages  *Pages
	drafts drafts
	group  gin.IRoutes
}

// Routes gives the routes of the pages behind g.
func (g *Guard) Routes(r *gin.Engine) Routes {
	routes := Routes{g.Pages, drafts{g.waiting, g.Pages.drafts, g.Pages.places}, r.Group("/", g.SignedIn)}
	routes.Get(resumePath+":id", g.waiting.resume)
	routes.Get(DraftsPath+"/:id", routes.drafts.resume)
	return routes
}

// Get shows a page.
func (r Routes) Get(path string, h Handler) { r.group.GET(path, r.pages.Answer(asStaff(h))) }

// Post takes a form. What h does beside asking the door it leaves out where the form
// is only shown again (act.Held).
func (r Routes) Post(path string, h Handler) {
	r.pages.forms[path] = h
	r.group.POST(path, r.pages.Form(asStaff(r.drafts.beside(h))))
}

// asStaff asks a handler for whoever is logged in. The parameters of the pages'
// addresses are ids: of what is none there is nothing.
func asStaff(h Handler) func(*gin.Context) error {
	return func(c *gin.Context) error {
		for _, p := range c.Params {
			if !care.IsID(p.Value) {
				return ledger.ErrNotFound
			}
		}
		return h(c, StaffOf(c.Request.Context()))
	}
}

// Answer hands a request to a handler, and tells what the handler could not
// answer: the one way in which anything goes wrong on a page.
func (p *Pages) Answer(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			p.fail(c, err)
		}
	}
}

// Form is Answer for a form that was sent, once it is read.
func (p *Pages) Form(h func(*gin.Context) error) gin.HandlerFunc {
	return p.Answer(func(c *gin.Context) error {
		if err := readForm(c); err != nil {
			return err
		}
		return h(c)
	})
}

// fail ends a request with a page that tells an error.
func (p *Pages) fail(c *gin.Context, err error) {
	wrong := p.problems.Of(c.Request.Context(), err)
	c.Abort()
	if !c.Writer.Written() {
		p.problemPage(c, wrong)
	}
}

const (
	formType   = "application/x-www-form-urlencoded"
	mostFields = 2000 // of a form: the longest plan has some hundreds
)

// readForm reads the form that a request sent; what its address says is no part of
// it. Bytes in it that are no text are taken out, so that the page can show the rest
// again; what the form asks is then refused, see act.WithUnreadable. So is what
// gives a field twice, since whoever reads it takes the first. A field that the page
// does not know is overlooked: the page may have been opened before a field went.
func readForm(c *gin.Context) error {
	r := c.Request
	if said := r.Header.Values("Content-Type"); r.ContentLength != 0 && !isForm(said) {
		return problem.New(problem.MediaKind)
	}
	var large *http.MaxBytesError
	switch err := r.ParseForm(); {
	case errors.As(err, &large):
		return problem.New(problem.TooLarge)
	case err != nil:
		return problem.New(problem.BadRequest)
	}
	faults, err := textsOf(r.PostForm)
	for _, part := range web.JoinDates(r.PostForm) {
		faults.Add(false, part, care.RuleRequired)
	}
	if len(faults) > 0 {
		c.Request = r.WithContext(act.WithUnreadable(r.Context(), faults...))
	}
	return err
}

// fieldID is how the fields of the pages are named: another name may be a value in
// the wrong place.
var fieldID = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,100}$`)

// textsOf takes out of a form what is no text, and says of which fields, and which
// of them are given twice.
func textsOf(form url.Values) (faults care.Faults, _ error) {
	fields := 0
	for _, name := range slices.Sorted(maps.Keys(form)) {
		unread := false
		for i, value := range form[name] {
			if fields++; fields > mostFields {
				return nil, problem.New(problem.TooLarge)
			}
			if !legible.IsText(value) {
				form[name][i], unread = legible.Cleaned(value), true
			}
		}
		field := name
		if !fieldID.MatchString(name) {
			field = ""
		}
		faults.Add(!unread && legible.IsText(name), field, care.RuleIllegible)
		faults.Add(!repeated(name, form[name]), field, problem.RuleRepeated)
	}
	return faults, nil
}

// repeated says whether a field is given twice; one with several boxes to tick,
// whether one of them is. The id of a task's field may begin with an outcome, as in
// "heard-needs".
func repeated(name string, values []string) bool {
	if several.Takes(name[strings.LastIndexByte(name, '-')+1:]) {
		return len(slices.Compact(slices.Sorted(slices.Values(values)))) < len(values)
	}
	return len(values) > 1
}

// isForm says whether what was sent is said to be a form, in UTF-8 as pages are.
func isForm(types []string) bool {
	if len(types) != 1 {
		return false
	}
	kind, more, err := mime.ParseMediaType(types[0])
	charset, said := more["charset"]
	return err == nil && kind == formType && (!said || strings.EqualFold(charset, "utf-8"))
}
