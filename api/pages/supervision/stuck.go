package supervision

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/italian/timeline"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/terms"
	"percorso/internal/told"
	"percorso/internal/zone"
)

const stuckURL = "/casi-bloccati"

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get(stuckURL, s.stuckList)
	p.Post(togetherURL, several{s}.propose)
	p.Post(togetherURL+"/fai", several{s}.doTogether)
	p.Get(boardURL, monday{s}.boardList)
	p.Get(causesURL, monday{s}.causes)
	p.Get(handedURL, s.handedList)
	p.Get(doublesURL, s.doublesList)
	p.Post(doublesURL+"/:id/diverse", s.tellApart)
	p.Get(unkeptURL, s.unkeptList)
	p.Post(unkeptURL+"/:id", s.nameKeeper)
	p.Get(deferredURL, s.deferredList)
	p.Post(deferredURL+"/:id/riprova", s.mend(catalogue.RetryEntry, message.Say("supervision_deferred.retried")))
	p.Post(deferredURL+"/:id/rifiuta", s.mend(catalogue.RefuseEntry, message.Say("supervision_deferred.refused")))
	p.Post(stuckURL+"/:id/sollecita", s.remindTask)
	p.Get(stuckURL+"/:id/riassegna", s.reassignForm)
	p.Post(stuckURL+"/:id/riassegna", s.reassignTask)
	p.Get(stuckURL+"/:id/proroga", s.extendForm)
	p.Post(stuckURL+"/:id/proroga", s.extendTask)
}

// lists are the addresses of the lists of cases that stand in one way.
var lists = map[health.Health]string{
	health.Broken: "/fascicoli?stato=fermi", health.Orphaned: "/fascicoli?stato=senza-nessuno",
	health.Late: "/fascicoli?stato=in-ritardo", health.Planned: "/fascicoli?stato=come-previsto",
}

// stuckList shows the cases of the zone that need the supervisor, those first whose
// harm is worst.
func (s *Place) stuckList(c *gin.Context, who care.Staff) error { return s.showStuck(c, who, nil) }

// showStuck shows that list, or shows it again as it was sent, with what is missing.
func (s *Place) showStuck(c *gin.Context, who care.Staff, sent *unready) error {
	ctx := c.Request.Context()
	address := *c.Request.URL // of the page, also where a form was sent from it
	address.Path = stuckURL
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	list, err := s.Records.StuckCases(ctx, who, ledger.Paging{Cursor: c.Query("altri")})
	if err != nil {
		return err
	}
	page := StuckList{Frame: s.Pages.Frame(c, message.Say("supervision_stuck.title"), stuckURL), More: web.NextPage(&address, "altri", list.Next)}
	for _, agency := range rules.Agencies {
		if ends := present.ActEnd(agency, s.Now()); ends != "" {
			page.Acts = append(page.Acts, agency.Name+": "+ends)
		}
	}
	counts, err := s.Records.HealthCounts(ctx, who)
	if err != nil {
		return err
	}
	unkept, err := s.Records.Unkept(ctx, who)
	if err != nil {
		return err
	}
	page.Unkept = len(unkept)
	returned, err := s.Records.Returned(ctx, who)
	if err != nil {
		return err
	}
	for _, r := range returned {
		page.Mails = append(page.Mails, message.Say("supervision_stuck.mail_returns", "Name", r.Name, "Role", italian.Role(r.Role), "Agency", present.AgencyName(rules.Policy, r.Agency), "Since", italian.Date(r.Since.In(italian.Rome))))
	}
	for _, h := range health.Counted {
		if lists[h] != "" || counts[h] > 0 {
			page.Counts = append(page.Counts, Count{Health: present.HealthBadge(h), Cases: counts[h], URL: lists[h]})
		}
	}
	ids := make([]string, 0, len(list.Items))
	for _, stuck := range list.Items {
		ids = append(ids, stuck.ID)
	}
	acts, err := s.Records.LastActs(ctx, who, ids)
	if err != nil {
		return err
	}
	if page.Together, err = (several{s}).form(ctx, who); err != nil {
		return err
	}
	if c.Query("altri") != "" {
		page.Together.Form.Action += "?" + address.RawQuery
	}
	page.TickAll, page.Ticked = web.NextPage(&address, "spunta", "tutte"), c.Query("spunta") == "tutte" && sent == nil
	status := http.StatusOK
	if sent != nil {
		status = http.StatusUnprocessableEntity
		page.Together.as(*sent)
	}
	for _, stuck := range list.Items {
		item := StuckItem{
			Who: whoActs(stuck.Waiting, rules.Policy), Late: stuck.Waiting.LateDays,
			URL: "/fascicoli/" + stuck.ID, Person: stuck.Person, Case: stuck.Number, Stage: italian.Stage(stuck.Stage),
			Health: present.HealthBadge(stuck.Waiting.Health), Sentence: present.CaseInShort(rules, stuck.CaseFile, s.Now()),
		}
		if last, ok := acts[stuck.ID]; ok {
			item.Last = italian.Brief(last.At, s.Now()) + ": " + timeline.Line(rules.Policy, last.Code, last.Detail)
		}
		if stuck.Waiting.Cause == health.CauseDeferred {
			item.Deferred = &web.Link{URL: deferredURL, Text: message.Say("supervision_stuck.see_deferred")}
		}
		if stuck.TaskID != "" {
			task := stuckURL + "/" + stuck.TaskID
			item.Ticked = sent != nil && slices.Contains(sent.tasks, stuck.TaskID)
			item.TaskID, item.Task, item.Reassign, item.Extend = stuck.TaskID, "/compiti/"+stuck.TaskID, task+"/riassegna", task+"/proroga"
			if stuck.Waiting.Health != health.Orphaned { // where nobody may act there is nobody to remind
				remind := web.NewForm(task + "/sollecita")
				item.Remind = &remind
			}
		}
		page.Cases = append(page.Cases, item)
	}
	s.Pages.Render(c, status, page)
	return nil
}

// whoActs is whose turn it is, where it is somebody's.
func whoActs(w health.Waiting, p care.Policy) string {
	switch {
	case w.For != health.WaitTask:
		return ""
	case w.Partner != "":
		return present.AgencyName(p, w.Partner)
	case w.Zone != "":
		return italian.Upper(italian.Role(w.Role))
	}
	return italian.Upper(italian.Role(w.Role)) + ", " + present.AgencyName(p, w.Agency)
}

// remindTask reminds who should act, now.
func (s *Place) remindTask(c *gin.Context, who care.Staff) error {
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Remind.Command(c.PostForm("key"), c.Param("id"), catalogue.Assignment{Note: web.Typed(c, "note")}))
	var refused *care.Refusal
	if errors.As(err, &refused) && refused.Code != care.RefusedForbidden && refused.Code != care.RefusedInvalid {
		return s.Pages.LeaveRefused(c, stuckURL, s.Problems.Words.Refusal(*refused))
	}
	if err != nil {
		return err
	}
	words := message.Say("supervision_stuck.reminded_holder")
	switch cmd.Assigned().Reached {
	case told.Role:
		words = message.Say("supervision_stuck.reminded_role")
	case told.Partner:
		words = message.Say("supervision_stuck.reminded_partner")
	}
	return s.Pages.Leave(c, stuckURL, words)
}

func (s *Place) reassignForm(c *gin.Context, who care.Staff) error {
	return s.repairPage(c, who, http.StatusOK, catalogue.Reassign, web.NewForm(c.Request.URL.Path), catalogue.Assignment{}, "")
}

// allOf marks a role among those to whom a task may be passed; people are named by
// their ids.
const allOf = "role:"

// reassignTask gives a task to a colleague, or to all who have a role.
func (s *Place) reassignTask(c *gin.Context, who care.Staff) error {
	form := catalogue.Assignment{Note: c.PostForm("note"), Stamp: c.PostForm("stamp")}
	words := ""
	if role, all := strings.CutPrefix(c.PostForm("to"), allOf); all {
		form.Role, words = care.Role(role), message.Say("supervision_repair.passed_to_role", "Role", italian.ARole(care.Role(role)))
	} else {
		form.To = role
		colleagues, err := s.Records.Colleagues(c.Request.Context(), who)
		if err != nil {
			return err
		}
		for _, member := range colleagues {
			if member.ID == form.To {
				words = message.Say("supervision_repair.passed_to_person", "Name", member.Name)
			}
		}
	}
	return s.repair(c, who, catalogue.Reassign, form, "", words)
}

func (s *Place) extendForm(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	proposed := rules.Calendar.After(s.Now(), care.Duration{N: extendBy, Unit: care.WorkingDays})
	return s.repairPage(c, who, http.StatusOK, catalogue.Extend, web.NewForm(c.Request.URL.Path), catalogue.Assignment{}, proposed.Format(time.DateOnly))
}

// extendBy is how many working days an extension proposes.
const extendBy = 3

// extendTask gives a task more time: until the end of the offices' day that the form names.
func (s *Place) extendTask(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	form := catalogue.Assignment{Note: c.PostForm("note"), Stamp: c.PostForm("stamp")}
	typed := c.PostForm("until")
	words := ""
	switch day, ok := parts.ReadDate(typed); {
	case !ok:
		c.Request = c.Request.WithContext(act.WithUnreadable(c.Request.Context(), care.Fault{Field: "until", Rule: parts.RuleDate}))
	case !day.IsZero():
		until := endOfDay(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rules.Calendar.Location()), rules.DayEnds)
		form.Until, words = &until, newTerm(terms.Rolled(rules.Calendar, until, s.Now()))
	}
	return s.repair(c, who, catalogue.Extend, form, typed, words)
}

func newTerm(until time.Time) string {
	return message.Say("supervision_repair.new_deadline", "Day", italian.Day(until), "Hour", italian.Hour(until))
}

// endOfDay is when the offices' day ends, on a local day.
func endOfDay(day time.Time, ends string) time.Time {
	clock, err := time.Parse("15:04", ends)
	if err != nil {
		return day
	}
	year, month, date := day.Date()
	return time.Date(year, month, date, clock.Hour(), clock.Minute(), 0, 0, day.Location())
}

// repair does what a supervisor's form asks, or shows it again with what is wrong.
func (s *Place) repair(c *gin.Context, who care.Staff, op catalogue.Operation[catalogue.Assignment], form catalogue.Assignment, until, words string) error {
	_, err := s.Door.Do(c.Request.Context(), who, op.Command(c.PostForm("key"), c.Param("id"), form))
	if err == nil {
		return s.Pages.Leave(c, stuckURL, words)
	}
	shown := web.NewForm(c.Request.URL.Path) // what is sent now is another request
	status, err := s.Problems.RefusedForm(&shown, err, func(path string) (string, string) {
		if path == "role" && op.Code == care.OpReassign {
			path = "to"
		}
		return path, repairLabels()[path]
	})
	if err != nil {
		return err
	}
	return s.repairPage(c, who, status, op, shown, form, until)
}

func repairLabels() map[string]string {
	return map[string]string{"to": message.Say("supervision_repair.to"), "until": message.Say("supervision_repair.until"), "note": message.Say("supervision.why")}
}

// repairPage shows the form of a repair with the task that it is about.
func (s *Place) repairPage(c *gin.Context, who care.Staff, status int, op catalogue.Operation[catalogue.Assignment], form web.Form, filled catalogue.Assignment, until string) error {
	ctx := c.Request.Context()
	if !op.MayAsk(who.Role) {
		return ledger.ErrForbidden
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	task, err := s.Records.Task(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	switch came := c.Request.Method == http.MethodGet; { // from an older page
	case came && task.Answered:
		return s.Pages.LeaveRefused(c, stuckURL, present.Answered())
	case came && !task.State.Open():
		return s.Pages.LeaveRefused(c, stuckURL, message.Say("supervision_repair.done_meanwhile"))
	}
	page := RepairPage{Form: form, Task: repairTerms(task, rules, s.Now()), Note: filled.Note, Stamp: task.Stamp}
	if filled.Stamp != "" && filled.Stamp != task.Stamp { // the form was made from what the task is no more
		if page.Meanwhile, err = s.meanwhile(ctx, who, rules.Policy, task); err != nil {
			return err
		}
	}
	if op.Code == care.OpReassign {
		page.Frame, page.Send, page.Passes = s.Pages.Frame(c, message.Say("supervision_repair.pass_title"), stuckURL), message.Say("supervision_repair.pass"), true
		if page.Receivers, err = s.receivers(ctx, who, rules, task, filled); err != nil {
			return err
		}
	} else {
		page.Frame, page.Send = s.Pages.Frame(c, message.Say("supervision_repair.extend_title"), stuckURL), message.Say("supervision_repair.extend")
		page.Until, page.UntilHint = until, message.Say("supervision_repair.until_hint", "Hour", italian.SaidHour(rules.DayEnds))
		if freely, ok := rules.Deadline(care.DeadlineExtension); ok {
			page.UntilHint += " " + message.Say("supervision_repair.until_reason", "Duration", italian.Duration(freely.Duration))
		}
	}
	if page.Strip, err = parts.StripOfCase(ctx, s.Records, who, rules.Policy, task.CaseID, s.Now()); err != nil {
		return err
	}
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	s.Pages.Render(c, status, page)
	return nil
}

func repairTerms(t ledger.Task, rules *zone.Rules, now time.Time) []web.Term {
	terms := []web.Term{{Name: message.Say("supervision.task"), Value: italian.TaskKind(t.Kind)}, {Name: message.Say("supervision_repair.case"), Value: t.CaseNumber}}
	if t.Person != "" {
		terms = append(terms, web.Term{Name: message.Say("supervision_stuck.person"), Value: t.Person})
	}
	terms = append(terms, web.Term{Name: message.Say("supervision_repair.role"), Value: italian.Upper(italian.Role(t.Role)) + ", " + present.AgencyName(rules.Policy, t.Agency)})
	if t.HolderID != "" {
		terms = append(terms, web.Term{Name: message.Say("supervision_repair.holder"), Value: present.HolderName(t)})
	}
	if t.Due != nil {
		terms = append(terms, web.Term{Name: message.Say("supervision_repair.deadline"), Value: italian.Upper(italian.Due(*t.Due, now, rules.Calendar))})
	}
	return terms
}

// receivers lists to whom a task may go, all of its own agency: people by their names,
// and roles with how many people have each. A task that goes where nobody is stays stuck.
func (s *Place) receivers(ctx context.Context, who care.Staff, rules *zone.Rules, t ledger.Task, chosen catalogue.Assignment) (receivers []web.Option, err error) {
	colleagues, err := s.Records.Colleagues(ctx, who)
	if err != nil {
		return nil, err
	}
	for _, member := range t.Receivers(colleagues) {
		receivers = append(receivers, web.Option{Value: member.ID, Text: member.Name, Hint: italian.Upper(italian.Role(member.Role)), Chosen: member.ID == chosen.To})
	}
	for _, holder := range rules.Roles {
		n := 0
		for _, member := range colleagues {
			if member.Role == holder.Role && member.Agency == holder.Agency {
				n++
			}
		}
		theirs := t.State == care.TaskReady && holder.Role == t.Role // already
		if t.Actors().ToRole(holder.Role, holder.Agency) != "" || n == 0 || theirs {
			continue
		}
		receivers = append(receivers, web.Option{
			Value: allOf + string(holder.Role), Text: message.Say("supervision_repair.to_all", "Role", italian.Role(holder.Role)), Chosen: holder.Role == chosen.Role,
			Hint: message.Count("supervision_repair.people", n, "Agency", present.AgencyName(rules.Policy, holder.Agency)),
		})
	}
	return receivers, nil
}

// changesTask are the lines of a timeline that say who changed who does a task, or by when.
var changesTask = []string{"task_claimed", "task_released", "task_reassigned", "task_given", "task_extended"}

// meanwhile says who changed a task last, how and when; empty: that is not known.
func (s *Place) meanwhile(ctx context.Context, who care.Staff, p care.Policy, t ledger.Task) (string, error) {
	moments, err := s.Records.Timeline(ctx, who, t.CaseID, ledger.Paging{})
	if err != nil {
		return "", err
	}
	var last *ledger.Moment
	for i, m := range moments.Items {
		if m.Run == t.Run && m.Detail == string(t.Kind) && slices.Contains(changesTask, m.Code) && (last == nil || m.At.After(last.At)) {
			last = &moments.Items[i]
		}
	}
	if last == nil {
		return "", nil
	}
	return message.Say("supervision_repair.meanwhile", "When", italian.Moment(last.At), "Name", last.ByName, "What", timeline.Line(p, last.Code, last.Detail)), nil
}
