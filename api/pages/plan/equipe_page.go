package plan

import (
	"html/template"

	"percorso/api/pages/parts/decided"
	"percorso/api/pages/parts/writing"
	"percorso/api/web"
)

// EquipePage is an équipe: who sits in it and what they say, side by side.
type EquipePage struct {
	web.Frame
	State    web.Badge
	Lead     string
	Why      string // what sent the case back to it
	Seats    []decided.Seat
	Quorum   string
	Task     *web.Link // what the caller has to do in it
	Record   *web.Link // the form of a meeting's minutes; nil: not for the caller
	Meet     *web.Link // the form that plans or moves one; nil: likewise
	Plan     *web.Link
	Meetings []web.Moment
	Calendar string // where the meeting that is to be is a file for a calendar; empty: the caller is not invited
	Minutes  []web.Moment
	Written  []writing.Record // for the équipe
}

// Template names the page's file.
func (EquipePage) Template() *template.Template { return templates["equipe"] }
