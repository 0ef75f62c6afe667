package person

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/reached"
	"percorso/api/pages/parts/tabs"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/italian"
	"percorso/internal/italian/alike"
	"percorso/internal/italian/known"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli/:id/persona", s.page)
	p.Get("/fascicoli/:id/persona/fascicoli", s.files)
	p.Get("/fascicoli/:id/persona/copia", s.copied)
	p.Get("/fascicoli/:id/persona/correggi", s.newCorrection)
	p.Post("/fascicoli/:id/persona/correggi", s.correct)
}

// page shows what is known of a person, and what was corrected.
func (s *Place) page(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	corrections, err := s.Records.Corrections(ctx, who, file.ID)
	if err != nil {
		return err
	}
	p := file.PersonData
	page := Page{Frame: s.Pages.Frame(c, file.Person, "/fascicoli"), Number: file.Number, Tabs: tabs.Of(file.ID, tabs.Person), SetAside: setAsideTerms(file), ReadsURL: "/fascicoli/" + file.ID + "/letture", FilesURL: "/fascicoli/" + file.ID + "/persona/fascicoli"}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	page.Data = terms(
		web.Term{Name: italian.Field(correction.GivenName), Value: p.GivenName},
		web.Term{Name: italian.Field(correction.FamilyName), Value: p.FamilyName},
		web.Term{Name: italian.Field(correction.BirthDate), Value: parts.Born(p)},
		web.Term{Name: italian.Field(correction.FiscalCode), Value: p.FiscalCode},
		web.Term{Name: italian.Field(correction.Citizenship), Value: parts.CitizenOf(p)},
		web.Term{Name: italian.Field("permit"), Value: present.Permit(p)},
		web.Term{Name: italian.Field(correction.Papers), Value: strings.Join(web.Each(p.Papers, known.Paper), "; ")},
		web.Term{Name: message.Say("strip.opened_on"), Value: italian.Moment(file.Opened)},
	)
	page.Reached = reached.Of(p)
	page.Contacts = terms(
		web.Term{Name: italian.Field(correction.Languages), Value: present.Languages(p.Languages)},
		web.Term{Name: italian.Field(correction.Reads), Value: present.Languages(p.Reads)},
		web.Term{Name: italian.Field(correction.Speech), Value: strings.Join(web.Each(p.Speech, known.Way), ", ")},
		web.Term{Name: italian.Field(correction.Municipality), Value: p.Municipality},
		web.Term{Name: italian.Field(correction.Address), Value: addressOf(p)},
	)
	if err := s.showNumbers(c, &page, who, file); err != nil {
		return err
	}
	if page.Near, err = s.near(c, who, p.Linked); err != nil {
		return err
	}
	if mayCorrect(who, file) {
		page.Correct = &web.Link{URL: "/fascicoli/" + file.ID + "/persona/correggi", Text: message.Say("person_page.correct")}
	}
	page.Corrections = correctionsOf(corrections)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// near are those who belong to a person. The number of a file is there for who sees that file
// alone: to others it would tell that there is one.
func (s *Place) near(c *gin.Context, who care.Staff, linked []kin.Linked) ([]Near, error) {
	var numbers []string
	for _, k := range linked {
		if k.File != "" {
			numbers = append(numbers, k.File)
		}
	}
	ids := map[string]string{}
	if len(numbers) > 0 {
		var err error
		if ids, err = s.Records.FilesOf(c.Request.Context(), who, numbers); err != nil {
			return nil, err
		}
	}
	return web.Each(linked, func(k kin.Linked) Near {
		shown := Near{Text: known.Person(k)}
		if id := ids[k.File]; id != "" {
			shown.File = &web.Link{URL: "/fascicoli/" + id, Text: message.Say("case_pages.case_number", "Number", k.File)}
		}
		return shown
	}), nil
}

// files shows the files that are, or may be, of the person, open and closed.
func (s *Place) files(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	same, err := s.Records.SamePerson(ctx, who, file.PersonData)
	if err != nil {
		return err
	}
	page := Files{Frame: s.Pages.Frame(c, message.Say("person_page.files_of", "Person", file.Person), "/fascicoli"), Number: file.Number}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID + "/persona", Text: file.Person + ", " + file.Number}
	own := sameFile(rules.Policy, file.CaseFile)
	own.Current, own.URL = true, ""
	page.Files = append(page.Files, own)
	for _, f := range same {
		if f.ID != file.ID && !f.Apart {
			page.Files = append(page.Files, sameFile(rules.Policy, f))
		}
	}
	if len(page.Files) > 1 && catalogue.Merge.About().Offered(file) {
		if page.AskMerge = !catalogue.Merge.MayAsk(who.Role); !page.AskMerge {
			page.Merge = "/fascicoli/" + file.ID + "/" + catalogue.Merge.Slug
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// sameFile is a file of the zone with where it stands, and since when.
func sameFile(p care.Policy, f ledger.CaseFile) SameFile {
	shown := SameFile{URL: "/fascicoli/" + f.ID, Number: f.Number, State: message.Say("person_page.open_at", "Stage", italian.Stage(f.Stage)), Zone: p.Municipality, Dates: message.Say("person_page.opened", "Day", italian.Dated("", f.Opened.In(italian.Rome)))}
	if f.Closed != nil {
		shown.State = message.Say("person_page.closed_with", "Outcome", present.NameIn(p.Outcomes, f.Outcome))
		shown.Dates = message.Say("person_page.opened_and_closed", "Opened", italian.Dated("", f.Opened.In(italian.Rome)), "Closed", italian.Dated("", f.Closed.In(italian.Rome)))
	}
	if f.Like != nil {
		shown.Why = italian.Upper(alike.People(*f.Like))
	}
	return shown
}

// addressOf is where somebody lives.
func addressOf(p ledger.Person) string {
	if p.NoAbode {
		return known.NoAbode()
	}
	return p.Address
}

// mayCorrect says whether the caller is offered to correct something of a file: one that
// goes on in another has its person there.
func mayCorrect(who care.Staff, file ledger.Case) bool {
	return catalogue.Correct.MayAsk(who.Role) && file.MergedInto == ""
}

// terms says of what is not known that it is not.
func terms(list ...web.Term) []web.Term {
	for i := range list {
		if list[i].Value == "" {
			list[i].Value = message.Say("case_given.none")
		}
	}
	return list
}

// correctionsOf are the corrections, those of one form together.
func correctionsOf(list []ledger.Correction) (shown []Correction) {
	for i, c := range list {
		change := Change{Field: italian.Field(c.Field), Old: parts.SaidInWords(c.Field, c.Old), New: parts.SaidInWords(c.Field, c.New)}
		if i > 0 && list[i-1].At.Equal(c.At) && list[i-1].ByName == c.ByName {
			last := &shown[len(shown)-1]
			last.Changes = append(last.Changes, change)
			continue
		}
		by := c.ByName
		if by != "" {
			by += ", " + italian.Role(c.ByRole)
		}
		shown = append(shown, Correction{When: italian.Moment(c.At), By: by, Why: c.Why, Changes: []Change{change}})
	}
	return shown
}
