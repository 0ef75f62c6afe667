package mediation

import (
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/mediating"
	"percorso/internal/mediation"
	"percorso/internal/message"
)

// accept takes the time that a provider proposes.
func (s *Place) accept(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	id := c.Param("id")
	seen, _ := time.Parse(time.RFC3339Nano, c.PostForm("seen")) // what is no time was not asked for by a page
	if err := s.Requests.AcceptProposal(ctx, who, id, seen); err != nil {
		return s.elsewhere(c, id, err)
	}
	return s.Pages.Leave(c, path+"/"+id, message.Say("mediators.confirmed"))
}

// elsewhere leads back to a request of which something could not be, with why.
func (s *Place) elsewhere(c *gin.Context, id string, err error) error {
	var form web.Form
	if _, err := s.Problems.RefusedForm(&form, err, func(field string) (string, string) { return field, "" }); err != nil {
		return err
	}
	why := form.Alert
	for _, f := range form.Faults {
		why = f.Text
	}
	return s.Pages.LeaveRefused(c, path+"/"+id, why)
}

// of begins a form about a request, which stands above it.
func (s *Place) of(c *gin.Context, who care.Staff, title, button string) (f form, r mediation.Request, err error) {
	if f, err = s.begin(c, who, title, button); err != nil {
		return f, r, err
	}
	if r, _, err = s.Requests.Mediation(c.Request.Context(), who, c.Param("id")); err != nil {
		return f, r, err
	}
	f.page.Back = &web.Link{URL: path + "/" + r.ID, Text: message.Say("mediators.request")}
	f.page.Strip = &parts.Strip{Person: message.Say("mediators_request.language", "Language", mediating.Language(r.Language))}
	f.page.Strip.Put(parts.Thing{Title: italian.Upper(mediating.State(r.State)), Terms: terms(f.rules.Policy, r)})
	return f, r, nil
}

// may says whether something may be done with a request as it stands; else the form says why not.
func (s *Place) may(f *form, r mediation.Request, what mediation.Act) bool {
	for _, may := range r.Acts(s.Now()) {
		if may == what {
			return true
		}
	}
	f.page.Nothing = message.Say("mediators_request.is_now", "State", mediating.State(r.State))
	return false
}

// send takes a form about a request, which do does.
func (s *Place) send(c *gin.Context, f form, id string, do func() (string, error)) error {
	ctx := c.Request.Context()
	if act.Held(ctx) {
		return s.show(c, f, nil)
	}
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return s.show(c, f, care.Refuse(faults...))
	}
	done, err := do()
	if err != nil {
		return s.show(c, f, err)
	}
	return s.Pages.Leave(c, path+"/"+id, done)
}

// another is the form that asks the next provider.
func (s *Place) another(c *gin.Context, who care.Staff) (f form, r mediation.Request, err error) {
	if f, r, err = s.of(c, who, message.Say("mediators.ask_another"), message.Say("mediators_another.ask_this")); err != nil || !s.may(&f, r, mediation.Ask) {
		return f, r, err
	}
	f.page.Intro = message.Say("mediators_another.intro")
	lots, err := s.lots(c.Request.Context(), who, nil, f.sent, func(l care.Lot) bool {
		return l.Code != r.Lot && mediation.Serves(l, r.Language, r.Mode, r.At)
	})
	f.page.Fields = []web.Field{{Shape: "hidden", ID: "seen", Value: r.Link}, lots}
	if len(lots.Options) == 0 {
		f.page.Nothing = message.Say("mediators_another.none", "Mode", mediating.Mode(r.Mode))
	}
	return f, r, err
}

func (s *Place) showNext(c *gin.Context, who care.Staff) error {
	f, _, err := s.another(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s *Place) next(c *gin.Context, who care.Staff) error {
	f, r, err := s.another(c, who)
	if err != nil {
		return err
	}
	return s.send(c, f, r.ID, func() (string, error) {
		return message.Say("mediators_another.asked"),
			s.Requests.AskNext(c.Request.Context(), who, r.ID, c.PostForm("seen"), c.PostForm("lot"))
	})
}

// Who calls a mediator off.
const byUs, byProvider = "us", "provider"

func (s *Place) callingOff(c *gin.Context, who care.Staff) (f form, r mediation.Request, err error) {
	if f, r, err = s.of(c, who, message.Say("mediators_cancel.title"), message.Say("mediators_cancel.title")); err != nil || !s.may(&f, r, mediation.Call) {
		return f, r, err
	}
	f.page.Danger = true
	f.page.Intro = message.Say("mediators_cancel.free")
	if r.CalledOff(false, s.Now()) == mediation.Late {
		f.page.Intro = message.Say("mediators_cancel.late")
	}
	by := web.Field{Shape: "choices", Type: "radio", ID: "by", Label: label("by"), Required: true}
	for _, o := range [][2]string{{byUs, message.Say("mediators_cancel.by_us")}, {byProvider, message.Say("mediators_cancel.by_provider")}} {
		by.Options = append(by.Options, web.Option{Value: o[0], Text: o[1], Chosen: f.sent.Get("by") == o[0]})
	}
	f.page.Fields = []web.Field{by}
	return f, r, nil
}

func (s *Place) showCallOff(c *gin.Context, who care.Staff) error {
	f, _, err := s.callingOff(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s *Place) callOff(c *gin.Context, who care.Staff) error {
	f, r, err := s.callingOff(c, who)
	if err != nil {
		return err
	}
	return s.send(c, f, r.ID, func() (string, error) {
		by := c.PostForm("by")
		if by != byUs && by != byProvider {
			return "", care.Refuse(care.Fault{Field: "by", Rule: care.RuleRequired})
		}
		becomes, err := s.Requests.CallOff(c.Request.Context(), who, r.ID, by == byProvider)
		if becomes == mediation.Late {
			return message.Say("mediators_cancel.done_late"), err
		}
		return message.Say("mediators_cancel.done"), err
	})
}

func (s *Place) holding(c *gin.Context, who care.Staff) (f form, r mediation.Request, err error) {
	if f, r, err = s.of(c, who, message.Say("mediators_minutes.title"), message.Say("mediators_minutes.record")); err != nil || !s.may(&f, r, mediation.Held) {
		return f, r, err
	}
	f.page.Intro = message.Say("mediators_minutes.intro")
	f.page.Fields = []web.Field{f.minutes("")}
	return f, r, nil
}

func (s *Place) showHeld(c *gin.Context, who care.Staff) error {
	f, _, err := s.holding(c, who)
	if err != nil {
		return err
	}
	return s.show(c, f, nil)
}

func (s *Place) held(c *gin.Context, who care.Staff) error {
	f, r, err := s.holding(c, who)
	if err != nil {
		return err
	}
	return s.send(c, f, r.ID, func() (string, error) {
		return message.Say("mediators_minutes.done"), s.Requests.NoteHeld(c.Request.Context(), who, r.ID, minutesOf(f.sent))
	})
}
