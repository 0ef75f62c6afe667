package plan

import (
	"embed"
	"html/template"

	"percorso/api/pages/parts"
	"percorso/api/pages/parts/decided"
	"percorso/api/web"
)

//go:embed *.html
var files embed.FS

var templates = web.Parse(files, parts.Pieces())

// PlanPage is the plan of a person: the version that counts now, and all that
// came before it.
type PlanPage struct {
	web.Frame
	Lead     string
	Current  *decided.PlanVersion // nil: there is no plan yet
	Versions []decided.PlanVersion
	Equipe   *web.Link // that made it
	Print    string    // address of the plan on paper; empty: there is none yet
	Meeting  *web.Link // records a meeting with the person; nil: the plan does not count now
}

// Template names the page's file.
func (PlanPage) Template() *template.Template { return templates["plan"] }
