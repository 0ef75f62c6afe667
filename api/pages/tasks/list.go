package tasks

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/timeline"
	"percorso/internal/italian/world"
	"percorso/internal/message"
	"percorso/internal/worklist"
	"percorso/internal/zone"
)

const (
	listPath   = "/compiti"
	filterKept = "work-filter"
)

// listed is a list with what its address calls it.
type listed struct {
	worklist.Tab
	code   string
	orFree bool // who has nothing there finds work among what is free
}

// name is what people call the list.
func (l listed) name() string { return message.Of("work_list.tab", l.Tab) }

var tabs = []listed{
	{worklist.Mine, "mie", true}, {worklist.OnBehalf, "per-conto", false}, {worklist.Free, "libere", false}, {worklist.Followed, "seguo", true},
	{worklist.Recent, "recenti", true},
}

// tabOf finds a list by what its address calls it: the first one where it is not said.
func tabOf(code string) int {
	return max(slices.IndexFunc(tabs, func(t listed) bool { return t.code == code }), 0)
}

// addressOf is where a page of a list is.
func addressOf(tab, page int) string {
	address := listPath + "?elenco=" + tabs[tab].code
	if page > 1 {
		address += "&pagina=" + strconv.Itoa(page)
	}
	return address
}

// filter keeps what the caller filters by, or drops it, and leads back to the list. It may
// be somebody's name, so it is in no address.
func (s *Place) filter(c *gin.Context, who care.Staff) error {
	ctx, at := c.Request.Context(), tabOf(c.PostForm("elenco"))
	f := worklist.Filter{
		Kind: care.TaskKind(c.PostForm("tipo")), Service: c.PostForm("servizio"), When: worklist.When(c.PostForm("scadenza")), Language: c.PostForm("lingua"),
		Person: strings.TrimSpace(c.PostForm("persona")),
	}
	faults := care.Faults(act.Unreadable(ctx))
	faults.Text("persona", f.Person, longestName)
	if len(faults) > 0 {
		form := web.Form{Faults: web.Each(faults, func(f care.Fault) web.FieldFault {
			return web.FieldFault{Field: f.Field, Label: filtered(f.Field), Text: italian.Fault(f)}
		})}
		return s.showList(c, who, at, f, form, http.StatusUnprocessableEntity)
	}
	if c.PostForm("togli") != "" {
		f = worklist.Filter{}
	}
	if err := s.Pages.Remember(ctx, filterKept, f); err != nil {
		return err
	}
	return s.Pages.Leave(c, addressOf(at, 1), "")
}

// filtered is what one filters by in a field of the form; empty: it is none of them.
func filtered(field string) string {
	if name, ok := message.Find("work_list.filter", field); ok {
		return name
	}
	return ""
}

// longestName is how many characters are looked for at most.
const longestName = 100

// taskList shows one of the lists that the caller's work is on, as they filter it.
func (s *Place) taskList(c *gin.Context, who care.Staff) error {
	var f worklist.Filter
	s.Pages.Remembered(c.Request.Context(), filterKept, &f)
	return s.showList(c, who, tabOf(c.Query("elenco")), f, web.Form{}, http.StatusOK)
}

// showList shows a list; what is wrong with its filter is shown with it, and then nothing
// is filtered.
func (s *Place) showList(c *gin.Context, who care.Staff, at int, f worklist.Filter, form web.Form, status int) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(c.Query("pagina"))
	ask := worklist.Ask{Tab: tabs[at].Tab, Filter: f, Page: number, There: rules.Calendar.Location()}
	if len(form.Faults) > 0 {
		ask.Filter = worklist.Filter{}
	}
	list, err := s.Records.WorkList(ctx, who, ask)
	if err != nil {
		return err
	}
	page := TaskList{Frame: s.Pages.Frame(c, message.Say("work_list.title"), listPath), List: tabs[at].name(), Filter: filterOf(rules, ask.Filter, list, tabs[at].code)}
	page.Filter.Person, page.Filter.Form.Faults = f.Person, form.Faults
	if page.Next, err = (onward{s}).next(ctx, who, rules, c.Query(after)); err != nil {
		return err
	}
	if page.Confirm, err = s.toConfirm(ctx, who, rules); err != nil {
		return err
	}
	for i, t := range tabs {
		if t.Tab == worklist.OnBehalf && i != at && list.Counts[t.Tab] == 0 {
			continue // nobody is away, or somebody else does it for them
		}
		page.Tabs = append(page.Tabs, web.Link{URL: addressOf(i, 1), Text: message.Say("work_list.tab_and_count", "Tab", t.name(), "Rows", upTo(list.Counts[t.Tab], i == at)), Current: i == at})
	}
	page.groups(who, rules, list, tabs[at].Tab == worklist.Recent, s.Now())
	page.around(at, list)
	s.Pages.Render(c, status, page)
	return nil
}

// upTo is a number of rows of a list, as far as they are counted.
func upTo(n int, shown bool) string {
	most := worklist.Counted
	if shown {
		most = worklist.Most
	}
	if n > most {
		return message.Say("work_list.more_than", "Most", strconv.Itoa(most))
	}
	return strconv.Itoa(n)
}

// groups puts the rows under what says when they are due. What the caller did comes by
// when they did it.
func (p *TaskList) groups(who care.Staff, rules *zone.Rules, list worklist.List, recent bool, now time.Time) {
	for _, r := range list.Rows {
		title := message.Of("work_list.when", r.Grouped)
		if recent {
			title = ""
		}
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Title != title {
			p.Groups = append(p.Groups, Group{Title: title})
		}
		last := &p.Groups[len(p.Groups)-1]
		last.Rows = append(last.Rows, rowOf(who, rules, r, now))
	}
}

// around says what part of the list is shown, and where the rest is.
func (p *TaskList) around(at int, list worklist.List) {
	if list.More {
		p.Cut = message.Say("work_list.cut", "Most", worklist.Most)
	}
	if len(list.Rows) == 0 {
		p.Nothing = message.Of("work_list.nothing", tabs[at].Tab)
		if len(p.Filter.Marked) > 0 {
			p.Nothing = message.Say("work_list.nothing_filtered")
		} else if tabs[at].orFree && list.Counts[worklist.Free] > 0 {
			p.Free = &web.Link{URL: addressOf(tabOf("libere"), 1), Text: message.Say("work_list.to_free")}
		}
		return
	}
	last := list.First + len(list.Rows) - 1
	p.Range = message.Say("work_list.range", "First", list.First, "Last", last, "Total", list.Total)
	page := (list.First-1)/worklist.PerPage + 1
	if page > 1 {
		p.Before = addressOf(at, page-1)
	}
	if last < list.Total {
		p.After = addressOf(at, page+1)
	}
}

// filterOf is the filter with what there is to choose from.
func filterOf(rules *zone.Rules, f worklist.Filter, list worklist.List, tab string) Filter {
	shown := Filter{Form: web.Form{Action: listPath + "/filtra"}, Tab: tab}
	mark := func(name, value string) {
		if value != "" {
			shown.Marked = append(shown.Marked, name+": "+value)
		}
	}
	shown.Kinds = choices(list.Kinds, f.Kind, func(k care.TaskKind) string { return italian.TaskKind(k) }, func(v string) { mark(message.Say("work_list.filter.tipo"), v) })
	shown.Services = choices(list.Services, f.Service, func(s string) string { return present.ServiceName(rules.Policy, s) }, func(v string) { mark(message.Say("work_list.filter.servizio"), v) })
	for _, w := range worklist.Whens {
		shown.Whens = append(shown.Whens, web.Option{Value: string(w), Text: message.Of("work_list.when", w), Chosen: w == f.When})
	}
	mark(message.Say("work_list.filter.scadenza"), message.Of("work_list.when", f.When))
	for _, l := range world.Languages() {
		shown.Languages = append(shown.Languages, web.Option{Value: l.Code, Text: l.Name, Chosen: l.Code == f.Language})
	}
	if f.Language != "" {
		mark(message.Say("work_list.filter.lingua"), world.Language(f.Language))
	}
	mark(message.Say("work_list.person"), f.Person)
	return shown
}

// choices are the codes that a list has, by their names, and the one that is chosen, which
// is there also where the list has it no more.
func choices[T ~string](codes []T, chosen T, name func(T) string, mark func(string)) (options []web.Option) {
	if chosen != "" {
		mark(name(chosen))
		if !slices.Contains(codes, chosen) {
			codes = append(codes, chosen)
		}
	}
	for _, code := range codes {
		options = append(options, web.Option{Value: string(code), Text: name(code), Chosen: code == chosen})
	}
	slices.SortFunc(options, func(a, b web.Option) int { return strings.Compare(a.Text, b.Text) })
	return options
}

// rowOf is a line of work, with what the caller may do there.
func rowOf(who care.Staff, rules *zone.Rules, r worklist.Row, now time.Time) Row {
	t := r.Task
	row := Row{Key: r.CaseID + t.ID, Person: r.Person, Number: r.Number, Languages: present.Languages(r.Languages)}
	if care.ReadsCases(who, rules.Policy) && t.Kind != care.TransferAnswer { // whose case file is another zone's
		row.URL = "/fascicoli/" + r.CaseID
	}
	if r.Touched != nil {
		row.Did = message.Say("work_list.did", "Day", italian.Brief(*r.Touched, now), "Hour", italian.Hour(*r.Touched), "What", timeline.Line(rules.Policy, r.Code, r.Detail))
	}
	if r.Day != nil {
		row.Day = &web.Badge{Tone: "danger", Icon: "it-warning-circle", Text: italian.Upper(italian.CriticalDate(r.DayKind, *r.Day, now))}
	}
	if r.Next != nil {
		row.Next = message.Say("pages_when.day_hour", "Day", italian.Brief(*r.Next, now), "Hour", italian.Hour(*r.Next))
		if r.NextAt != "" && r.NextAt != t.Service {
			row.Next += " · " + present.ServiceName(rules.Policy, r.NextAt)
		}
	}
	if t.ID == "" {
		row.Title = message.Say("work_list.nothing_to_do")
		if r.Stepless {
			row.Title = message.Say("work_list.nobody_can_go_on")
		}
		if row.URL != "" {
			row.Open = &web.Link{URL: row.URL, Text: message.Say("case_pages.open")}
		}
		return row
	}
	row.Title, row.At, row.Place = italian.TaskKind(t.Kind), "/compiti/"+t.ID, present.AgencyName(rules.Policy, t.Agency)
	if t.Service != "" {
		row.Place = present.ServiceName(rules.Policy, t.Service)
	}
	row.Due = present.TaskDue(rules, t, now)
	if t.Due != nil && !t.Answered && !t.Suspended { // the group says the rest
		row.Due.Text = italian.Brief(*t.Due, now)
		if care.DayOf(now.In(italian.Rome)).Equal(care.DayOf(t.Due.In(italian.Rome))) { // then the hour counts
			row.Due.Text = italian.When(*t.Due, now)
		}
	}
	row.acts(who, rules, t)
	if outcome, words := doneInRow(who, rules.Policy, r); outcome != "" {
		row.inOneClick(t, outcome, words)
	}
	return row
}
