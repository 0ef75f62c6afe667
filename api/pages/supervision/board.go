package supervision

import (
	"cmp"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/message"
)

const boardURL = "/quadro"

// monday is the lists that a supervisor's «Oggi» leads to.
type monday struct{ *Place }

// boardPage says what a list of the board is called and has.
type boardPage struct {
	list                 board.List
	title, lead, nothing string
}

// boardPages are the lists of the board, by their names in an address.
func boardPages() map[string]boardPage {
	return map[string]boardPage{
		"date":  {board.Dated, message.Say("supervision_board.date.title"), message.Say("supervision_board.date.lead"), message.Say("supervision_board.date.nothing")},
		"nuove": {board.New, message.Say("supervision_board.new.title"), message.Say("supervision_board.new.lead"), message.Say("supervision_board.new.nothing")},
		"atti":  {board.Unmoved, message.Say("supervision_board.unmoved.title"), message.Say("supervision_board.unmoved.lead"), message.Say("supervision_board.unmoved.nothing")},
	}
}

// BoardList is a list of the supervisor's board.
type BoardList struct {
	web.Frame
	Lead, Nothing string
	Lines         []web.Line
	More          bool // there are more than these
}

// Template names the page's file.
func (BoardList) Template() *template.Template { return templates["board"] }

// onBoard is how many people a list of the board has at most: who is further down comes up
// as those above are seen to.
const onBoard = 100

// boardList shows one of the lists that are the board's alone.
func (s monday) boardList(c *gin.Context, who care.Staff) error {
	ctx := c.Request.Context()
	of, known := boardPages()[cmp.Or(c.Query("elenco"), "nuove")]
	if !known {
		return care.Refuse(care.Fault{Field: "query.elenco", Rule: care.RuleUnknownCode})
	}
	rules, err := s.Book.Rules(ctx, who.Zone)
	if err != nil {
		return err
	}
	lists, err := s.Records.Board(ctx, who, rules.Calendar.Location(), onBoard+1, of.list)
	if err != nil {
		return err
	}
	rows := lists[of.list]
	page := BoardList{Frame: s.Pages.Frame(c, of.title, "/"), Lead: of.lead, Nothing: of.nothing, More: len(rows) > onBoard}
	page.Back = &web.Link{URL: "/", Text: message.Say("supervision_board.today")}
	page.Lines = web.Each(rows[:min(len(rows), onBoard)], func(row board.Row) web.Line {
		return web.Line{URL: "/fascicoli/" + row.CaseID, Text: row.Person, State: present.OnBoard(rules.Policy, of.list, row, s.Now()), When: row.Number}
	})
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}
