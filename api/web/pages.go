package web

import "html/template"

// Notice is a page that says one thing and where to go on.
type Notice struct {
	Frame
	Detail  string
	Next    Link
	Request string // id of the request, to be quoted when asking for help
	Wrong   bool   // something is broken, so that quoting it helps
}

// Template names the page's file.
func (Notice) Template() *template.Template { return notice }

var notice = template.Must(template.Must(kit.Clone()).ParseFS(templateFiles, "templates/notice.html"))
