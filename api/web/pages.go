package web

// Welcome is what whoever is not logged in sees first.
type Welcome struct{ Frame }

// Template names the page's file.
func (Welcome) Template() string { return "welcome" }

// Notice is a page that says one thing and where to go on.
type Notice struct {
	Frame
	Detail  string
	Next    Link
	Request string // id of the request, to be quoted when asking for help
	Wrong   bool   // something is broken, so that quoting it helps
}

// Template names the page's file.
func (Notice) Template() string { return "notice" }

// Working says that what was asked is accepted and being worked.
type Working struct {
	Frame
	Next Link
}

// Template names the page's file.
func (Working) Template() string { return "working" }
