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
var choices = []Choice{
	{Code: string(mediation.Confirmed), Text: "Confermiamo", Explain: "Il mediatore viene a quell’ora. Se poi non può, lo dica da questo stesso link.", Named: true},
	{Code: string(mediation.Proposed), Text: "Possiamo a un’altra ora", Explain: "Chi chiede decide se va bene, e Lei riceve la risposta.", Named: true, Timed: true},
	{Code: string(mediation.Declined), Text: "Non abbiamo nessuno", Explain: "Chi chiede lo sa subito, e può sentire un altro."},
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
				return parts.WhenID(typed.Day, typed.Hour, typed.Code+"-day", typed.Code+"-hour"), "Giorno e ora"
			}
			return typed.Code + "-" + field, map[string]string{"mediator": "Chi viene"}[field]
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

// standing says to the coordinator how it stands.
var standing = map[mediation.State]string{
	mediation.Proposed: "Lei ha proposto un’altra ora: chi chiede deve ancora dire se va bene.", mediation.Confirmed: "È confermato. Se il mediatore non può più, lo dica qui sotto.",
	mediation.Declined: "Lei ha detto che non avete nessuno: non deve fare altro.", mediation.Done: "È stato fatto. Grazie.",
	mediation.Cancelled: "Non serve più: non deve fare altro.", mediation.Late: "Non serve più. È annullato oltre il preavviso, e conta come svolto.",
}

// shown shows what a link is for, with what may be said, or what was typed and refused.
func (s coordinators) shown(c *gin.Context, r *mediation.Request, asked mediation.Asked, status int, typed Choice, done bool) error {
	page := Coordinator{Frame: web.Frame{Title: "Una richiesta di mediazione", Apart: true}, Problems: typed.Form}
	if r == nil {
		page.Lead = "La richiesta è passata a un altro: non deve fare altro."
		if asked.Answer == mediation.Declined {
			page.Lead = standing[mediation.Declined]
		}
		s.Pages.Render(c, status, page)
		return nil
	}
	rules, err := s.Book.Rules(c.Request.Context(), r.Zone)
	if err != nil {
		return err
	}
	from := present.AgencyName(rules.Policy, r.Agency)
	page.Lead = italian.Upper(article.The(from)) + " Le chiede un mediatore: " + mediating.Language(r.Language) + "."
	page.Terms = what(rules.Policy, *r)
	if office, _ := rules.Agency(r.Agency); office.Phone != "" {
		page.Terms = append(page.Terms, web.Term{Name: "Chi chiamare", Value: from + ", telefono " + office.Phone})
	}
	page.Todo = "Dica se qualcuno può venire."
	if said := standing[r.State]; said != "" {
		page.Lead, page.Todo = said, "Se qualcosa cambia, lo dica qui."
	}
	if done {
		page.Title = "Grazie, la risposta è registrata"
	}
	for _, may := range r.Answers(s.Now()) {
		for _, choice := range choices {
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
