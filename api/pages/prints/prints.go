package prints

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/access"
	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/pages/parts/reached"
	"percorso/api/pages/parts/writing"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/health"
	"percorso/internal/homevisit"
	"percorso/internal/italian"
	"percorso/internal/italian/article"
	"percorso/internal/italian/known"
	"percorso/internal/italian/paper"
	"percorso/internal/italian/visiting"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/together"
	"percorso/internal/zone"
)

// Mount registers the pages.
func (s *Place) Mount(p access.Routes) {
	p.Get("/fascicoli/:id/stampa", s.summary)
	p.Get("/fascicoli/:id/progetto/stampa", s.plan)
	p.Get("/segnalazioni/:id/stampa", s.referral)
	p.Get("/appuntamenti/stampa", s.day)
}

// sheet is a page on paper, with who made it and when.
func (s *Place) sheet(c *gin.Context, title, place string, back web.Link) Paper {
	page := Paper{Frame: s.Pages.Frame(c, title, place), Printed: paper.Moment(s.Now())}
	page.Back = &back
	return page
}

// recordsShown is how many of the last things that were written a summary has.
const recordsShown = 10

// summary is a case on one or two sheets: what its pages show the reader.
func (s *Place) summary(c *gin.Context, who care.Staff) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	file, err := s.Records.CaseFile(ctx, who, id)
	if err != nil {
		return err
	}
	plans, err := s.Records.Plans(ctx, who, id)
	if err != nil {
		return err
	}
	records, err := s.Records.WrittenIn(ctx, who, id, "", ledger.Paging{Limit: recordsShown})
	if err != nil {
		return err
	}
	if err := s.Records.Printed(ctx, who, ledger.PrintCase, id); err != nil {
		return err
	}
	page := s.sheet(c, message.Say("prints.summary"), "/fascicoli", web.Link{URL: "/fascicoli/" + id, Text: file.Person + ", " + file.Number})
	page.About, page.Before = message.Say("case_pages.person_and_case", "Person", file.Person, "Number", file.Number), known.AllBarred(file.PersonData.Linked)
	if file.Protection != nil {
		page.Before = append([]string{message.Say("prints.protected")}, page.Before...)
	}
	page.Parts = append(page.Parts, Part{Name: message.Say("prints.person"), Terms: personTerms(rules.Policy, file)}, Part{Name: message.Say("case_pages.stands"), Text: standing(rules, file, s.Now())})
	if current := decided.CurrentPlan(plans); current != nil {
		page.Parts = append(page.Parts, planPart(rules.Policy, *current))
	}
	page.Parts = append(page.Parts, appointmentsPart(rules.Policy, file.Appointments), referralsPart(rules.Policy, file.Referrals))
	last := Part{Name: message.Say("prints.last_written")}
	for _, r := range records.Items {
		shown := writing.Of(rules.Policy, id, r)
		last.Entries = append(last.Entries, Entry{Title: shown.Title, By: shown.By, Terms: shown.Fields})
	}
	page.Parts = append(page.Parts, last)
	s.render(c, page)
	return nil
}

// render leaves out the parts that have nothing.
func (s *Place) render(c *gin.Context, page Paper) {
	page.Parts = slices.DeleteFunc(page.Parts, func(p Part) bool {
		return len(p.Text)+len(p.Terms)+len(p.Entries)+len(p.Signs)+p.Blank == 0 && p.Table == nil
	})
	s.Pages.Render(c, http.StatusOK, page)
}

// personTerms are who the person is and how they are reached.
func personTerms(p care.Policy, file ledger.Case) []web.Term {
	person := file.PersonData
	terms := []web.Term{
		{Name: italian.Field("birth_date"), Value: parts.Born(person)}, {Name: italian.Field("citizenship"), Value: parts.CitizenOf(person)},
		{Name: italian.Field("languages"), Value: cmp.Or(present.Languages(person.Languages), message.Say("prints.no_languages"))}, {Name: italian.Field("permit"), Value: present.Permit(person)},
		{Name: italian.Field("needs"), Value: cmp.Or(strings.Join(web.Each(p.NeedAreas(file.Needs), func(n care.NeedArea) string { return n.Name }), ", "), message.Say("prints.nobody"))},
	}
	for _, line := range reachedLines(person) {
		terms = append(terms, web.Term{Name: message.Say("prints.how_to_reach"), Value: line})
	}
	for _, l := range file.Leads {
		if l.Until == nil {
			terms = append(terms, web.Term{Name: message.Say("prints.lead", "Agency", present.AgencyName(p, l.Agency)), Value: l.Name})
		}
	}
	return terms
}

// reachedLines say how a person is reached: what may be done before the number, and no
// number that must not be called.
func reachedLines(p ledger.Person) []string {
	return web.Each(reached.Proposed(p), func(r reached.Shown) string {
		return strings.Join(slices.DeleteFunc([]string{r.Name, r.Terms, r.Value}, func(part string) bool { return part == "" }), ": ")
	})
}

// standing says what a case waits for.
func standing(rules *zone.Rules, file ledger.Case, now time.Time) (lines []string) {
	if file.SuspendedUntil != nil && file.Closed == nil {
		lines = append(lines, message.Say("prints.suspended_until", "Day", italian.Day(*file.SuspendedUntil)))
		if file.Waiting.Health == health.Planned {
			return lines // which says it
		}
	}
	if said := present.CaseSentence(rules, file.CaseFile, now); said != "" {
		lines = append(lines, paper.WrittenOut(said))
	}
	for _, said := range []string{present.LastInterpreted(file), present.ToRepeat(file)} {
		if said != "" {
			lines = append(lines, said)
		}
	}
	return lines
}

// planPart is a version of a plan, a goal an entry.
func planPart(p care.Policy, plan ledger.Plan) Part {
	shown := decided.PlanVersionOf(p, plan, nil)
	part := Part{Name: message.Say("case_pages.plan"), Text: []string{shown.Name + ": " + lower(shown.State.Text) + ", " + shown.When}}
	for _, g := range shown.Goals {
		goal := Entry{Title: g.Name, Text: g.Text}
		for _, a := range g.Actions {
			line := []string{a.Text, a.Agency, a.Until, a.Sent, lower(a.State.Text), a.Note}
			goal.Lines = append(goal.Lines, strings.Join(slices.DeleteFunc(line, func(said string) bool { return said == "" }), " · "))
		}
		part.Entries = append(part.Entries, goal)
	}
	return part
}

// lower begins a text with a small letter, as inside of a sentence.
func lower(text string) string { return strings.ToLower(text) }

func appointmentsPart(p care.Policy, list []ledger.Appointment) Part {
	part := Part{Name: message.Say("prints.appointments")}
	for _, a := range list {
		entry := Entry{Title: italian.Upper(paper.Moment(a.At)), Text: present.ServiceName(p, a.Service), By: present.HowAppointmentStands(a)}
		if a.Matter != "" {
			entry.Text += ": " + present.NameIn(p.Matters, a.Matter)
		}
		part.Entries = append(part.Entries, entry)
	}
	return part
}

func referralsPart(p care.Policy, list []ledger.Referral) Part {
	part := Part{Name: message.Say("prints.referrals")}
	for _, r := range list {
		part.Entries = append(part.Entries, Entry{Title: italian.Upper(article.To(present.AgencyName(p, r.ToAgency))), By: message.Say("prints.referral_sent", "State", italian.Upper(italian.ReferralState(r.State)), "Day", italian.Dated("", r.Requested.In(italian.Rome)))})
	}
	return part
}

// commitments is how many lines the person has for what they take on themselves.
const commitments = 4

// plan is the version that counts, with what the person takes on and who signs.
func (s *Place) plan(c *gin.Context, who care.Staff) error {
	ctx, id := c.Request.Context(), c.Param("id")
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	plans, err := s.Records.Plans(ctx, who, id)
	if err != nil {
		return err
	}
	current := decided.CurrentPlan(plans)
	if current == nil {
		return ledger.ErrNotFound
	}
	page := s.sheet(c, message.Say("case_pages.plan"), "/fascicoli", web.Link{URL: "/fascicoli/" + id + "/progetto", Text: message.Say("case_pages.plan")})
	person := message.Say("prints.person_signs")
	var signers []string
	if care.ReadsCases(who, rules.Policy) {
		file, err := s.Records.CaseFile(ctx, who, id)
		if err != nil {
			return err
		}
		page.About, page.Before, person = message.Say("case_pages.person_and_case", "Person", file.Person, "Number", file.Number), known.AllBarred(file.PersonData.Linked), file.Person
		signers = kin.Signers(file.PersonData.Linked)
	}
	signs, err := s.seats(c, who, rules.Policy, *current)
	if err != nil {
		return err
	}
	if err := s.Records.Printed(ctx, who, ledger.PrintPlan, id); err != nil {
		return err
	}
	page.Parts = []Part{planPart(rules.Policy, *current), {Name: message.Say("prints.commitments"), Text: []string{message.Say("prints.commitments_hint")}, Blank: commitments},
		{Name: message.Say("prints.signatures"), Signs: append(signs, append([]Sign{{Who: person}}, web.Each(signers, func(name string) Sign { return Sign{Who: message.Say("prints.for_person", "Name", name)} })...)...)}}
	s.render(c, page)
	return nil
}

// seats are the members of the équipe that made a plan, with what they signed; to who does
// not read the équipe, the agencies that have a part in the plan.
func (s *Place) seats(c *gin.Context, who care.Staff, p care.Policy, plan ledger.Plan) (signs []Sign, err error) {
	equipe, err := s.Records.Equipe(c.Request.Context(), who, plan.Run)
	if errors.Is(err, ledger.ErrNotFound) {
		return web.Each(plan.Agencies, func(code string) Sign { return Sign{Who: present.AgencyName(p, code)} }), nil
	}
	if err != nil {
		return nil, err
	}
	for _, seat := range equipe.Seats {
		if seat.State == care.SeatReplaced || seat.State == care.SeatWaived {
			continue
		}
		sign := Sign{Who: italian.Upper(italian.Role(seat.Role)) + " (" + present.AgencyName(p, seat.Agency) + ")"}
		if seat.Member != "" {
			sign.Who = seat.Member + ", " + italian.Role(seat.Role) + " (" + present.AgencyName(p, seat.Agency) + ")"
		}
		if seat.Signature != "" && seat.SignatureAt != nil {
			sign.Said = message.Say("prints.signed", "Signature", italian.Upper(italian.Signature(seat.Signature)), "Day", italian.Day(*seat.SignatureAt))
		}
		signs = append(signs, sign)
	}
	return signs, nil
}

// referral is what crossed, to whom, by when, and whom to call.
func (s *Place) referral(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	r, err := s.Records.Referral(ctx, who, c.Param("id"))
	if err != nil {
		return err
	}
	if err := s.Records.Printed(ctx, who, ledger.PrintReferral, r.CaseID); err != nil {
		return err
	}
	page := s.sheet(c, message.Say("prints.referral_to", "Agency", article.To(present.AgencyName(rules.Policy, r.ToAgency))), "/segnalazioni", web.Link{URL: "/segnalazioni/" + r.ID, Text: message.Say("case_pages.referral")})
	if person, ok := present.SnapshotOf(r); ok {
		page.About = person.GivenName + " " + person.FamilyName
	}
	about := append(present.ReferralTerms(rules.Policy, r), web.Term{Name: message.Say("case_pages.stands"), Value: italian.Upper(italian.ReferralState(r.State))})
	if r.Due != nil && !r.Answered && !r.State.Answered() {
		about = append(about, web.Term{Name: message.Say("prints.answer_until"), Value: paper.Moment(*r.Due)})
	}
	page.Parts = []Part{{Name: message.Say("case_pages.who_sent_and_why"), Terms: about}}
	if r.Note != "" {
		page.Parts = append(page.Parts, Part{Name: message.Say("case_pages.last_note"), Entries: []Entry{{Text: r.Note}}})
	}
	page.Parts = append(page.Parts, Part{Name: message.Say("prints.data_given"), Terms: present.GivenTerms(rules.Policy, r)})
	if page.About == "" {
		page.Before = []string{present.Unseen()}
	}
	s.render(c, page)
	return nil
}

// day is the list of a day of the agenda; for the door, times, numbers and services alone.
func (s *Place) day(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	there := rules.Calendar.Location()
	now := s.Now().In(there)
	day, door, service := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, there), c.Query("porta") == "1", c.Query("servizio")
	var faults care.Faults
	asked, ok := parts.ReadDate(c.Query("giorno"))
	faults.Add(ok, "query.giorno", parts.RuleDate)
	if ok && !asked.IsZero() {
		day = time.Date(asked.Year(), asked.Month(), asked.Day(), 0, 0, 0, 0, there)
		faults.Dates([]care.Dated{{Field: "query.giorno", Meaning: care.ListBound, At: &day}}, now)
	}
	if service != "" {
		_, known := rules.Service(service)
		faults.Add(known, "query.servizio", care.RuleService)
	}
	if len(faults) > 0 {
		return care.Refuse(faults...)
	}
	list, err := s.Records.DayOf(ctx, who, day, day.AddDate(0, 0, 1), service, door)
	if err != nil {
		return err
	}
	here := "/appuntamenti/stampa?giorno=" + day.Format(time.DateOnly)
	back := "/appuntamenti?dal=" + day.Format(time.DateOnly)
	if service != "" {
		here, back = here+"&servizio="+service, back+"&servizio="+service
	}
	page := s.sheet(c, message.Say("prints.appointments_of", "Day", italian.Day(day)), "/appuntamenti", web.Link{URL: back, Text: message.Say("prints.appointments")})
	page.Other = &web.Link{URL: here + "&porta=1", Text: message.Say("prints.for_the_door")}
	if door {
		page.Other = &web.Link{URL: here, Text: message.Say("prints.for_the_desk")}
	}
	if service != "" {
		page.About = present.ServiceName(rules.Policy, service)
	}
	ids := web.Each(list, func(v expected.Visit) string { return v.ID })
	given, err := s.Records.Beyond(ctx, who, ids)
	if err != nil {
		return err
	}
	var visits []homevisit.Visit
	if !door {
		if visits, err = s.Visits.VisitsOf(ctx, who, ids); err != nil {
			return err
		}
	}
	with, err := s.Together.Participants(ctx, who, ids)
	if err != nil {
		return err
	}
	page.Parts = []Part{{Name: message.Say("prints.expected"), Table: tableOf(rules, list, given, visits, with, door, now)}}
	if len(list) == 0 {
		page.Parts = []Part{{Name: message.Say("prints.expected"), Text: []string{message.Say("prints.no_appointment")}}}
	}
	s.render(c, page)
	return nil
}

// tableOf lists the appointments of a day.
func tableOf(rules *zone.Rules, list []expected.Visit, given []agenda.Given, visits []homevisit.Visit, with []together.Participant, door bool, now time.Time) *Table {
	table := &Table{Heads: []string{message.Say("prints.head_hour"), message.Say("prints.head_number"), message.Say("prints.head_service")}}
	if !door {
		table.Heads = []string{message.Say("prints.head_hour"), message.Say("prints.head_number"), message.Say("prints.head_person"), message.Say("prints.head_language"), message.Say("prints.head_mediator"), message.Say("prints.head_contact"), message.Say("prints.head_service")}
	}
	for _, v := range list {
		row := Row{Head: italian.Hour(v.At), Cells: [][]string{{present.ServiceName(rules.Policy, v.Service)}}}
		if !door {
			if beyond := present.Beyond(given, v.ID); beyond != "" {
				row.Cells[0] = append(row.Cells[0], beyond)
			}
			if visit := visiting.Of(visits, v.ID, now); visit != "" {
				row.Cells[0] = append(row.Cells[0], visit)
			}
			if others := present.With(rules.Policy, with, v.ID); others != "" {
				row.Cells[0] = append(row.Cells[0], others)
			}
			row.Cells = append(visitCells(rules, v), row.Cells...)
		}
		row.Cells = append([][]string{{expected.Number(v.ID)}}, row.Cells...)
		table.Rows = append(table.Rows, row)
	}
	return table
}

// visitCells are who comes, how they are spoken to, and how they are reached.
func visitCells(rules *zone.Rules, v expected.Visit) [][]string {
	if v.Person == "" {
		return [][]string{{message.Say("case_pages.case_number", "Number", v.CaseNumber), present.Unseen()}, nil, nil, nil}
	}
	means, language := expected.Understood(rules.Desk, v.Languages, v.At.In(rules.Calendar.Location()))
	understood := []string{paper.Understood(means, language)}
	if mediator := present.MediatorOf(v.Appointment); mediator != "" {
		understood = append(understood, mediator)
	}
	return [][]string{{v.Person, message.Say("case_pages.case_number", "Number", v.CaseNumber)}, {present.Languages(v.Languages)}, understood, reachedLines(v.Reached())}
}
