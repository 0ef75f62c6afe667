package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/eligibility"
	"percorso/internal/intake"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/zone"
)

func (s *Place) mountEligibility(p access.Routes) {
	p.Get("/verifica-requisiti", s.newEligibility)
	p.Post("/verifica-requisiti", s.checkEligibility)
}

// eligibilityForm is what the form asks of a person, who is not named.
type eligibilityForm struct {
	birth, citizenship, permit, expiry string
	needs                              []string
}

func (s *Place) newEligibility(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	s.Pages.Render(c, http.StatusOK, s.eligibilityPage(c, who, rules, eligibilityForm{}, web.Form{Action: "/verifica-requisiti"}))
	return nil
}

// checkEligibility answers each gate on the page. It stores nothing, so that a
// repetition needs no key.
func (s *Place) checkEligibility(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	f := eligibilityForm{
		birth: c.PostForm("birth_date"), citizenship: c.PostForm("citizenship"), permit: c.PostForm("permit"),
		expiry: c.PostForm("permit_expiry"), needs: c.PostFormArray("needs"),
	}
	now := s.Now().In(rules.Calendar.Location())
	faults := care.Faults(act.Unreadable(c.Request.Context()))
	birth, yearOnly, ok := parts.BirthOf(f.birth)
	faults.Add(ok, "birth_date", correction.RuleBirth)
	expiry, ok := parts.ReadDate(f.expiry)
	faults.Add(ok, "permit_expiry", parts.RuleDate)
	facts := eligibility.PersonFacts{
		BirthDate: birth, YearOnly: yearOnly, Citizenship: f.citizenship, Permit: f.permit, RenewalAsked: f.permit == care.PermitRequested,
		Needs: rules.NeedAreas(f.needs),
	}
	if !expiry.IsZero() {
		facts.PermitExpiry = &expiry
	}
	faults = append(faults, intake.CheckFacts(rules.Policy, facts, f.needs, now)...)
	form := web.Form{Action: "/verifica-requisiti"}
	if len(faults) > 0 {
		status, err := s.Problems.RefusedForm(&form, care.Refuse(distinct(faults)...), caseField)
		if err != nil {
			return err
		}
		s.Pages.Render(c, status, s.eligibilityPage(c, who, rules, f, form))
		return nil
	}
	page := s.eligibilityPage(c, who, rules, f, form)
	open := 0
	for _, m := range rules.Matters {
		answer := eligibility.OfMatter(rules.Policy, m.Code, facts, now)
		page.Matters = append(page.Matters, gateOf(m.Name, answer))
		if answer.Allowed {
			open++
		}
	}
	for _, answer := range eligibility.Answers(facts, now) {
		gate := gateOf(italian.Gate(answer.Gate), answer)
		if answer.Gate == eligibility.GateLevel2 && !answer.Allowed && open > 0 {
			gate.Answer = web.Badge{Tone: "warning", Icon: "it-warning-circle", Text: message.Count("desk_check.only_for", open)}
		}
		page.Gates = append(page.Gates, gate)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

func gateOf(name string, a eligibility.GateAnswer) Gate {
	g := Gate{Name: name, Answer: web.Badge{Tone: "success", Icon: "it-check-circle", Text: message.Say("desk_check.yes")}}
	if !a.Allowed {
		g.Answer = web.Badge{Tone: "danger", Icon: "it-close-circle", Text: message.Say("desk_check.no")}
	}
	for _, r := range a.Refusals {
		g.Refusals = append(g.Refusals, italian.GateRefusal(r))
	}
	return g
}

func (s *Place) eligibilityPage(c *gin.Context, who care.Staff, rules *zone.Rules, f eligibilityForm, form web.Form) EligibilityCheck {
	page := EligibilityCheck{
		Frame: s.Pages.Frame(c, message.Say("desk.check"), "/sportello"), Form: form, BirthDate: f.birth, Countries: parts.CountryGroups(f.citizenship),
		Permits: present.PermitOptions(f.permit), PermitExpiry: f.expiry, Needs: present.NeedOptions(rules.Policy, f.needs),
		MayOpen: catalogue.Open.MayAsk(who.Role),
	}
	if catalogue.Contact.MayAsk(who.Role) {
		page.Back = &web.Link{URL: "/sportello", Text: message.Say("desk.title")}
	}
	return page
}
