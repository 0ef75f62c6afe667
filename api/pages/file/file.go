package file

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts/tabs"
	"percorso/api/pages/parts/writing"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/sheet"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/written"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli/:id/scheda", s.sheet)
	p.Get("/fascicoli/:id/diario", s.diary)
	p.Get("/fascicoli/:id/scritti/:record", s.opening)
	p.Post("/fascicoli/:id/scritti/:record", s.open)
	p.Get("/fascicoli/:id/scritti/:record/correggi", s.correction)
	p.Post("/fascicoli/:id/scritti/:record/correggi", s.amend)
}

// Sizes of pages: the sheet shows what fits in some pages of the records.
const (
	diaryPage  = 25
	sheetPage  = 100
	sheetPages = 10
)

// sheet shows what was written in a case, by what it is about.
func (s *Place) sheet(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	page := Sheet{Frame: s.Pages.Frame(c, message.Say("sheet_page.sheet_of", "Person", file.Person), "/fascicoli"), Number: file.Number, Tabs: tabs.Of(file.ID, tabs.Sheet), Repeat: present.ToRepeat(file)}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	of := map[string][]writing.Record{}
	for cursor, n := "", 0; n == 0 || cursor != "" && n < sheetPages; n++ {
		found, err := s.Records.WrittenIn(ctx, who, file.ID, "", ledger.Paging{Limit: sheetPage, Cursor: cursor})
		if err != nil {
			return err
		}
		for _, r := range found.Items {
			of[r.Kind] = append(of[r.Kind], writing.Of(rules.Policy, file.ID, r))
		}
		cursor = found.Next
	}
	for _, kind := range written.Kinds {
		if records := of[string(kind)]; len(records) > 0 && kind != written.Work {
			page.Parts = append(page.Parts, Part{Name: sheet.Kind(kind), Records: records})
		}
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// diary shows what was written in a case, in the order of time, or what happened in it.
func (s *Place) diary(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	switch c.Query(tabs.View) {
	case "":
	case tabs.Facts:
		return s.happened(c, who, rules.Policy, file)
	default:
		return care.Refuse(care.Fault{Field: "query." + tabs.View, Rule: care.RuleUnknownCode})
	}
	found, err := s.Records.WrittenIn(ctx, who, file.ID, "", ledger.Paging{Limit: diaryPage, Cursor: c.Query("dopo")})
	if err != nil {
		return err
	}
	page := Sheet{
		Frame: s.Pages.Frame(c, message.Say("sheet_page.diary_of", "Person", file.Person), "/fascicoli"), Number: file.Number, Tabs: tabs.Of(file.ID, tabs.Diary), Views: tabs.OfDiary(file.ID, ""),
		More: web.NextPage(c.Request.URL, "dopo", found.Next),
	}
	for _, r := range found.Items {
		day := italian.Upper(italian.Day(r.At))
		if last := len(page.Parts) - 1; last < 0 || page.Parts[last].Name != day {
			page.Parts = append(page.Parts, Part{Name: day})
		}
		last := &page.Parts[len(page.Parts)-1]
		last.Records = append(last.Records, writing.Of(rules.Policy, file.ID, r))
	}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// happened shows what happened in a case.
func (s *Place) happened(c *gin.Context, who care.Staff, p care.Policy, file ledger.Case) error {
	found, err := s.Records.Timeline(c.Request.Context(), who, file.ID, ledger.Paging{Limit: diaryPage, Cursor: c.Query("dopo")})
	if err != nil {
		return err
	}
	page := Happened{
		Frame: s.Pages.Frame(c, message.Say("sheet_page.happened_to", "Person", file.Person), "/fascicoli"), Number: file.Number,
		Tabs: tabs.Of(file.ID, tabs.Diary), Views: tabs.OfDiary(file.ID, tabs.Facts), More: web.NextPage(c.Request.URL, "dopo", found.Next),
	}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	page.Moments = web.Each(found.Items, func(m ledger.Moment) web.Moment { return present.MomentOf(p, m) })
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

const reasonID = "motivo"

// opening asks why somebody opens what is for others.
func (s *Place) opening(c *gin.Context, who care.Staff) error {
	file, err := s.Records.CaseFile(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.Records.HasRecord(c.Request.Context(), who, file.ID, c.Param("record")); err != nil {
		return err
	}
	s.ask(c, http.StatusOK, file.ID, "", nil)
	return nil
}

func (s *Place) ask(c *gin.Context, status int, caseID, typed string, faults []care.Fault) {
	page := Opening{Frame: s.Pages.Frame(c, message.Say("sheet_page.open_title"), "/fascicoli"), Form: web.NewForm(c.Request.URL.Path)}
	page.Back = &web.Link{URL: "/fascicoli/" + caseID + "/scheda", Text: message.Say("case_tabs.tab.sheet")}
	page.Reason = web.Field{Shape: "area", ID: reasonID, Label: message.Say("sheet_page.why_needed"), Value: typed, Required: true, Max: 1000,
		Hint: message.Say("sheet_page.author_is_told")}
	if len(faults) > 0 {
		text := message.Say("sheet_page.write_why")
		if faults[0].Rule != care.RuleRequired {
			text = italian.Rule(faults[0].Rule)
		}
		page.Form.Faults = []web.FieldFault{{Field: reasonID, Label: page.Reason.Label, Text: text}}
	}
	s.Pages.Render(c, status, page)
}

// open opens it for a day, and tells the author.
func (s *Place) open(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if err := s.Records.HasRecord(ctx, who, c.Param("id"), c.Param("record")); err != nil {
		return err
	}
	reason := web.Typed(c, reasonID)
	if faults := slices.Concat(act.Unreadable(ctx), written.CheckReason(reason)); len(faults) > 0 || act.Held(ctx) {
		s.ask(c, http.StatusUnprocessableEntity, c.Param("id"), reason, faults)
		return nil
	}
	if err := s.Records.OpenRecord(ctx, who, c.PostForm("key"), c.Param("record"), reason); err != nil {
		return err
	}
	return s.Pages.Leave(c, "/fascicoli/"+c.Param("id")+"/scheda", message.Say("sheet_page.opened"))
}
