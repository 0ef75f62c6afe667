package calls

import (
	"slices"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/italian"
	"percorso/internal/italian/queued"
	"percorso/internal/message"
	"percorso/internal/waitlist"
	"percorso/internal/zone"
)

// freed is where it is said what came of a call about a place that has become free.
const freed, section = "/posti-liberati", "posti"

// booked is the outcome that books the place.
const booked = "prenota"

// addWaiting adds those who wait, and are to be told of a place or asked whether they still do.
func (s *Place) addWaiting(c *gin.Context, who care.Staff, rules *zone.Rules, page *Page) error {
	if !waitlist.MayCall(who) {
		return nil
	}
	list, err := s.Waiting.ToTell(c.Request.Context(), who)
	if err != nil {
		return err
	}
	page.Lists = append(page.Lists, List{
		ID: section, Title: message.Say("calls_freed.title"), Nothing: message.Say("calls_freed.none"),
		Lead:  message.Say("calls_freed.lead"),
		Items: web.Each(list, func(w waitlist.Call) Item { return s.waits(who, rules, w) }),
	})
	return nil
}

// waits is somebody who waits for a place.
func (s *Place) waits(who care.Staff, rules *zone.Rules, w waitlist.Call) Item {
	i := Item{
		When: message.Say("calls_freed.by"), Person: w.Person, Facts: []string{present.ServiceName(rules.Policy, w.Service)}, Languages: present.Languages(w.Languages), Reached: reached.Proposed(w.Reached()),
	}
	if w.Matter != "" {
		i.Facts = append(i.Facts, present.NameIn(rules.Matters, w.Matter))
	}
	if wish := queued.Wish(w.Wish); wish != "" {
		i.Facts = append(i.Facts, italian.Upper(wish))
	}
	i.Facts = append(i.Facts, message.Say("calls.case", "Number", w.Number))
	if care.ReadsCases(who, rules.Policy) {
		i.URL = "/fascicoli/" + w.CaseID
	}
	if w.Offer == "" || w.Offered == nil || w.EndsAt == nil {
		i.Warnings, i.Said = []string{queued.TooLate()}, "/liste-attesa/"+w.ID
		i.Outcomes = []web.Option{{Value: "resta", Text: message.Say("calls_freed.waits_on")}, {Value: "esce", Text: message.Say("calls_freed.leaves")}}
		return i
	}
	i.When, i.Said, i.Form = queued.Free(*w.Offered), freed+"/"+w.Offer, web.NewForm(freed+"/"+w.Offer)
	i.Warnings = []string{queued.Kept(*w.EndsAt, s.Now())}
	if w.ByItself() {
		i.Outcomes = []web.Option{{Value: booked, Text: message.Say("calls_freed.books")}}
	} else {
		i.Warnings = append(i.Warnings, message.Say("calls_freed.book_in_orientation"))
	}
	i.Outcomes = append(i.Outcomes, []web.Option{
		{Value: string(waitlist.Unreached), Text: message.Say("calls.no_answer")}, {Value: string(waitlist.Declined), Text: message.Say("calls_freed.declines")}, {Value: string(waitlist.Leaves), Text: message.Say("calls_freed.leaves")},
	}...)
	return i
}

// told keeps what came of a call, or books the place.
func (s *Place) told(c *gin.Context, who care.Staff) error {
	ctx, id, outcome := c.Request.Context(), c.Param("id"), web.Typed(c, "esito")
	if faults := act.Unreadable(ctx); len(faults) > 0 {
		return care.Refuse(faults...)
	}
	var err error
	switch {
	case outcome == booked:
		var caseID string
		var place care.Booking
		if caseID, place, err = s.Waiting.Offer(ctx, who, id); err == nil {
			cmd, refused := s.Door.Do(ctx, who, catalogue.Book.Command(c.PostForm("key"), caseID, catalogue.BookingForm{Booking: place}))
			if refused == nil {
				return s.Pages.Done(c, cmd, path, message.Say("calls_freed.booked"))
			}
			err = refused
		}
	case slices.Contains(waitlist.Outcomes, waitlist.Outcome(outcome)):
		err = s.Waiting.Said(ctx, who, id, waitlist.Outcome(outcome))
	default:
		err = care.Refuse(care.Fault{Field: "esito", Rule: care.RuleUnknownCode})
	}
	if err != nil {
		form := web.NewForm(path)
		status, err := s.Problems.RefusedForm(&form, err, func(string) (string, string) { return section, message.Say("calls_freed.naming") })
		if err != nil {
			return err
		}
		return s.show(c, who, form, status)
	}
	return s.Pages.Leave(c, path, message.Of("calls_outcome", waitlist.Outcome(outcome)))
}
