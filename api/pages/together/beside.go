package together

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
)

// besideForm is the form that adds another person, who has a file of her own.
func (s *Place) besideForm(c *gin.Context, who care.Staff, sent url.Values) (page parts.CaseForm, of about, err error) {
	if of, err = s.read(c, who); err != nil {
		return page, of, err
	}
	page = s.form(c, of, message.Say("together_beside.title"), message.Say("together_add.send"))
	page.Intro = message.Say("together_beside.intro")
	switch {
	case !s.ahead(of):
		page.Nothing = message.Say("together_add.hour_has_come")
	case !of.organizes || !catalogue.Book.MayAsk(who.Role):
		page.Nothing = s.Problems.Words.Rule(together.RuleNotYours)
	}
	if page.Nothing != "" {
		return page, of, nil
	}
	page.Fields = []web.Field{{Shape: "input", Type: "text", ID: "number", Label: message.Say("together_beside.number"), Required: true, Value: sent.Get("number"), Hint: message.Say("together_beside.number_hint", "Number", ledger.CaseNumber(who.Zone, s.Now().Year(), 12))}}
	if service, known := of.rules.Service(of.a.Service); known && len(service.Matters) > 0 {
		matter := web.Field{Shape: "select", ID: "matter", Label: message.Say("together_beside.matter"), Empty: message.Say("together_beside.no_matter")}
		chosen := of.a.Matter
		if sent != nil {
			chosen = sent.Get("matter")
		}
		for _, code := range service.Matters {
			matter.Options = append(matter.Options, web.Option{Value: code, Text: present.NameIn(of.rules.Matters, code), Chosen: code == chosen})
		}
		page.Fields = append(page.Fields, matter)
	}
	return page, of, nil
}

func (s *Place) showBeside(c *gin.Context, who care.Staff) error {
	page, of, err := s.besideForm(c, who, nil)
	if err != nil {
		return err
	}
	return s.send(c, page, of, nil)
}

func (s *Place) putBeside(c *gin.Context, who care.Staff) error {
	page, of, err := s.besideForm(c, who, c.Request.PostForm)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	command, err := s.joins(ctx, who, of, c.Request.PostForm)
	if err == nil {
		var cmd ledger.Command
		if cmd, err = s.Door.Do(act.WithUnreadable(ctx), who, command); err == nil {
			return s.Pages.Done(c, cmd, pathOf(of.a.ID), message.Say("together_beside.done"))
		}
	}
	page.Form = web.NewForm(c.Request.URL.Path)
	status, err := s.Problems.RefusedForm(&page.Form, err, func(field string) (string, string) {
		if field == "matter" {
			return field, message.Say("together_beside.matter")
		}
		return "number", message.Say("together_beside.number")
	})
	if err != nil {
		return err
	}
	s.Pages.Render(c, status, page)
	return nil
}

// joins is what is asked of the other person's case: a booking at the place of the appointment,
// or that what she has with the service already is moved there. Of a file that the caller does
// not see the answer is that there is none.
func (s *Place) joins(ctx context.Context, who care.Staff, of about, sent url.Values) (command catalogue.Command, err error) {
	number, key := strings.TrimSpace(sent.Get("number")), sent.Get("key")
	fault := func(rule string) error { return care.Refuse(care.Fault{Field: "number", Rule: rule}) }
	if number == "" {
		return command, fault(care.RuleRequired)
	}
	var theirs ledger.Case
	if len(number) >= 2 {
		found, err := s.Records.CaseFiles(ctx, who, ledger.CaseFilter{Search: number}, ledger.Paging{})
		if err != nil {
			return command, err
		}
		i := slices.IndexFunc(found.Items, func(f ledger.CaseFile) bool { return strings.EqualFold(f.Number, number) })
		if i < 0 {
			return command, fault(together.RuleNoFile)
		}
		if theirs, err = s.Records.CaseFile(ctx, who, found.Items[i].ID); err != nil {
			return command, err
		}
	}
	switch theirs.ID {
	case "":
		return command, fault(together.RuleNoFile)
	case of.a.CaseID:
		return command, fault(together.RuleTheirs)
	}
	ahead := slices.DeleteFunc(slices.Clone(theirs.Appointments), func(a ledger.Appointment) bool {
		return a.Service != of.a.Service || !a.Stands() || !s.Now().Before(a.At)
	})
	if slices.ContainsFunc(ahead, func(a ledger.Appointment) bool { return a.At.Equal(of.a.At) }) {
		return command, fault(together.RuleSameHour)
	}
	switch len(ahead) {
	case 0:
		booking := care.Booking{Service: care.Code(of.a.Service), Matter: care.Code(sent.Get("matter")), At: of.a.At}
		return catalogue.Book.Command(key, theirs.ID, catalogue.BookingForm{Booking: booking, Joins: of.a.ID}), nil
	case 1:
		return catalogue.MoveAppointment.Command(key, ahead[0].ID, agenda.Moving{At: of.a.At, By: agenda.TheService, Why: "other_cause", Was: &ahead[0].At, Joins: of.a.ID}).InRun(ahead[0].Run), nil
	}
	return command, fault(together.RuleSeveral)
}
