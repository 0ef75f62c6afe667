package readers

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/act"
	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

const (
	// longestNumber is above what any zone numbers its cases by.
	longestNumber = 40
	// ruleUntold says that nothing is told of the number: that there is no such case, or that
	// its person is protected, is answered alike.
	ruleUntold = "reads_untold"
)

// start shows the form that asks for a number.
func (s *Place) start(c *gin.Context, who care.Staff) error {
	if who.Role != care.PrivacyOfficer {
		return ledger.ErrForbidden
	}
	s.Pages.Render(c, http.StatusOK, s.searchPage(c, who, "", web.Form{Action: path}))
	return nil
}

// find leads to who read the case of a number. The number is sent and not asked for in
// an address, as everything that is looked for.
func (s *Place) find(c *gin.Context, who care.Staff) error {
	if who.Role != care.PrivacyOfficer {
		return ledger.ErrForbidden
	}
	number := c.PostForm("number")
	wanted := strings.ToUpper(strings.TrimSpace(number))
	faults := care.Faults(act.Unreadable(c.Request.Context()))
	faults.Add(wanted != "", "number", care.RuleRequired)
	faults.Add(len(wanted) <= longestNumber, "number", care.RuleTooLong)
	if act.Held(c.Request.Context()) { // shown again as it was typed
		s.Pages.Render(c, http.StatusOK, s.searchPage(c, who, number, web.Form{Action: path}))
		return nil
	}
	id, err := "", error(nil)
	if len(faults) == 0 {
		id, err = s.Records.FindReadCase(c.Request.Context(), who, wanted)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		faults.Add(false, "number", ruleUntold)
	} else if err != nil {
		return err
	}
	if len(faults) > 0 {
		form := web.Form{Action: path}
		status, err := s.Problems.RefusedForm(&form, care.Refuse(faults...), func(field string) (string, string) { return field, message.Say("readers.number") })
		if err != nil {
			return err
		}
		s.Pages.Render(c, status, s.searchPage(c, who, number, form))
		return nil
	}
	c.Redirect(http.StatusSeeOther, path+"/"+id)
	return nil
}

func (s *Place) searchPage(c *gin.Context, who care.Staff, number string, form web.Form) Search {
	return Search{Frame: s.Pages.Frame(c, message.Say("readers.title"), path), Form: form, Number: number, Example: ledger.CaseNumber(who.Zone, s.Now().Year(), 12)}
}

// readers shows who read a case file, by day.
func (s *Place) readers(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	before := s.Now().In(rules.Calendar.Location()).AddDate(0, 0, 1)
	if asked := c.Query("prima"); asked != "" {
		if before, err = time.Parse(time.DateOnly, asked); err != nil {
			return care.Refuse(care.Fault{Field: "query.prima", Rule: parts.RuleDate})
		}
	}
	told, err := s.Records.Readers(c.Request.Context(), who, c.Param("id"), before)
	if err != nil {
		return err
	}
	page := Readers{Frame: s.Pages.Frame(c, message.Say("readers.of_case", "Number", told.Number), path)}
	page.Back = &web.Link{URL: path, Text: message.Say("readers.title")}
	if told.HandedAt != nil {
		page.Handed = italian.Moment(*told.HandedAt)
	}
	if told.Before != nil {
		page.More = web.NextPage(c.Request.URL, "prima", told.Before.Time().Format(time.DateOnly))
	}
	for _, line := range told.Lines {
		day := italian.Upper(italian.Day(line.Day))
		if n := len(page.Days); n == 0 || page.Days[n-1].Name != day {
			page.Days = append(page.Days, Day{Name: day})
		}
		of := &page.Days[len(page.Days)-1]
		of.Lines = append(of.Lines, lineOf(rules.Policy, line))
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// lineOf says as whom somebody read, what, and what for. Nobody is named.
func lineOf(p care.Policy, r ledger.DaysReading) Line {
	line := Line{Who: whose(p, r), Did: italian.Upper(italian.Reading(r.Action))}
	if r.Purpose != "" {
		line.Purpose = message.Say("readers.purpose", "Purpose", italian.ReadingPurpose(r.Purpose))
	}
	if r.Times > 1 {
		line.Times = message.Count("readers.times", r.Times)
	}
	return line
}

func whose(p care.Policy, r ledger.DaysReading) string {
	agency := message.Say("readers.other_zone", "Zone", r.ByZone)
	if r.ByZone == p.Zone {
		agency = present.AgencyName(p, r.ByAgency)
	}
	switch {
	case r.ByRole == "":
		return message.Say("readers.by_link", "Agency", italian.Upper(agency))
	case agency == "":
		return italian.Upper(italian.Role(r.ByRole))
	}
	return italian.Upper(italian.Role(r.ByRole)) + ", " + agency
}
