package supervision

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/told"
)

const (
	togetherURL = stuckURL + "/insieme"
	// most is how many tasks one act may be done with at once.
	most = 50
	// picked and stamps begin the names of a row's fields: its box, and what it was made from.
	picked, stamps = "scelta-", "stato-"
)

// several is the pages of what is done with several tasks at once.
type several struct{ *Place }

// togetherActs are what may be done with several tasks at once, in the order of a choice.
var togetherActs = []string{"sollecita", "passa", "prendi", "libera"}

// Together asks what to do with the tasks that are ticked.
type Together struct {
	Form      web.Form
	Acts      []web.Option
	Receivers []web.Option // by name, with what each has open now
	Hint      string       // of the note
	Note      string       // as it was sent
}

// unready is what was sent and cannot be proposed, with the field that is missing or wrong.
type unready struct {
	asked
	fault web.FieldFault
}

// as fills the form in as it was sent.
func (t *Together) as(sent unready) {
	t.Form.Faults, t.Note = []web.FieldFault{sent.fault}, sent.note
	for i := range t.Acts {
		t.Acts[i].Chosen = t.Acts[i].Value == sent.act
	}
	for i := range t.Receivers {
		t.Receivers[i].Chosen = t.Receivers[i].Value == sent.to
	}
}

// TogetherPage says what an act will do with each of some tasks, or what it has done.
type TogetherPage struct {
	web.Frame
	Form  web.Form
	Rows  []TogetherRow
	Act   string // code
	To    string
	Note  string
	Send  string // what the button says; empty: nothing can be done
	Done  bool
	Count string // of those with which it was done, or can be
}

// Template names the page's file.
func (TogetherPage) Template() *template.Template { return templates["together"] }

// TogetherRow is one of the tasks.
type TogetherRow struct {
	ID, Stamp    string // empty: nothing is done with it
	URL          string // of the case; empty: the caller does not see it
	Person, Task string
	Says         web.Badge
}

// form is the form over the list.
func (s several) form(ctx context.Context, who care.Staff) (t Together, err error) {
	t = Together{Form: web.NewForm(togetherURL), Hint: italian.MayBeRead()}
	for _, code := range togetherActs {
		t.Acts = append(t.Acts, web.Option{Value: code, Text: message.Of("supervision_together_act", code)})
	}
	colleagues, err := s.Records.Colleagues(ctx, who)
	if err != nil {
		return t, err
	}
	loads, err := s.Records.Loads(ctx, who)
	for _, o := range colleagues {
		if o.ID != who.ID && o.Role != care.PrivacyOfficer && o.Role != care.MailSystem {
			t.Receivers = append(t.Receivers, web.Option{Value: o.ID, Text: message.Count("supervision_together.receiver", loads[o.ID], "Name", o.Name, "Role", italian.Role(o.Role))})
		}
	}
	return t, err
}

// asked is what was sent: which tasks, and what to do with them.
type asked struct {
	who        care.Staff
	act, to    string
	note, key  string
	tasks      []string
	colleagues []care.Staff
	receiver   care.Staff
}

// ask reads what was sent; a refusal says what is missing.
func (s several) ask(c *gin.Context, who care.Staff) (a asked, err error) {
	a = asked{who: who, act: c.PostForm("azione"), to: c.PostForm("to"), note: web.Typed(c, "note"), key: c.PostForm("key")}
	for name := range c.Request.PostForm {
		if id, ok := strings.CutPrefix(name, picked); ok && care.IsID(id) {
			a.tasks = append(a.tasks, id)
		}
	}
	slices.Sort(a.tasks)
	if !catalogue.Reassign.MayAsk(who.Role) {
		return a, ledger.ErrForbidden
	}
	if faults := act.Unreadable(c.Request.Context()); len(faults) > 0 {
		return a, care.Refuse(faults...)
	}
	var f care.Faults
	f.Add(len(a.tasks) > 0, "azione", ruleNoneTicked)
	f.Add(len(a.tasks) <= most, "azione", ruleTooMany)
	f.Add(slices.Contains(togetherActs, a.act), "azione", care.RuleRequired)
	f.Add(a.act != "passa" || a.to != "", "to", care.RuleRequired)
	f.Note("note", a.note)
	if len(f) > 0 {
		return a, care.Refuse(f...)
	}
	if a.colleagues, err = s.Records.Colleagues(c.Request.Context(), who); err != nil {
		return a, err
	}
	if a.act == "prendi" {
		a.to = who.ID
	}
	for _, o := range a.colleagues {
		if o.ID == a.to {
			a.receiver = o
		}
	}
	if a.to != "" && a.receiver.ID == "" {
		return a, care.Refuse(care.Fault{Field: "to", Rule: care.RuleNotHere})
	}
	return a, nil
}

// Rules of the form alone.
const (
	ruleNoneTicked = "none_ticked"
	ruleTooMany    = "too_many_ticked"
)

func togetherRules() map[string]string {
	return map[string]string{
		"azione " + care.RuleRequired: message.Say("supervision_together.what_is_missing"), "to " + care.RuleRequired: message.Say("supervision_together.whom_is_missing"),
		ruleNoneTicked: message.Say("supervision_together.none_ticked"), ruleTooMany: message.Say("supervision_together.too_many", "Most", most),
	}
}

// cannot says why the act cannot be done with one of the tasks; empty: it can, as things stand.
func (a asked) cannot(t ledger.Task) string {
	actors := t.Actors()
	switch {
	case t.Answered:
		return present.Answered()
	case !t.State.Open():
		return message.Say("supervision_together.already_done")
	case a.act == "sollecita":
		if t.HolderID == "" && !slices.ContainsFunc(a.colleagues, func(o care.Staff) bool { return o.Role == t.Role && o.Agency == t.Agency }) {
			return message.Say("supervision_together.nobody_to_tell")
		}
	case a.act == "libera":
		if !actors.Releasable(a.who) {
			return message.Say("supervision_together.not_releasable")
		}
	case t.HolderID == a.receiver.ID:
		return message.Say("supervision_together.already_theirs")
	case !a.claims(t) && actors.ToPerson(a.receiver) != "":
		return message.Say("supervision_together.cannot_pass", "Name", a.receiver.Name, "Why", ruleOfReceiver(actors.ToPerson(a.receiver)))
	}
	return ""
}

// claims says whether the task is free, and the supervisor takes it as anybody may.
func (a asked) claims(t ledger.Task) bool {
	return a.act == "prendi" && t.Agency == a.who.Agency && t.Actors().Claimable(a.who)
}

// unkept says that the reason which was typed stands nowhere afterwards: whoever takes a free
// task, or puts one back, is asked for none.
func (a asked) unkept(t ledger.Task) string {
	if a.note == "" || a.act != "libera" && !a.claims(t) {
		return ""
	}
	return message.Say("supervision_together.note_unkept")
}

// command is what is done with a task that stood as the stamp says; of one that is claimed
// there is none. It is the same whenever the form is sent.
func (a asked) command(key, task, stamp string) catalogue.Command {
	form := catalogue.Assignment{Note: a.note, Stamp: stamp}
	switch {
	case a.act == "sollecita":
		return catalogue.Remind.Command(key, task, form)
	case a.act == "libera":
		return catalogue.Release.Command(key, task, catalogue.None{})
	case a.act == "prendi" && stamp == "":
		return catalogue.Claim.Command(key, task, catalogue.None{})
	}
	form.To = a.receiver.ID
	return catalogue.Reassign.Command(key, task, form)
}

// ruleOfReceiver says why somebody is not given a task.
func ruleOfReceiver(rule string) string {
	switch rule {
	case care.RuleOtherAgency:
		return message.Say("supervision_together.other_agency")
	case care.RuleOtherPerson:
		return message.Say("supervision_together.proposed")
	}
	return message.Say("supervision_together.other_role")
}

// will says what the act does with a task.
func (a asked) will(p care.Policy, t ledger.Task) string {
	from := ""
	if t.HolderID != "" {
		from = message.Say("supervision_together.instead_of", "Holder", present.HolderName(t))
	}
	switch a.act {
	case "sollecita":
		if t.HolderID != "" {
			return message.Say("supervision_together.reminds_holder", "Holder", present.HolderName(t))
		}
		return message.Say("supervision_together.reminds_role", "Role", italian.Role(t.Role), "Agency", present.AgencyName(p, t.Agency))
	case "libera":
		return message.Say("supervision_together.releases", "Role", italian.Role(t.Role), "From", from)
	case "prendi":
		return message.Say("supervision_together.claims", "From", from)
	}
	return message.Say("supervision_together.passes", "Name", a.receiver.Name, "From", from)
}

// propose says what the act will do with each, and asks once.
func (s several) propose(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	a, err := s.ask(c, who)
	var refused *care.Refusal
	if errors.As(err, &refused) && len(refused.Faults) > 0 && len(act.Unreadable(ctx)) == 0 {
		first := refused.Faults[0]
		says := cmp.Or(togetherRules()[first.Rule], togetherRules()[first.Field+" "+first.Rule], s.Problems.Words.Fault(first))
		return s.showStuck(c, who, &unready{a, web.FieldFault{Field: first.Field, Text: says}})
	}
	if err != nil {
		return err
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	page := TogetherPage{Frame: s.Pages.Frame(c, message.Say("supervision_together.will"), stuckURL), Form: web.NewForm(togetherURL + "/fai"), Act: a.act, To: a.to, Note: a.note}
	can := 0
	for _, id := range a.tasks {
		t, row, err := s.togetherRow(ctx, who, id)
		if err != nil {
			return err
		}
		if t != nil {
			if whyNot := a.cannot(*t); whyNot != "" {
				row.Says = web.Badge{Text: whyNot, Tone: "warning", Icon: "it-warning-circle"}
			} else {
				row.ID, row.Says = t.ID, web.Badge{Text: a.will(rules.Policy, *t) + a.unkept(*t), Tone: "info", Icon: "it-arrow-right"}
				if !a.claims(*t) {
					row.Stamp = t.Stamp
				}
				can++
			}
		}
		page.Rows = append(page.Rows, row)
	}
	if can > 0 {
		page.Send = message.Count("supervision_together.confirm", can)
	}
	page.Count = message.Say("supervision_together.can", "Can", can, "All", len(page.Rows))
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// togetherRow reads one of the tasks; nil: there is none, or the caller may not know of it.
func (s several) togetherRow(ctx context.Context, who care.Staff, id string) (*ledger.Task, TogetherRow, error) {
	t, err := s.Records.Task(ctx, who, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, TogetherRow{Person: message.Say("supervision.task"), Says: web.Badge{Text: message.Say("supervision_together.gone"), Tone: "warning", Icon: "it-warning-circle"}}, nil
	}
	row := TogetherRow{URL: "/fascicoli/" + t.CaseID, Person: t.Person, Task: italian.TaskKind(t.Kind)}
	if row.Person == "" {
		row.Person = message.Say("supervision.case", "Number", t.CaseNumber)
	}
	return &t, row, err
}

// doTogether does the act with each, one command and one line each, and says what became of it.
// Sent again it does nothing again: each command has its key of this form.
func (s several) doTogether(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	a, err := s.ask(c, who)
	if err != nil {
		return err
	}
	page := TogetherPage{Frame: s.Pages.Frame(c, message.Say("supervision_together.done_title"), stuckURL), Done: true}
	done := 0
	for _, id := range a.tasks {
		t, row, err := s.togetherRow(ctx, who, id)
		if err != nil {
			return err
		}
		if t != nil {
			if row.Says, err = s.doOne(ctx, who, a.command(a.key+"/"+id, id, c.PostForm(stamps+id)), t); err != nil {
				return err
			}
			if row.Says.Tone == "success" {
				done++
			}
		}
		page.Rows = append(page.Rows, row)
	}
	page.Count = message.Say("supervision_together.done_with", "Done", done, "All", len(page.Rows))
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// doOne does the act with one task, and says what became of it: under the lock of the task it
// may be refused what was proposed a moment before.
func (s several) doOne(ctx context.Context, who care.Staff, cmd catalogue.Command, t *ledger.Task) (web.Badge, error) {
	not := func(why string) (web.Badge, error) {
		return web.Badge{Text: message.Say("supervision_together.no_more_possible", "Why", why), Tone: "warning", Icon: "it-warning-circle"}, nil
	}
	done, err := s.Door.Do(ctx, who, cmd)
	var refused *care.Refusal
	switch {
	case errors.As(err, &refused) && refused.Code == care.RefusedChanged && t.HolderName != "":
		return not(message.Say("supervision_together.taken", "Holder", present.HolderName(*t)))
	case errors.As(err, &refused) && len(refused.Faults) > 0:
		return not(s.Problems.Words.Fault(refused.Faults[0]))
	case errors.As(err, &refused):
		return not(s.Problems.Words.Refusal(*refused))
	case errors.Is(err, ledger.ErrNotFound), errors.Is(err, ledger.ErrForbidden):
		return not(message.Say("supervision_together.not_yours"))
	case err != nil:
		return web.Badge{}, err
	}
	words := message.Say("supervision_together.done")
	switch done.Assigned().Reached {
	case told.Role:
		words = message.Say("supervision_together.done_role")
	case told.Partner:
		words = message.Say("supervision_together.done_partner")
	}
	return web.Badge{Text: words, Tone: "success", Icon: "it-check-circle"}, nil
}
