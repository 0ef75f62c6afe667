package tasks

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/completion"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/compiti", s.taskList)
	p.Post("/compiti/filtra", s.filter)
	p.Get("/compiti/:id", s.taskPage)
	p.Post("/compiti/:id/prendi", s.claimTask)
	p.Post("/compiti/:id/rilascia", s.releaseTask)
	p.Post("/compiti/:id/completa", s.completeTask)
}

// claimTask gives a task to the caller, and leads to its form. Who comes second
// is told who has it.
func (s *Place) claimTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, catalogue.Claim, "/compiti/"+c.Param("id"), message.Say("task_page.yours"))
}

// releaseTask gives a task back.
func (s *Place) releaseTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, catalogue.Release, "/compiti", message.Say("task_page.put_back"))
}

func (s *Place) assignTask(c *gin.Context, who care.Staff, op catalogue.Operation[catalogue.None], to, words string) error {
	_, err := s.Door.Do(c.Request.Context(), who, op.Command(c.PostForm("key"), c.Param("id"), catalogue.None{}))
	var refused *care.Refusal
	if errors.As(err, &refused) && refused.Code != care.RefusedInvalid {
		return s.Pages.LeaveRefused(c, "/compiti", s.Problems.Words.Refusal(*refused))
	}
	if err != nil {
		return err
	}
	return s.Pages.Leave(c, to, words)
}

// taskPage shows one task, with its form where the caller holds it.
func (s *Place) taskPage(c *gin.Context, who care.Staff) error {
	task, err := s.Records.Task(c.Request.Context(), who, c.Param("id"))
	if err != nil {
		return err
	}
	about, err := s.about(c.Request.Context(), who, task)
	if err != nil {
		return err
	}
	page, err := s.taskPageOf(c, about)
	if err != nil {
		return err
	}
	form, err := s.formOf(c, about, nil)
	if err != nil {
		return err
	}
	if form != nil && (task.Actors().Workable(who) && !task.Answered || answersAtOnce(who, about.rules.Policy, task)) {
		page.Form = form.Show(web.NewForm("/compiti/" + task.ID + "/completa"))
		page.Reported = reported(who, form.Policy, task)
	}
	page.handing(who, task, form != nil)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// handing offers to give the task back, or to somebody else, where the caller may.
func (p *TaskPage) handing(who care.Staff, task ledger.Task, hasForm bool) {
	if !task.Answered && task.Actors().Releasable(who) && (hasForm || task.HolderID != who.ID) {
		release := web.NewForm("/compiti/" + task.ID + "/rilascia")
		p.Release = &release
	}
	if !task.Answered && task.State.Open() && who.Role == care.Supervisor {
		p.Pass = &web.Link{URL: "/casi-bloccati/" + task.ID + "/riassegna", Text: message.Say("case_pages.pass_on")}
	}
}

// reported says that what the caller records is what another agency told them; empty:
// the task is their own agency's.
func reported(who care.Staff, p care.Policy, t ledger.Task) string {
	if t.Agency == who.Agency {
		return ""
	}
	return message.Say("task_page.reported", "Agency", article.The(present.AgencyName(p, t.Agency)))
}

// completeTask takes the form of a task; what is wrong with it is shown on the
// same page, with what was typed.
func (s *Place) completeTask(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	task, err := s.Records.Task(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	about, err := s.about(ctx, who, task)
	if err != nil {
		return err
	}
	var form *parts.TaskForm
	if c.PostForm(fromRow) != "" {
		switch draft, err := (direct{s}).begun(c, who); {
		case err != nil:
			return err
		case draft != "":
			return s.Pages.LeaveRefused(c, draft, message.Say("task_page.draft_left"))
		}
		form, err = (direct{s}).asItBegins(c, about)
	} else {
		form, err = s.formOf(c, about, c.Request.PostForm)
	}
	switch {
	case err != nil:
		return err
	case form == nil:
		return ledger.ErrNotFound
	case c.PostForm(parts.AddRow) != "" && len(act.Unreadable(ctx)) == 0:
		return s.taskAgain(c, about, form, web.NewForm(c.Request.URL.Path), nil, http.StatusOK)
	}
	done, faults := form.Read()
	ctx = act.WithUnreadable(ctx, faults...)
	if len(act.Unreadable(ctx)) == 0 && !act.Held(ctx) {
		err = direct{s}.takeFirst(c, about, done)
	}
	var cmd ledger.Command
	if err == nil {
		cmd, err = s.Door.Do(ctx, who, catalogue.Complete.Command(c.PostForm("key"), task.ID, done))
	}
	if err == nil {
		return onward{s}.goOn(c, about, cmd)
	}
	again, missing := web.NewForm(c.Request.URL.Path), parts.MissingNeed(err, task.CaseID, "/compiti/"+task.ID)
	status, err := s.Problems.RefusedForm(&again, err, form.Naming)
	if err != nil {
		return err
	}
	return s.taskAgain(c, about, form, again, missing, status)
}

// taskAgain shows a task's form again, with what was typed, and why nothing can come of
// it where the task is done, or somebody else's, by now.
func (s *Place) taskAgain(c *gin.Context, about *subject, form *parts.TaskForm, again web.Form, missing *web.Link, status int) error {
	page, err := s.taskPageOf(c, about)
	if err != nil {
		return err
	}
	page.Form, page.AddNeed, page.Claim = form.Show(again), missing, nil
	if again.Alert != "" { // which says the same
		page.State = ""
	}
	page.handing(about.who, about.task, true)
	s.Pages.Render(c, status, page)
	return nil
}

// formOf is the form of a task's kind; nil: it has none.
func (s *Place) formOf(c *gin.Context, about *subject, sent url.Values) (*parts.TaskForm, error) {
	kind, ok := completion.FormOf(about.task.Kind)
	if !ok {
		return nil, nil
	}
	form := &parts.TaskForm{TaskForm: kind, Policy: about.rules.Policy, Service: about.task.Service, Sent: sent}
	return form, s.fillForm(c.Request.Context(), form, about)
}

// taskPageOf is all of a task's page but its form.
func (s *Place) taskPageOf(c *gin.Context, about *subject) (page TaskPage, err error) {
	ctx := c.Request.Context()
	who, rules, t := about.who, about.rules, about.task
	page = TaskPage{
		Frame: s.Pages.Frame(c, italian.TaskKind(t.Kind), "/compiti"), Person: t.Person, Purpose: italian.TaskPurpose(t.Kind),
		State: taskState(who, t, s.Now()),
	}
	page.Back = &web.Link{URL: "/compiti", Text: message.Say("work_list.title")}
	if t.State.Open() {
		due := present.TaskDue(rules, t, s.Now())
		page.Due = &due
	}
	add := func(name, value string) {
		if value != "" {
			page.Terms = append(page.Terms, web.Term{Name: name, Value: value})
		}
	}
	add(message.Say("task_page.case"), t.CaseNumber)
	if t.Service != "" {
		add(message.Say("task_page.service"), present.ServiceName(rules.Policy, t.Service))
	}
	add(message.Say("task_page.who"), italian.Upper(italian.Role(t.Role))+", "+present.AgencyName(rules.Policy, t.Agency))
	if t.HolderID != "" {
		add(message.Say("task_page.holder"), present.HolderName(t))
	}
	if t.Actors().OnBehalf(who) && !t.Answered {
		page.Words = append(page.Words, message.Say("task_page.in_their_place", "Name", t.HolderName, "Away", italian.Away(*t.AwayUntil, s.Now())))
	}
	add(message.Say("task_page.first_to"), t.FirstName)
	add(message.Say("task_page.ready_since"), italian.Moment(t.Ready))
	if page.Then, err = about.then(ctx, s.Now()); err != nil {
		return page, err
	}
	if t.LateSince != nil {
		add(message.Say("task_page.late_since"), italian.Moment(*t.LateSince))
	}
	if t.Reminders > 0 {
		add(message.Say("task_page.reminders"), message.Count("task_page.reminded", t.Reminders))
	}
	switch {
	case t.Kind == care.ReferralAnswer:
		page.Answer = &web.Link{URL: "/segnalazioni/" + t.ReferralID, Text: message.Say("task_page.to_referral")}
	case parts.MayClaim(who, t):
		form := web.NewForm("/compiti/" + t.ID + "/prendi")
		page.Claim = &form
	}
	if care.ReadsCases(who, rules.Policy) && t.Kind != care.TransferAnswer { // whose case file is another zone's
		page.Case = &web.Link{URL: "/fascicoli/" + t.CaseID, Text: message.Say("case_pages.open_case", "Number", t.CaseNumber)}
	}
	if page.Asked, err = s.asked(ctx, who, rules, t); err != nil {
		return page, err
	}
	if page.Strip, err = about.strip(ctx, page.Asked); err != nil {
		return page, err
	}
	return page, s.fillContext(ctx, &page, about)
}

// taskState says why the caller has no form to fill in; empty: they have, or
// can claim it.
func taskState(who care.Staff, t ledger.Task, now time.Time) string {
	switch {
	case t.Answered:
		return present.Answered()
	case t.Kind == care.ReferralAnswer && t.State.Open(), parts.MayClaim(who, t), t.Actors().Workable(who):
		return ""
	case t.State == care.TaskReady:
		return message.Say("task_page.state_free", "Role", italian.ARole(t.Role))
	case t.State == care.TaskReserved && t.HolderGone:
		return message.Say("task_page.state_holder_gone", "Name", present.HolderName(t))
	case t.State == care.TaskReserved && t.AwayUntil != nil && !t.Actors().Seat() && t.StandsName != "":
		return message.Say("task_page.state_stood_in", "Name", present.HolderName(t), "Away", italian.Away(*t.AwayUntil, now), "Other", t.StandsName)
	case t.State == care.TaskReserved && t.AwayUntil != nil:
		return message.Say("task_page.state_away", "Name", present.HolderName(t), "Away", italian.Away(*t.AwayUntil, now))
	case t.State == care.TaskReserved:
		return message.Say("task_page.state_held", "Name", present.HolderName(t), "Role", italian.Role(t.HolderRole))
	case t.State == care.TaskCompleted && t.Outcome == "": // a colleague's word in an équipe
		return message.Say("task_page.state_said")
	case t.State == care.TaskCompleted:
		return message.Say("task_page.state_completed", "Outcome", italian.Outcome(t.Kind, t.Outcome))
	}
	return message.Say("task_page.state_is", "State", italian.TaskState(t.State))
}

// asked is what the other side of a referral wrote, for the tasks that it came
// back with.
func (s *Place) asked(ctx context.Context, who care.Staff, rules *zone.Rules, t ledger.Task) (*Asked, error) {
	if t.ReferralID == "" || t.Kind != care.SupplyInformation && t.Kind != care.NextStepAfterRejection && t.Kind != care.ReferralOutcome {
		return nil, nil
	}
	referral, err := s.Records.Referral(ctx, who, t.ReferralID)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	asked := &Asked{
		Title: message.Say("task_page.what_is_asked", "Agency", article.The(present.AgencyName(rules.Policy, referral.ToAgency))), Note: referral.Note,
		Referral: web.Link{URL: "/segnalazioni/" + referral.ID, Text: message.Say("task_page.open_referral")}, about: referral,
	}
	switch t.Kind {
	case care.ReferralOutcome:
		asked.Title = message.Say("task_page.was_sent", "Agency", article.To(present.AgencyName(rules.Policy, referral.ToAgency)))
		if agency, ok := rules.Agency(referral.ToAgency); ok && agency.ByLink() {
			asked.Next = message.Say("task_page.answers_by_link")
		}
	case care.NextStepAfterRejection:
		asked.Title = message.Say("task_page.why_rejected", "Agency", article.The(present.AgencyName(rules.Policy, referral.ToAgency)))
		if reason, ok := rules.RejectReason(referral.Reason); ok {
			asked.Reason, asked.Next = reason.Name, italian.Upper(italian.NextStep(reason.NextStep))
		}
	}
	return asked, nil
}
