package calls

import (
	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/expected"
	"percorso/internal/italian"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// addDisplaced adds those who are to be told of another hour, since nobody is received at theirs
// any more; where there is nobody the list is not there.
func (s *Place) addDisplaced(c *gin.Context, who care.Staff, rules *zone.Rules, page *Page) error {
	list, err := s.Records.Displaced(c.Request.Context(), who)
	if err != nil || len(list) == 0 {
		return err
	}
	page.Lists = append(page.Lists, List{
		ID: "spostare", Title: message.Say("calls_displaced.title"), Lead: message.Say("calls_displaced.lead"),
		Items: web.Each(list, func(v expected.Visit) Item {
			i := Item{
				When: message.Say("calls.at", "Day", italian.Upper(italian.Day(v.At)), "Hour", italian.Hour(v.At)), Person: v.Person, Change: "/appuntamenti/" + v.ID,
				Facts: []string{present.ServiceName(rules.Policy, v.Service), message.Say("calls.case", "Number", v.CaseNumber)}, Languages: present.Languages(v.Languages), Reached: reached.Proposed(v.Reached()),
			}
			if care.ReadsCases(who, rules.Policy) {
				i.URL = "/fascicoli/" + v.CaseID
			}
			return i
		}),
	})
	return nil
}
