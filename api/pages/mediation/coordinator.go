package mediation

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/problem"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/mediating"
	"percorso/internal/ledger"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

// coordinators are the pages of a provider's coordinator.
type coordinators struct{ *Place }

// mount registers them. As with a partner's, whoever
// holds the link needs no account, and it must not leave the page by the way.
func (s coordinators) mount(r *gin.Engine) {
	g := r.Group(mediation.Path, func(c *gin.Context) {
		c.Header("Referrer-Policy", "no-referrer")
		c.Header("X-Robots-Tag", "noindex, nofollow")
	}, s.Links.Slowly(s.Guard))
	g.GET("/:token", s.Pages.Answer(s.asked))
	g.POST("/:token", s.Pages.Form(s.answer))
}

// opened is what a link opens. Nil with no error: the page has said that it opens nothing.
func (s coordinators) opened(c *gin.Context) (link string, r *mediation.Request, asked mediation.Asked, err error) {
	link = s.Links.MediationOf(c.Param("token"))
	if link == "" {
		s.Links.Refused(c, s.Guard, access.LinkForged)
		return "", nil, asked, ledger.ErrNotFound
	}
	r, asked, err = s.Requests.MediationByLink(c.Request.Context(), link)
	return link, r, asked, err
}

// asked shows what a coordinator is asked; it changes nothing, since who scans mails looks too.
func (s coordinators) asked(c *gin.Context) error {
	_, r, asked, err := s.opened(c)
	if err != nil {
		return err
	}
	return s.shown(c, r, asked, http.StatusOK, Choice{}, false)
}

// choices are what a coordinator may say, the most usual first.
func choices() []Choice {
	return []Choice{
		{Code: string(mediation.Confirmed), Text: message.Say("mediators_coordinator.confirms"), Explain: message.Say("mediators_coordinator.confirms_hint"), Named: true},
		{Code: string(mediation.Proposed), Text: message.Say("mediators_coordinator.proposes"), Explain: message.Say("mediators_coordinator.proposes_hint"), Named: true, Timed: true},
		{Code: string(mediation.Declined), Text: message.Say("mediators_coordinator.declines"), Explain: message.Say("mediators_coordinator.declines_hint")},
	}
}

// answer takes what a coordinator says.
func (s coordinators) answer(c *gin.Context) error {
	ctx := c.Request.Context()
	link, r, asked, err := s.opened(c)
	if err != nil {
		return err
	}
	if r == nil {
		return s.shown(c, r, asked, http.StatusConflict, Choice{}, false)
	}
	typed := Choice{Code: c.PostForm("what"), Mediator: web.Typed(c, "mediator"), Day: c.PostForm("day"), Hour: c.PostForm("hour"), Form: web.Form{Action: c.Request.URL.Path}}
	if err = s.takes(ctx, link, typed); err != nil {
		status, err := s.Problems.RefusedForm(&typed.Form, err, func(field string) (string, string) {
			if field == "at" {
				return parts.WhenID(typed.Day, typed.Hour, typed.Code+"-day", typed.Code+"-hour"), message.Say("mediators_coordinator.when")
			}
			return typed.Code + "-" + field, map[string]string{"mediator": message.Say("mediators_coordinator.who")}[field]
		})
		if errors.Is(err, ledger.ErrNotFound) { // another one was asked in this very moment
			return s.asked(c)
		}
		if err != nil {
			return err
		}
		return s.shown(c, r, asked, status, typed, false)
	}
	if _, r, asked, err = s.opened(c); err != nil {
		return err
	}
	return s.shown(c, r, asked, http.StatusOK, Choice{}, true)
}

// takes reads an answer and keeps it.
func (s coordinators) takes(ctx context.Context, link string, typed Choice) error {
	a := mediation.Answer{What: mediation.State(typed.Code), Mediator: typed.Mediator}
	faults := act.Unreadable(ctx)
	if a.What == mediation.Proposed {
		at, rule := parts.ReadMoment(typed.Day, typed.Hour)
		if rule != "" {
			faults = append(faults, care.Fault{Field: "at", Rule: rule})
		} else if at != nil {
			a.At = *at
		}
	}
	if len(faults) > 0 {
		return care.Refuse(faults...)
	}
	if a.What != mediation.Confirmed && a.What != mediation.Proposed && a.What != mediation.Declined {
		return problem.New(problem.BadRequest)
	}
	_, err := s.Requests.Answer(ctx, link, a)
	return err
}

// standing says to the coordinator how it stands; empty: it waits for them.
func standing(state mediation.State) string {
	words, _ := message.Find("mediators_coordinator_state", state)
	return words
}

// shown shows what a link is for, with what may be said, or what was typed and refused.
func (s coordinators) shown(c *gin.Context, r *mediation.Request, asked mediation.Asked, status int, typed Choice, done bool) error {
	page := Coordinator{Frame: web.Frame{Title: message.Say("mediators_coordinator.title"), Apart: true}, Problems: typed.Form}
	if r == nil {
		page.Lead = message.Say("mediators_coordinator.gone")
		if asked.Answer == mediation.Declined {
			page.Lead = standing(mediation.Declined)
		}
		s.Pages.Render(c, status, page)
		return nil
	}
	rules, err := s.Book.Rules(c.Request.Context(), r.Zone)
	if err != nil {
		return err
	}
	from := present.AgencyName(rules.Policy, r.Agency)
	page.Lead = message.Say("mediators_coordinator.lead", "Agency", italian.Upper(article.The(from)), "Language", mediating.Language(r.Language))
	page.Terms = what(rules.Policy, *r)
	if office, _ := rules.Agency(r.Agency); office.Phone != "" {
		page.Terms = append(page.Terms, web.Term{Name: message.Say("mediators_coordinator.whom_to_call"), Value: message.Say("mediators.phone_of", "Name", from, "Phone", office.Phone)})
	}
	page.Todo = message.Say("mediators_coordinator.say")
	if said := standing(r.State); said != "" {
		page.Lead, page.Todo = said, message.Say("mediators_coordinator.if_it_changes")
	}
	if done {
		page.Title = message.Say("mediators_coordinator.thanks")
	}
	for _, may := range r.Answers(s.Now()) {
		for _, choice := range choices() {
			if choice.Code != string(may) {
				continue
			}
			choice.Form = web.Form{Action: c.Request.URL.Path}
			choice.Main = may == mediation.Confirmed
			if typed.Code == choice.Code {
				typed.Text, typed.Explain, typed.Named, typed.Timed, typed.Main, typed.Open = choice.Text, choice.Explain, choice.Named, choice.Timed, choice.Main, true
				choice = typed
			}
			page.Answers = append(page.Answers, choice)
		}
	}
	s.Pages.Render(c, status, page)
	return nil
}
