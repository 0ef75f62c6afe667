package referrals

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/crossing"
	"percorso/internal/italian"
	words "percorso/internal/italian/given"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/sole"
)

// A referral to a partner takes two steps: to whom and for what, then what
// exactly would be sent. The first is a question that changes nothing, so that
// its answer is an address, of codes alone.

func (s *Place) mountSending(p access.Routes) {
	p.Get("/fascicoli/:id/"+catalogue.Refer.Slug, s.showRefer)
	p.Post("/fascicoli/:id/"+catalogue.Refer.Slug, s.refer)
}

// Parameters of the second step's address.
const (
	referTo  = "ente"
	referFor = "bisogno"
)

func (s *Place) showRefer(c *gin.Context, who care.Staff) error {
	agency, purpose := c.Query(referTo), c.Query(referFor)
	file, err := s.referable(c, who)
	if err != nil {
		return err
	}
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	asked := len(c.Request.URL.Query()) > 0
	var faults []web.FieldFault
	if asked && !slices.ContainsFunc(referees(rules.Policy, who, ""), func(o web.Option) bool { return o.Value == agency }) {
		faults = append(faults, web.FieldFault{Field: referTo, Label: message.Say("refer_form.partner"), Text: s.Problems.Words.Fault(care.Fault{Field: "ente", Rule: care.RuleRequired})})
	}
	if asked && len(rules.NeedAreas([]string{purpose})) == 0 {
		faults = append(faults, web.FieldFault{Field: referFor, Label: italian.Field("purpose"), Text: s.Problems.Words.Fault(care.Fault{Field: "purpose", Rule: care.RuleRequired})})
	}
	status := http.StatusUnprocessableEntity
	second := file.Standing(rules.Policy).Second(ledger.CaseRun(file.ID), care.Answer{Operation: care.OpRefer, Agency: care.Code(agency), Matter: care.Code(purpose)}, sole.ShownPermit{})
	if asked && len(faults) == 0 && second != nil {
		status = http.StatusConflict
		faults = append(faults, web.FieldFault{Field: referTo, Label: message.Say("refer_form.partner"), Text: s.Problems.Words.Rule(second.Faults[0].Rule)})
	}
	if asked && len(faults) == 0 {
		return s.referForm(c, who, http.StatusOK, web.NewForm("/fascicoli/"+file.ID+"/partner"), catalogue.ReferForm{Agency: agency, Purpose: purpose})
	}
	page := ReferChoice{
		Frame: s.Pages.Frame(c, italian.Operation(care.OpRefer), "/fascicoli"), Lead: italian.TextsOf(care.OpRefer).Intro, Form: web.Form{Action: c.Request.URL.Path, Faults: faults},
		Partners: referees(rules.Policy, who, agency), Purposes: present.NeedOptions(rules.Policy, []string{purpose}),
	}
	page.Back = &web.Link{URL: "/fascicoli/" + file.ID, Text: file.Person + ", " + file.Number}
	page.Nothing = len(page.Partners) == 0
	if len(faults) == 0 {
		status = http.StatusOK
	}
	s.Pages.Render(c, status, page)
	return nil
}

// referable reads the case file that a referral is of.
func (s *Place) referable(c *gin.Context, who care.Staff) (ledger.Case, error) {
	if !catalogue.Refer.MayAsk(who.Role) {
		return ledger.Case{}, ledger.ErrForbidden
	}
	file, err := s.Records.CaseFile(c.Request.Context(), who, c.Param("id"))
	if err == nil && c.Request.Method == http.MethodGet && !catalogue.Refer.Offered(file) {
		err = file.NotNow(care.OpRefer)
	}
	return file, err
}

// referees are the agencies that a person may be referred to: all that answer
// but the caller's own, and the employment centre, which has a path of its own.
func referees(p care.Policy, who care.Staff, chosen string) []web.Option {
	var list []web.Option
	for _, a := range p.Agencies {
		if !a.Reachable() || a.Kind == care.KindCPI || a.Code == who.Agency {
			continue
		}
		o := web.Option{Value: a.Code, Text: a.Name, Chosen: a.Code == chosen}
		var names []string
		for _, partner := range p.Partners {
			if partner.Agency == a.Code && partner.Name != a.Name {
				names = append(names, partner.Name)
			}
		}
		if len(names) > 0 {
			o.Text += " (" + strings.Join(names, ", ") + ")"
		}
		if a.ByLink() {
			o.Hint = message.Say("refer_form.by_link")
		}
		list = append(list, o)
	}
	return list
}

// refer sends the person to a partner. Where the data are no longer those that
// were shown, the page comes back with the new ones.
func (s *Place) refer(c *gin.Context, who care.Staff) error {
	id := c.Param("id")
	form := catalogue.ReferForm{
		Agency: c.PostForm("agency"), Purpose: c.PostForm("purpose"), Notice: c.PostForm("notice_given") != "", Seen: c.PostForm("seen"), Consent: c.PostForm("consent") != "", Note: web.Typed(c, "note"),
	}
	cmd, err := s.Door.Do(c.Request.Context(), who, catalogue.Refer.Command(c.PostForm("key"), id, form))
	if err == nil {
		return s.Pages.Done(c, cmd, "/fascicoli/"+id, italian.TextsOf(care.OpRefer).Done)
	}
	again := web.NewForm("/fascicoli/" + id + "/partner")
	status, err := s.Problems.RefusedForm(&again, err, func(path string) (string, string) {
		if path == "agency" || path == "purpose" {
			return "dati", italian.Field(path)
		}
		return path, italian.Field(path)
	})
	if err != nil {
		return err
	}
	return s.referForm(c, who, status, again, form)
}

// referForm is the second step, with what was typed.
func (s *Place) referForm(c *gin.Context, who care.Staff, status int, form web.Form, typed catalogue.ReferForm) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.referable(c, who)
	if err != nil {
		return err
	}
	given, err := s.Records.Disclosure(ctx, who, id, typed.Agency, typed.Purpose)
	if err != nil {
		return err
	}
	name := present.AgencyName(rules.Policy, typed.Agency)
	page := ReferForm{
		Frame: s.Pages.Frame(c, message.Say("refer_form.title", "Agency", name), "/fascicoli"), Form: form, Agency: typed.Agency, Purpose: typed.Purpose, Seen: given.Digest,
		Lead:    words.Of(catalogue.ToPartner).Hint,
		Changed: slices.ContainsFunc(form.Faults, func(f web.FieldFault) bool { return f.Field == "seen" }),
		Given: parts.Given{
			Title: words.Of(catalogue.ToPartner).Title + ": " + name, Terms: present.DisclosedTerms(rules.Policy, given.Snapshot),
			Purpose: italian.ReferralPurpose(rules.Policy, typed.Purpose), Ground: italian.Upper(italian.LegalBasis(given.LegalBasis)),
		},
		Note: typed.Note,
	}
	if typed.Notice {
		page.NoticeGiven = "1"
	}
	agency, _ := rules.Agency(typed.Agency)
	page.Act = italian.Upper(present.ActEnd(agency, s.Now()))
	if page.Strip, err = parts.StripOfFile(ctx, s.Records, who, rules.Policy, file, s.Now()); err != nil {
		return err
	}
	page.Back = &web.Link{URL: "/fascicoli/" + id + "/partner", Text: message.Say("refer_form.back")}
	switch {
	case given.LegalBasis != care.Consent:
	case given.Consent:
		page.Consent, page.ConsentWhen = consentShown(file, crossing.Consent{Agency: typed.Agency, Purpose: typed.Purpose})
	default:
		page.AsksConsent, page.ConsentLabel = true, message.Say("refer_form.consent_label", "Agency", name)
		if typed.Consent {
			page.Agreed = "1"
		}
	}
	s.Pages.Render(c, status, page)
	return nil
}

// consentShown says that a consent is in force, and since when.
func consentShown(file ledger.Case, said crossing.Consent) (badge *web.Badge, when string) {
	c := ledger.Consent{Consent: said}
	if i := slices.IndexFunc(file.Consents, func(c ledger.Consent) bool { return c.Consent == said && c.Withdrawn == nil }); i >= 0 {
		c = file.Consents[i]
	}
	shown, since := present.ConsentOf(c)
	return &shown, message.Say("refer_form.consent_since", "Since", since)
}
