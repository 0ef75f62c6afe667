package web

// TaskList is "I miei compiti": what the caller holds and what their team may take.
type TaskList struct {
	Frame
	Mine, Team         []TaskItem
	MoreMine, MoreTeam string // addresses; empty: there are no more
}

// Template names the page's file.
func (TaskList) Template() string { return "tasks" }

// TaskItem is a task in a list.
type TaskItem struct {
	URL, Title string
	Person     string // empty where the caller may not know it
	Case       string // number
	Service    string
	Due        Badge
	Mine       bool
	Claim      *Form // nil: there is nothing to claim
	Holder     string
}

// Tone is how the item's edge is coloured.
func (t TaskItem) Tone() string { return t.Due.Tone }
