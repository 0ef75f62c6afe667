package supervision

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/alike"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

const doublesURL = "/doppioni"

// DoublesList is the pairs of files that may be of one person.
type DoublesList struct {
	web.Frame
	Pairs []DoublePair
	More  string // address of the next page; empty: there is none
}

// Template names the page's file.
func (DoublesList) Template() *template.Template { return templates["doubles"] }

// DoublePair is one of them, side by side.
type DoublePair struct {
	Why     string
	Numbers string // of both files
	Files   []DoubleSide
	Merge   string // address of the form that merges them; empty: one of them is closed
	Apart   string // where it is said that they are two people
	Other   string
}

// DoubleSide is a file of a pair.
type DoubleSide struct {
	URL, Person, Number string
	Terms               []web.Term
}

// doublesList shows the pairs to whoever may merge files.
func (s *Place) doublesList(c *gin.Context, who care.Staff) error {
	list, err := s.Records.Doubles(c.Request.Context(), who, ledger.Paging{Cursor: c.Query("dopo")})
	if err != nil {
		return err
	}
	page := DoublesList{Frame: s.Pages.Frame(c, message.Say("supervision_doubles.title"), "/fascicoli")}
	page.Back = &web.Link{URL: "/fascicoli", Text: message.Say("supervision_doubles.back")}
	for _, d := range list.Items {
		pair := DoublePair{Why: italian.Upper(alike.People(d.Like)), Numbers: italian.Enumerate([]string{d.Files[0].Number, d.Files[1].Number}),
			Apart: doublesURL + "/" + d.Files[0].ID + "/diverse", Other: d.Files[1].ID}
		if d.Files[0].ClosedAt == nil && d.Files[1].ClosedAt == nil {
			pair.Merge = "/fascicoli/" + d.Files[1].ID + "/" + catalogue.Merge.Slug
		}
		for _, f := range d.Files {
			pair.Files = append(pair.Files, sideOf(f))
		}
		page.Pairs = append(page.Pairs, pair)
	}
	page.More = web.NextPage(c.Request.URL, "dopo", list.Next)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func sideOf(f ledger.DoubleFile) DoubleSide {
	born := parts.Born(ledger.Person{BirthDate: f.BirthDate})
	if f.YearOnly {
		born = message.Say("supervision_doubles.year_alone", "Year", f.BirthDate.Format("2006"))
	}
	terms := []web.Term{{Name: message.Say("supervision_doubles.birth"), Value: born}, {Name: message.Say("supervision_doubles.opened"), Value: italian.Date(f.OpenedAt)}}
	if f.ClosedAt != nil {
		terms = append(terms, web.Term{Name: message.Say("supervision_doubles.closed"), Value: italian.Date(*f.ClosedAt)})
	}
	return DoubleSide{URL: "/fascicoli/" + f.ID, Person: strings.TrimSpace(f.GivenName + " " + f.FamilyName), Number: f.Number, Terms: terms}
}

// tellApart takes it that two files are of two people.
func (s *Place) tellApart(c *gin.Context, who care.Staff) error {
	if faults := act.Unreadable(c.Request.Context()); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if err := s.Records.TellApart(c.Request.Context(), who, c.Param("id"), c.PostForm("other")); err != nil {
		return err
	}
	return s.Pages.Leave(c, doublesURL, message.Say("supervision_doubles.apart_done"))
}
