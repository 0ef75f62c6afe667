package file

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/writing"
	"percorso/api/web"
	"percorso/internal/amending"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// only is the outcome under which the form has what can be amended.
const only = "amended"

// why is the id of the reason.
const why = "why"

// correction shows the form that amends a record, with what it says.
func (s *Place) correction(c *gin.Context, who care.Staff) error {
	rules, r, err := s.amendable(c, who)
	if err != nil {
		return err
	}
	form, ok := formOf(rules.Policy, r)
	if !ok || !r.MayAmend {
		return ledger.ErrForbidden
	}
	form.Sent = typedAs(r.Fields)
	s.Pages.Render(c, http.StatusOK, s.amendment(c, rules.Policy, r, form, r.Version, web.NewForm(c.Request.URL.Path)))
	return nil
}

// amend takes the form: what differs from what the record says is amended.
func (s *Place) amend(c *gin.Context, who care.Staff) error {
	rules, r, err := s.amendable(c, who)
	if err != nil {
		return err
	}
	form, ok := formOf(rules.Policy, r)
	if !ok {
		return ledger.ErrForbidden
	}
	form.Sent = c.Request.PostForm
	seen, _ := strconv.Atoi(c.PostForm("seen")) // what is no number was not asked for by a page
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Amend.Command(c.PostForm("key"), r.ID, read(form, said(r, seen), seen)))
	if err == nil {
		return s.Pages.Done(c, cmd, "/fascicoli/"+c.Param("id")+"/scheda#scritto-"+r.ID, message.Say("sheet_page.amended"))
	}
	again := web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (id, label string) {
		if path == why {
			return why, message.Say("person_page.why")
		}
		return form.Naming(path)
	})
	if err != nil {
		return err
	}
	s.Pages.Render(c, status, s.amendment(c, rules.Policy, r, form, seen, again))
	return nil
}

// amendable reads the record that the caller means to amend.
func (s *Place) amendable(c *gin.Context, who care.Staff) (*zone.Rules, ledger.Record, error) {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return nil, ledger.Record{}, err
	}
	r, err := s.Records.RecordIn(c.Request.Context(), who, c.Param("id"), c.Param("record"))
	return rules, r, err
}

// formOf is the form of a record with what of it can be amended; false: nothing, or not
// for the caller.
func formOf(p care.Policy, r ledger.Record) (*parts.TaskForm, bool) {
	_, kind := parts.FormOf(r.Form)
	outcome := completion.TaskOutcome{Code: only}
	for _, field := range amending.Amendable(r.Form) {
		if field != amending.Note {
			outcome.Takes = append(outcome.Takes, completion.TaskField(field))
		}
	}
	form := completion.TaskForm{Kind: kind, Outcomes: []completion.TaskOutcome{outcome}}
	return &parts.TaskForm{TaskForm: form, Policy: p, Amends: true}, r.Readable && len(amending.Amendable(r.Form)) > 0
}

// amendable is what of a record can be amended.
func amendable(fields json.RawMessage) (c care.Completion) {
	var said struct {
		Note       string             `json:"note"`
		Enterprise string             `json:"enterprise"`
		Needs      []string           `json:"needs"`
		Areas      []care.AreaFinding `json:"areas"`
	}
	if json.Unmarshal(fields, &said) == nil {
		c.Note, c.Enterprise, c.Needs, c.Areas = said.Note, said.Enterprise, said.Needs, said.Areas
	}
	return c
}

// said is what a record said in the version that a form was made from.
func said(r ledger.Record, seen int) care.Completion {
	var fields map[string]json.RawMessage
	if json.Unmarshal(r.Fields, &fields) != nil {
		return care.Completion{}
	}
	for _, a := range r.Amended { // the latest first
		if a.Version <= seen {
			break
		}
		for _, change := range a.Changes {
			fields[change.Field] = change.Old
		}
	}
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool { return len(value) == 0 })
	text, err := json.Marshal(fields)
	if err != nil {
		return care.Completion{}
	}
	return amendable(text)
}

// typedAs fills in the form with what a record says.
func typedAs(fields json.RawMessage) url.Values {
	c := amendable(fields)
	sent := url.Values{"note": {c.Note}, "enterprise": {c.Enterprise}, "needs": c.Needs}
	for _, a := range c.Areas {
		sent.Set("areas-"+a.Area+"-need", a.Need)
		sent.Set("areas-"+a.Area+"-note", a.Note)
	}
	return sent
}

// read makes the form of what was typed: the fields that differ from what it was made from.
func read(form *parts.TaskForm, was care.Completion, seen int) amending.Amended {
	form.Sent.Set("outcome", only)
	is, _ := form.Read() // whose fields here are all text
	asked := amending.Amended{Seen: seen, Why: strings.TrimSpace(form.Sent.Get(why))}
	if is.Note != was.Note {
		asked.Note = &is.Note
	}
	o := form.Outcomes[0]
	if o.Accepts(completion.FieldEnterprise) && is.Enterprise != was.Enterprise {
		asked.Enterprise = &is.Enterprise
	}
	if o.Accepts(completion.FieldNeeds) && !slices.Equal(is.Needs, was.Needs) {
		asked.Needs = &is.Needs
	}
	if o.Accepts(completion.FieldAreas) && !sameAreas(is.Areas, was.Areas) {
		asked.Areas = &is.Areas
	}
	return asked
}

// sameAreas compares what was found of areas, in whatever order.
func sameAreas(a, b []care.AreaFinding) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x care.AreaFinding) bool { return !slices.Contains(b, x) })
}

// amendment is the page with the form, and what others have amended since it was made.
func (s *Place) amendment(c *gin.Context, p care.Policy, r ledger.Record, form *parts.TaskForm, seen int, shown web.Form) Amending {
	page := Amending{Frame: s.Pages.Frame(c, message.Say("sheet_page.amend", "Form", parts.FormTitle(r.Form)), "/fascicoli"), Form: shown, Seen: r.Version, By: writing.Of(p, c.Param("id"), r).By}
	page.Back = &web.Link{URL: "/fascicoli/" + c.Param("id") + "/scheda#scritto-" + r.ID, Text: message.Say("case_tabs.tab.sheet")}
	for _, a := range r.Amended {
		if a.Version > seen {
			page.Meanwhile = append(page.Meanwhile, writing.AmendedOf(p, r.Form, a))
		}
	}
	laid := form.Show(shown)
	page.Fields = slices.Concat(laid.Before, laid.After)
	page.Fields = append(page.Fields, web.Field{Shape: "area", ID: why, Label: message.Say("person_page.why"), Required: true, Max: 1000, Rows: 2, Value: form.Sent.Get(why),
		Hint: message.Say("sheet_page.amend_hint", "MayBeRead", italian.MayBeRead())})
	page.Course = len(form.Outcomes[0].Takes) > 0
	return page
}
