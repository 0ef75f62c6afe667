package cases

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/intake"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// search is what somebody searches, as their session keeps it: what is typed about people
// belongs in no address, which browsers and proxies keep, and whoever opens a file can go
// back to what was found.
type search struct {
	Text   string    `json:"text"`
	Cursor string    `json:"cursor,omitempty"` // of the next page
	Shown  time.Time `json:"shown"`            // since when what it finds is seen; the zero time: it is hidden
}

const (
	searchPath = "/ricerca"
	searchKept = "search"
	// seenFor is how long what was found is seen before it hides by itself: the person
	// beside the desk looks at the screen too.
	seenFor = 3 * time.Minute
)

func (s *Place) mountSearch(p access.Routes) {
	p.Get(searchPath, s.found)
	p.Post(searchPath, s.searchFor)
	p.Post(searchPath+"/nascondi", func(c *gin.Context, _ care.Staff) error { return s.see(c, time.Time{}) })
	p.Post(searchPath+"/mostra", func(c *gin.Context, _ care.Staff) error { return s.see(c, s.Now()) })
}

// searchFor takes what is typed, or goes on with it, and leads to what it finds.
func (s *Place) searchFor(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	asked := search{Text: strings.TrimSpace(c.PostForm("cerca")), Shown: s.Now()}
	if cursor := c.PostForm("dopo"); cursor != "" && s.Pages.Remembered(ctx, searchKept, &asked) {
		asked.Cursor, asked.Shown = cursor, s.Now()
	}
	if faults := slices.Concat(act.Unreadable(ctx), intake.CheckSearch("cerca", asked.Text)); len(faults) > 0 {
		page := Search{Frame: s.Pages.Frame(c, message.Say("case_search.title"), searchPath), Text: asked.Text}
		page.Form.Faults = []web.FieldFault{{Field: "cerca", Text: message.Say("case_search.too_short")}}
		if faults[0].Rule != care.RuleTooShort {
			page.Form.Faults[0].Text = italian.Fault(faults[0])
		}
		s.Pages.Render(c, http.StatusUnprocessableEntity, page)
		return nil
	}
	if err := s.Pages.Remember(ctx, searchKept, asked); err != nil {
		return err
	}
	return s.Pages.Leave(c, searchPath, "")
}

// see hides what was found, or shows it again.
func (s *Place) see(c *gin.Context, since time.Time) error {
	var asked search
	if s.Pages.Remembered(c.Request.Context(), searchKept, &asked) {
		asked.Shown = since
		if err := s.Pages.Remember(c.Request.Context(), searchKept, asked); err != nil {
			return err
		}
	}
	return s.Pages.Leave(c, searchPath, "")
}

// found shows whom the search finds, as long as they may be seen.
func (s *Place) found(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	if !care.ReadsCases(who, rules.Policy) {
		return ledger.ErrForbidden
	}
	page := Search{Frame: s.Pages.Frame(c, message.Say("case_search.title"), searchPath)}
	var asked search
	searched := s.Pages.Remembered(ctx, searchKept, &asked)
	left := seenFor - s.Now().Sub(asked.Shown)
	switch {
	case !searched:
	case left < time.Second:
		page.Hidden = true
	default:
		files, err := s.Records.CaseFiles(ctx, who, ledger.CaseFilter{Search: asked.Text}, ledger.Paging{Cursor: asked.Cursor})
		if err != nil {
			return err
		}
		page.Text, page.Cursor, page.Blank = asked.Text, files.Next, int(left.Seconds())
		for _, file := range files.Items {
			page.People = append(page.People, parts.CandidateOf(file, catalogue.Reopen.MayAsk(who.Role)))
		}
		page.Found = message.Count("case_search.found", len(page.People))
		switch {
		case page.Cursor != "":
			page.Found = message.Count("case_search.found_and_more", len(page.People))
		case len(page.People) == 0:
			page.Found = message.Say("case_search.nothing")
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
