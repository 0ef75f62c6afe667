package supervision

import (
	"encoding/csv"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/message"
)

const causesURL = boardURL + "/cause"

// Causes says why cases are stuck, how many for each reason, and for how long what waits for an
// agency has done so.
type Causes struct {
	web.Frame
	Lines []web.Line
	Bands []string
	Ages  []AgeRow
	CSV   string // address of the same table as a file
	More  bool   // there are more than were counted
}

// Template names the page's file.
func (Causes) Template() *template.Template { return templates["causes"] }

// AgeRow is what waits for a role of an agency.
type AgeRow struct {
	Who    string
	Cases  int
	Counts []string // by band; none: too few to tell
}

// causes shows why cases are stuck now; or who they are, for one reason.
func (s monday) causes(c *gin.Context, who care.Staff) error {
	if of := board.Cause(c.Query("per")); of != "" {
		return s.heldBy(c, who, of)
	}
	ctx := c.Request.Context()
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	held, more, err := s.Records.Held(ctx, who)
	if err != nil {
		return err
	}
	colleagues, err := s.Records.Colleagues(ctx, who)
	if err != nil {
		return err
	}
	page := Causes{Frame: s.Pages.Frame(c, message.Say("supervision_causes.title"), stuckURL), More: more, CSV: causesURL + "?formato=csv"}
	page.Back = &web.Link{URL: stuckURL, Text: message.Say("supervision_stuck.title")}
	page.Lines = web.Each(board.Causes(held), func(n board.Counted) web.Line {
		return web.Line{URL: causesURL + "?" + url.Values{"per": {string(n.Cause)}}.Encode(), Text: present.Cause(rules.Policy, n)}
	})
	from := 0
	for _, most := range board.Bands {
		page.Bands, from = append(page.Bands, message.Say("supervision_causes.band", "From", from, "To", most)), most+1
	}
	page.Bands = append(page.Bands, message.Say("supervision_causes.last_band", "From", from))
	for _, age := range board.Ages(held, rules.Calendar, s.Now(), func(role care.Role, agency string) (n int) {
		for _, o := range colleagues {
			if o.Role == role && o.Agency == agency {
				n++
			}
		}
		return n
	}) {
		row := AgeRow{Who: present.AgencyName(rules.Policy, age.Agency), Cases: age.Cases, Counts: web.Each(age.Bands, strconv.Itoa)}
		if age.Role != "" {
			row.Who += ", " + italian.Role(age.Role)
		}
		page.Ages = append(page.Ages, row)
	}
	if c.Query("formato") == "csv" {
		return page.file(c)
	}
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// file sends the table as a file for a spreadsheet.
func (p Causes) file(c *gin.Context) error {
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="percorsi-fermi.csv"`)
	file := csv.NewWriter(c.Writer)
	rows := [][]string{append([]string{message.Say("supervision_stuck.whose"), message.Say("supervision_causes.cases")}, p.Bands...)}
	for _, row := range p.Ages {
		line := append([]string{row.Who, strconv.Itoa(row.Cases)}, row.Counts...)
		for len(line) < len(rows[0]) {
			line = append(line, "")
		}
		rows = append(rows, line)
	}
	return file.WriteAll(rows)
}

// heldBy shows whose cases are stuck for one reason.
func (s monday) heldBy(c *gin.Context, who care.Staff, of board.Cause) error {
	ctx := c.Request.Context()
	if !of.Known() {
		return care.Refuse(care.Fault{Field: "query.per", Rule: care.RuleUnknownCode})
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	rows, err := s.Records.HeldBy(ctx, who, of, onBoard+1)
	if err != nil {
		return err
	}
	page := BoardList{Frame: s.Pages.Frame(c, message.Say("supervision_causes.held_by", "Cause", present.WhyHeld(rules.Policy, of)), stuckURL), Nothing: message.Say("supervision_causes.nobody_held"), More: len(rows) > onBoard}
	page.Back = &web.Link{URL: causesURL, Text: message.Say("supervision_causes.title")}
	page.Lead = message.Say("supervision_causes.order")
	page.Lines = web.Each(rows[:min(len(rows), onBoard)], func(row board.Row) web.Line {
		line := web.Line{URL: "/fascicoli/" + row.CaseID, Text: row.Person, State: message.Say("supervision_causes.since", "Time", italian.Brief(row.At, s.Now())), When: row.Number}
		if row.Code != "" {
			line.State = italian.TaskKind(care.TaskKind(row.Code)) + ", " + italian.Lower(line.State)
		}
		return line
	})
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
