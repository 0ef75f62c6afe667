package api

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/store"
)

func (s *Server) registerTaskPages(p pageRoutes) {
	p.get("/compiti", s.taskList)
	p.post("/compiti/:id/prendi", s.claimTask)
	p.post("/compiti/:id/rilascia", s.releaseTask)
}

// taskList shows what the caller holds, and what they may take.
func (s *Server) taskList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	mine, err := s.records.Tasks(ctx, who, store.TaskFilter{Mine: true}, store.Paging{Cursor: c.Query("miei")})
	if err != nil {
		return err
	}
	team, err := s.records.Tasks(ctx, who, store.TaskFilter{Team: true}, store.Paging{Cursor: c.Query("gruppo")})
	if err != nil {
		return err
	}
	page := web.TaskList{Frame: s.frame(c, "I miei compiti", "/compiti")}
	for _, t := range mine.Items {
		page.Mine = append(page.Mine, s.taskItem(who, rules, t))
	}
	for _, t := range team.Items {
		page.Team = append(page.Team, s.taskItem(who, rules, t))
	}
	page.MoreMine, page.MoreTeam = nextPage(c, "miei", mine.Next), nextPage(c, "gruppo", team.Next)
	s.render(c, http.StatusOK, page)
	return nil
}

// taskItem is a task as lists show it.
func (s *Server) taskItem(who care.Staff, rules *zoneRules, t store.Task) web.TaskItem {
	item := web.TaskItem{
		URL: "/compiti/" + t.ID, Title: italian.TaskKind(t.Kind), Person: t.Person, Case: t.CaseNumber,
		Due: dueBadge(t.Due, s.now(), rules), Mine: t.HolderID == who.ID,
	}
	if t.Service != "" {
		item.Service = serviceName(rules.Policy, t.Service)
	}
	if t.Kind == care.ReferralAnswer {
		item.URL = "/segnalazioni/" + t.ReferralID
	} else if mayClaim(who, t) {
		form := newForm("/compiti/" + t.ID + "/prendi")
		item.Claim = &form
	}
	if t.HolderID != "" && !item.Mine {
		item.Holder = holderWords(t)
	}
	return item
}

// mayClaim says whether the caller is offered a task; who really may is decided
// when they ask.
func mayClaim(who care.Staff, t store.Task) bool {
	return t.State == care.TaskReady && t.Kind != care.ReferralAnswer &&
		(t.Role == who.Role && t.Agency == who.Agency || who.Role == care.Supervisor)
}

func holderWords(t store.Task) string {
	if t.HolderName != "" {
		return t.HolderName
	}
	return italian.ARole(t.HolderRole)
}

// nextPage is the address of a list's next page: this one with another cursor.
func nextPage(c *gin.Context, parameter, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := c.Request.URL.Query()
	q.Set(parameter, cursor)
	return c.Request.URL.Path + "?" + q.Encode()
}

// claimTask gives a task to the caller, and leads to its form. Who comes second
// is told who has it.
func (s *Server) claimTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, care.OpClaim, "/compiti/"+c.Param("id"), "Il compito è in carico a te.")
}

// releaseTask gives a task back.
func (s *Server) releaseTask(c *gin.Context, who care.Staff) error {
	return s.assignTask(c, who, care.OpRelease, "/compiti", "Hai rilasciato il compito: torna tra quelli da prendere in carico.")
}

func (s *Server) assignTask(c *gin.Context, who care.Staff, op care.Operation, to, words string) error {
	_, err := s.act(c.Request.Context(), who, store.NewCommand{Key: c.PostForm("key"), Operation: op, Target: c.Param("id")})
	var refused *care.Refusal
	if errors.As(err, &refused) {
		return s.leaveRefused(c, "/compiti", s.words.Refusal(refused.Code, refused.Role))
	}
	if err != nil {
		return err
	}
	return s.leave(c, to, words)
}
