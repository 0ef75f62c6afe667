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
	return s.Pages.Leave(c, path+"/"+id, "Il mediatore è confermato per l’ora che ha proposto.")
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
	f.page.Back = &web.Link{URL: path + "/" + r.ID, Text: "La richiesta"}
	f.page.Strip = &parts.Strip{Person: "Mediatore: " + mediating.Language(r.Language)}
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
	f.page.Nothing = "La richiesta adesso è: " + mediating.State(r.State) + "."
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
	if f, r, err = s.of(c, who, "Chiedi a un altro", "Chiedi a questo"); err != nil || !s.may(&f, r, mediation.Ask) {
		return f, r, err
	}
	f.page.Intro = "Chi era stato sentito prima e non ha detto di no riceve l’avviso che non serve più."
	lots, err := s.lots(c.Request.Context(), who, nil, f.sent, func(l care.Lot) bool {
		return l.Code != r.Lot && mediation.Serves(l, r.Language, r.Mode, r.At)
	})
	f.page.Fields = []web.Field{{Shape: "hidden", ID: "seen", Value: r.Link}, lots}
	if len(lots.Options) == 0 {
		f.page.Nothing = "Nessun altro lotto ha questa lingua " + mediating.Mode(r.Mode) + ": si può annullare e chiedere per telefono, o un altro giorno allo stesso fornitore."
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
		return "È chiesto a un altro fornitore: finché non risponde, il mediatore non è confermato.",
			s.Requests.AskNext(c.Request.Context(), who, r.ID, c.PostForm("seen"), c.PostForm("lot"))
	})
}

// Who calls a mediator off.
const byUs, byProvider = "us", "provider"

func (s *Place) callingOff(c *gin.Context, who care.Staff) (f form, r mediation.Request, err error) {
	if f, r, err = s.of(c, who, "Annulla il mediatore", "Annulla il mediatore"); err != nil || !s.may(&f, r, mediation.Call) {
		return f, r, err
	}
	f.page.Danger = true
	f.page.Intro = "Adesso non costa niente: il lotto resta com’è."
	if r.CalledOff(false, s.Now()) == mediation.Late {
		f.page.Intro = "Il preavviso è passato: se annulliamo noi, nel lotto conta come se si fosse fatto. Se non viene il mediatore, non conta."
	}
	by := web.Field{Shape: "choices", Type: "radio", ID: "by", Label: labels["by"], Required: true}
	for _, o := range [][2]string{{byUs, "Noi, o la persona"}, {byProvider, "Il fornitore: il mediatore non può, o non è venuto"}} {
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
			return "Il mediatore è annullato, oltre il preavviso: conta nel lotto.", err
		}
		return "Il mediatore è annullato, e non conta nel lotto.", err
	})
}

func (s *Place) holding(c *gin.Context, who care.Staff) (f form, r mediation.Request, err error) {
	if f, r, err = s.of(c, who, "Quanti minuti è rimasto il mediatore?", "Registra i minuti"); err != nil || !s.may(&f, r, mediation.Held) {
		return f, r, err
	}
	f.page.Intro = "I minuti contano nel lotto, a unità intere."
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
		return "I minuti sono registrati.", s.Requests.NoteHeld(c.Request.Context(), who, r.ID, minutesOf(f.sent))
	})
}
