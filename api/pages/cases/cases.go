package cases

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/cases/dates"
	"percorso/api/pages/cases/following"
	"percorso/api/pages/cases/glance"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/promised"
	"percorso/api/pages/parts/reached"
	"percorso/api/pages/parts/tabs"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/italian/course"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli", s.caseList)
	p.Get("/fascicoli/:id", s.casePage)
	p.Get("/fascicoli/:id/letture", s.caseReads)
	s.mountSearch(p)
	s.mountActions(p)
}

type caseFilter struct {
	name   string
	open   bool
	health health.Health
}

// caseFilters are the lists of case files that one can choose from; the first
// is shown unless another is asked for.
var caseFilters = []caseFilter{
	{"aperti", true, ""},
	{"in-ritardo", true, health.Late},
	{"fermi", true, health.Broken},
	{"senza-nessuno", true, health.Orphaned},
	{"come-previsto", true, health.Planned},
	{"chiusi", false, ""},
}

// text is what people call the list.
func (f caseFilter) text() string {
	switch {
	case f.health != "":
		return italian.Upper(italian.Health(f.health))
	case f.open:
		return message.Say("case_lists.open")
	}
	return message.Say("case_lists.closed")
}

// caseList shows the case files of the caller's agency, the newest first.
func (s *Place) caseList(c *gin.Context, who care.Staff) error {
	asked := cmp.Or(c.Query("stato"), caseFilters[0].name)
	chosen := slices.IndexFunc(caseFilters, func(f caseFilter) bool { return f.name == asked })
	if chosen < 0 {
		return care.Refuse(care.Fault{Field: "query.stato", Rule: care.RuleUnknownCode})
	}
	page := CaseList{Frame: s.Pages.Frame(c, message.Say("case_lists.title"), "/fascicoli"), Doubles: slices.Contains(catalogue.Merge.Asks, who.Role)}
	for i, f := range caseFilters {
		page.Filters = append(page.Filters, web.Link{URL: "/fascicoli?stato=" + f.name, Text: f.text(), Current: i == chosen})
	}
	f := caseFilters[chosen]
	filter := ledger.CaseFilter{Open: &f.open, Health: f.health}
	if chosen == 0 { // those whom the caller follows as the lead of their agency come first
		filter.Led = new(true)
		led, next, err := s.caseItems(c, who, filter, c.Query("mie"))
		if err != nil {
			return err
		}
		page.Led, page.MoreLed = led, web.NextPage(c.Request.URL, "mie", next)
		filter.Led = new(false)
	}
	items, next, err := s.caseItems(c, who, filter, c.Query("dopo"))
	if err != nil {
		return err
	}
	page.Cases = items
	page.More = web.NextPage(c.Request.URL, "dopo", next)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func (s *Place) caseItems(c *gin.Context, who care.Staff, f ledger.CaseFilter, cursor string) (items []parts.CaseItem, next string, err error) {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return nil, "", err
	}
	cases, err := s.Records.CaseFiles(ctx, who, f, ledger.Paging{Cursor: cursor})
	for _, file := range cases.Items {
		items = append(items, parts.CaseItemOf(rules, file, s.Now()))
	}
	return items, cases.Next, err
}

// latestShown is how many lines of the timeline stand beside where a case stands; the diary
// has all of them.
const latestShown = 3

// casePage shows a case file: first what it waits for.
func (s *Place) casePage(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	timeline, err := s.Records.Timeline(ctx, who, file.ID, ledger.Paging{Limit: latestShown})
	if err != nil {
		return err
	}
	page := CasePage{
		Frame: s.Pages.Frame(c, file.Person, "/fascicoli"), Number: file.Number, Glance: glance.Of(rules.Policy, file, s.Now()), Reached: reached.Proposed(file.PersonData), Sentence: present.CaseSentence(rules, file.CaseFile, s.Now()),
		Health: present.CaseBadge(file.CaseFile), Path: pathOf(rules.Policy, rules.Calendar.WorkingDaysBetween, file, s.Now()),
		Tabs: tabs.Of(file.ID, tabs.Standing), Stage: course.Of(file.Stage), HappenedURL: tabs.Happened(file.ID), PrintURL: "/fascicoli/" + file.ID + "/stampa",
	}
	if page.Repeat = present.ToRepeat(file); page.Repeat != "" && catalogue.Book.MayAsk(who.Role) && catalogue.Book.Offered(file) {
		page.Book = &web.Link{URL: "/fascicoli/" + file.ID + "/" + catalogue.Book.Slug, Text: message.Say("case_page.book_mediator")}
	}
	page.Dates, page.DatesBefore = dates.Of(rules.Policy, file, s.Now())
	page.Leads, page.LeadsBefore = following.Of(rules.Policy, file)
	page.Actions, page.Others = offered(who, file)
	if err := s.fillCaseLife(ctx, &page, who, rules, file); err != nil {
		return err
	}
	if page.Promised, err = promised.Of(ctx, s.Promises, s.Pages, who, file.ID, rules.Calendar, s.Now()); err != nil {
		return err
	}
	page.Back = &web.Link{URL: "/fascicoli", Text: message.Say("case_lists.title")}
	for _, t := range file.Tasks {
		item := parts.TaskItemOf(who, rules, t, s.Now())
		item.Person, item.Case, item.Role = "", "", italian.Upper(italian.Role(t.Role))
		page.Tasks = append(page.Tasks, item)
	}
	slices.SortStableFunc(page.Tasks, parts.SuspendedLast)
	if file.Waiting.Cause == health.CauseMoving {
		page.Again = "/fascicoli/" + file.ID
	}
	for _, m := range timeline.Items {
		page.Moments = append(page.Moments, present.MomentOf(rules.Policy, m))
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// caseReads shows who read or changed a case file.
func (s *Place) caseReads(c *gin.Context, who care.Staff) error {
	id := c.Param("id")
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	reads, err := s.Records.Reads(c.Request.Context(), who, id, ledger.Paging{Limit: 50, Cursor: c.Query("dopo")})
	if err != nil {
		return err
	}
	page := CaseReads{Frame: s.Pages.Frame(c, message.Say("case_reads.title"), "/fascicoli"), More: web.NextPage(c.Request.URL, "dopo", reads.Next)}
	page.Back = &web.Link{URL: "/fascicoli/" + id, Text: message.Say("case_reads.back_to_case")}
	if c.Query("da") == "passati" { // the file is another zone's
		page.Back = &web.Link{URL: "/fascicoli-passati", Text: message.Say("case_reads.back_to_passed")}
	}
	for _, r := range reads.Items {
		page.Reads = append(page.Reads, web.Moment{
			Text: readerOf(rules.Policy, r) + " " + italian.Reading(r.Action), When: italian.Moment(r.At), By: readFor(rules.Policy, r),
		})
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// readerOf names who read: a member of staff, or a partner that has no accounts.
func readerOf(p care.Policy, r ledger.Read) string {
	if r.ByName == "" {
		return present.AgencyName(p, r.ByAgency)
	}
	return r.ByName
}

// readFor says as whom somebody read, and what for.
func readFor(p care.Policy, r ledger.Read) string {
	as := message.Say("case_reads.by_link")
	switch role := italian.Upper(italian.Role(r.ByRole)); {
	case r.ByName == "":
	case r.ByZone == p.Zone:
		as = message.Say("case_reads.as", "Role", role, "Agency", present.AgencyName(p, r.ByAgency))
	default:
		as = message.Say("case_reads.as_elsewhere", "Role", role, "Zone", r.ByZone)
	}
	if r.Purpose != "" {
		as = message.Say("case_reads.as_and_purpose", "As", as, "Purpose", italian.ReadingPurpose(r.Purpose))
	}
	return as
}
