package plan

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/pages/parts/writing"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/gathering"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

func (s *Place) mountEquipes(p access.Routes) {
	p.Get("/equipe/:id", s.equipePage)
	p.Get("/equipe/:id/verbale", s.showMinutes)
	p.Post("/equipe/:id/verbale", s.recordMinutes)
	p.Get("/equipe/:id/riunione", s.showMeeting)
	p.Post("/equipe/:id/riunione", s.planMeeting)
}

func equipeRun(c *gin.Context) string { return ledger.RunID(care.RunEquipe, c.Param("id")) }

// equipePage shows an équipe to its members and to those who follow the case.
func (s *Place) equipePage(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	equipe, err := s.Records.Equipe(ctx, who, equipeRun(c))
	if err != nil {
		return err
	}
	plans, err := s.Records.Plans(ctx, who, equipe.CaseID)
	if err != nil {
		return err
	}
	page := EquipePage{
		Frame: s.Pages.Frame(c, italian.Upper(italian.EquipeKind(equipe.Kind)), placeOf(who, rules.Policy)),
		State: present.EquipeBadge(equipe), Lead: message.Say("equipe_page.convened", "Day", italian.Dated("", equipe.Convened.In(italian.Rome))),
		Seats: decided.SeatsOf(rules.Policy, equipe.Seats),
	}
	page.Back = &web.Link{URL: "/compiti", Text: message.Say("work_list.title")}
	if care.ReadsCases(who, rules.Policy) {
		page.Back = &web.Link{URL: "/fascicoli/" + equipe.CaseID, Text: message.Say("case_reads.back_to_case")}
	}
	if equipe.Reason != "" {
		page.Why = italian.Upper(present.WhyBack(rules.Policy, equipe.Reason)) + "."
	}
	if rule, ok := rules.Equipe(equipe.Kind); ok && equipe.Ended == nil {
		page.Quorum = message.Say("equipe_page.quorum", "Roles", message.Count("task_page.signatures_roles", rule.Quorum.Roles),
			"Agencies", message.Count("task_page.signatures_agencies", rule.Quorum.Agencies))
	}
	if len(plans) > 0 {
		page.Plan = &web.Link{URL: "/fascicoli/" + equipe.CaseID + "/progetto", Text: message.Say("case_pages.plan")}
	}
	if equipe.Ended == nil {
		if page.Task, err = s.taskInRun(c, who, equipe); err != nil {
			return err
		}
		if catalogue.Minutes.MayAsk(who.Role) {
			page.Record = &web.Link{URL: c.Request.URL.Path + "/verbale", Text: message.Say("equipe_page.record")}
			page.Meet = &web.Link{URL: c.Request.URL.Path + "/riunione", Text: message.Say("equipe_page.meet")}
			if open := gathering.Open(equipe.Meetings); open != nil && s.Now().Before(open.At) {
				page.Meet.Text = message.Say("equipe_page.move_meeting")
			}
		}
	}
	if open := gathering.Open(equipe.Meetings); open != nil && s.Now().Before(open.At) && open.Invites(who) {
		page.Calendar = c.Request.URL.Path + "/calendario"
	}
	for _, m := range equipe.Meetings {
		page.Meetings = append(page.Meetings, present.MeetingOf(rules.Policy, m))
	}
	for _, m := range equipe.Minutes {
		page.Minutes = append(page.Minutes, web.Moment{When: italian.Moment(m.At), Text: message.Say("equipe_page.meeting"), By: m.ByName, Note: m.Text})
	}
	list, err := s.Records.WrittenForEquipe(ctx, who, equipe.CaseID)
	if err != nil {
		return err
	}
	page.Written = web.Each(list, func(r ledger.Record) writing.Record { return writing.Of(rules.Policy, equipe.CaseID, r) })
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// taskInRun is what the caller has to do in an équipe; nil: nothing.
func (s *Place) taskInRun(c *gin.Context, who care.Staff, equipe ledger.Equipe) (*web.Link, error) {
	tasks, err := s.Records.Tasks(c.Request.Context(), who, ledger.TaskFilter{CaseID: equipe.CaseID}, ledger.Paging{})
	if err != nil {
		return nil, err
	}
	for _, t := range tasks.Items {
		if t.Run == equipe.Run && parts.MayWork(who, t) {
			return &web.Link{URL: "/compiti/" + t.ID, Text: italian.TaskKind(t.Kind)}, nil
		}
	}
	return nil, nil
}
