package home

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"percorso/api/pages/parts/here"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/critical"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

const todayPath = "/"

// shortest is how many lines a group has at most: the whole list is a click away.
const shortest = 5

// looked is how many of a list are looked through for a group.
const looked = 100

// day is what the groups of one page are made from.
type day struct {
	*gin.Context
	*Place
	who      care.Staff
	rules    *zone.Rules
	now      time.Time
	midnight time.Time // when today began
	groups   []Group
	mine     []ledger.Task
	free     []ledger.Task
	asked    bool
	board    map[board.List][]board.Row // nil: not read yet
}

// today shows what its reader has before them today. What is most pressing for their role
// comes first; each list is one that they have elsewhere, cut short.
func (s *Place) today(c *gin.Context, who care.Staff) error {
	rules, err := s.Book.Rules(c.Request.Context(), who.Zone)
	if err != nil {
		return err
	}
	now := s.Now().In(rules.Calendar.Location())
	page := Today{Frame: s.Pages.Frame(c, message.Say("home.title"), todayPath), Day: italian.Upper(italian.Day(now))}
	d := &day{Context: c, Place: s, who: who, rules: rules, now: now, midnight: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())}
	order := append([]func() error{visits(d), vacant(d), calls(d), hereNow(d), freed(d), displaced(d), d.dates, d.onBehalf}, append(d.order(), d.away)...)
	if page.Notices != nil {
		order = append([]func() error{d.toConfirm}, order...)
	}
	for _, fill := range order {
		if err := fill(); err != nil {
			return err
		}
	}
	page.Groups = d.groups
	drafts := Group{ID: "bozze", Title: message.Say("home_drafts.list"), All: web.Link{URL: "/bozze", Text: message.Say("home_drafts.all")}}
	if page.Drafts != nil {
		drafts.Lines = []web.Line{{URL: page.Drafts.URL, Text: page.Drafts.Text, State: message.Say("home_drafts.to_send")}}
	}
	page.Groups = append(page.Groups, drafts)
	s.Pages.Render(c, http.StatusOK, page)
	return nil
}

// order is what a role looks at, and in which order.
func (d *day) order() []func() error {
	own, left := promises{d}.own, promises{d}.leftBehind
	switch {
	case d.who.Role == care.Supervisor:
		// What nobody sees to, then what they do themselves.
		return []func() error{d.uncovered, low(d), unconfirmed(d), d.lists(board.Dated), d.waitsForMe, own, left, d.lists(board.New), d.unread, d.undelivered, d.lists(board.Unmoved), d.stuck, d.firstFree, d.news}
	case !care.ReadsCases(d.who, d.rules.Policy):
		return []func() error{d.incoming, d.comes, d.late, d.dueToday, own, left, d.toTake}
	case d.who.Role == care.SocialWorker:
		return []func() error{d.withoutNextStep, d.late, d.dueToday, d.comes, own, left, unconfirmed(d), d.news, d.toTake}
	}
	return []func() error{d.late, d.dueToday, d.comes, own, left, unconfirmed(d), d.news, d.withoutNextStep, d.toTake}
}

// add adds a group, cut short.
func (d *day) add(id, title string, lines []web.Line, all, text string) {
	group := Group{ID: id, Title: title, Lines: lines, More: len(lines) > shortest, All: web.Link{URL: all, Text: text}}
	group.Lines = lines[:min(len(lines), shortest)]
	d.groups = append(d.groups, group)
}

// tasks reads the caller's tasks and those that they may take, once for the page.
func (d *day) tasks() error {
	if d.asked {
		return nil
	}
	d.asked = true
	mine, err := d.Records.Tasks(d.Request.Context(), d.who, ledger.TaskFilter{Mine: true}, ledger.Paging{Limit: looked})
	if err != nil {
		return err
	}
	free, err := d.Records.Tasks(d.Request.Context(), d.who, ledger.TaskFilter{Team: true}, ledger.Paging{Limit: shortest + 1})
	d.mine, d.free = mine.Items, free.Items
	return err
}

func (d *day) taskLine(t ledger.Task) web.Line {
	line := web.Line{URL: "/compiti/" + t.ID, Text: italian.TaskKind(t.Kind), State: italian.Upper(present.TaskDue(d.rules, t, d.now).Text), When: t.CaseNumber}
	if t.Kind == care.ReferralAnswer {
		line.URL = "/segnalazioni/" + t.ReferralID
	}
	if t.Person != "" {
		line.Text += ": " + t.Person
	}
	return line
}

// chosen are the lines of the caller's own tasks that are due in a span of time.
func (d *day) chosen(from, to time.Time) (lines []web.Line) {
	for _, t := range d.mine {
		if !t.Answered && !t.Suspended && t.Due != nil && !t.Due.Before(from) && t.Due.Before(to) {
			lines = append(lines, d.taskLine(t))
		}
	}
	return lines
}

const allTasks = "/compiti"

func (d *day) late() error {
	if err := d.tasks(); err != nil {
		return err
	}
	d.add("in-ritardo", message.Say("home_tasks.late"), d.chosen(time.Time{}, d.now), allTasks, message.Say("home.all_tasks"))
	return nil
}

func (d *day) dueToday() error {
	if err := d.tasks(); err != nil {
		return err
	}
	d.add("da-fare", message.Say("home_tasks.today"), d.chosen(d.now, d.midnight.AddDate(0, 0, 1)), allTasks, message.Say("home.all_tasks"))
	return nil
}

func (d *day) toTake() error {
	if err := d.tasks(); err != nil {
		return err
	}
	d.add("libere", message.Say("home_tasks.free"), web.Each(d.free, d.taskLine), allTasks+"?elenco=libere", message.Say("home_tasks.all_free"))
	return nil
}

// waitsForMe is what only a supervisor can go on with.
func (d *day) waitsForMe() error {
	if err := d.tasks(); err != nil {
		return err
	}
	d.add("aspetta-me", message.Say("home_tasks.waits_for_me"), web.Each(slices.Concat(d.mine, d.free), d.taskLine), allTasks, message.Say("home.all_tasks"))
	return nil
}

// onBehalf is what the caller does for who is away.
func (d *day) onBehalf() error {
	list, err := d.Records.Tasks(d.Request.Context(), d.who, ledger.TaskFilter{OnBehalf: true}, ledger.Paging{Limit: shortest + 1})
	if err != nil || len(list.Items) == 0 {
		return err
	}
	d.add("per-conto", message.Say("home_absent.list"), web.Each(list.Items, func(t ledger.Task) web.Line {
		line := d.taskLine(t)
		line.State = message.Say("home_absent.for", "Holder", t.HolderName, "State", line.State)
		return line
	}), allTasks+"?elenco=per-conto", message.Say("home_absent.all"))
	return nil
}

// away is who is away today and in the week to come, as far as it is the caller's matter: a
// supervisor's whole zone, and for everybody whom they stand in for.
func (d *day) away() error {
	list, err := d.Records.Absences(d.Request.Context(), d.who)
	if err != nil {
		return err
	}
	var lines []web.Line
	for _, a := range list {
		if a.First.After(care.DayOf(d.now.AddDate(0, 0, 7))) {
			continue
		}
		line := web.Line{Text: a.Name, State: message.Say("home_absences.substitute", "Name", a.SubstituteName), When: message.Say("home_absences.days", "First", italian.Brief(a.First, d.now), "Last", italian.Brief(a.Last, d.now))}
		if a.StaffID == d.who.ID {
			line.Text = message.Say("home_absences.yours")
		}
		switch {
		case a.SubstituteID == d.who.ID:
			line.State = message.Say("home_absences.you_substitute")
		case a.SubstituteName == "":
			line.State = message.Say("home_absences.no_substitute", "Role", italian.Role(a.Role))
		}
		lines = append(lines, line)
	}
	title := message.Say("home_absences.own_list")
	if d.who.Role == care.Supervisor {
		title = message.Say("home_absences.list")
	}
	d.add("assenze", title, lines, "/assenze", message.Say("home_absences.all"))
	return nil
}

func (d *day) stuck() error {
	cases, err := d.Records.StuckCases(d.Request.Context(), d.who, ledger.Paging{Limit: shortest + 1})
	d.add("fermi", message.Say("home_stuck.list"), web.Each(cases.Items, func(c ledger.StuckCase) web.Line { return caseLine(d.rules, c.CaseFile, d.now) }), "/casi-bloccati", message.Say("home_stuck.all"))
	return err
}

// dates are the days that the caller watches, from ten days before; who watches none is
// shown nothing of it.
func (d *day) dates() error {
	list, err := d.Records.WatchedDates(d.Request.Context(), d.who, d.midnight.AddDate(0, 0, health.CriticalDays))
	if err != nil || len(list) == 0 {
		return err
	}
	lines := web.Each(list, func(w critical.Watched) web.Line {
		line := web.Line{Text: italian.Upper(italian.CriticalDate(string(w.Kind), w.On, d.now)), State: w.Person, When: w.Number}
		if w.Number != "" { // the caller reads the file
			line.URL = "/fascicoli/" + w.CaseID
		}
		return line
	})
	d.groups = append(d.groups, Group{ID: "date", Title: message.Say("home_dates.list"), Lines: lines, All: web.Link{URL: "/fascicoli", Text: message.Say("home_dates.all")}})
	return nil
}

// withoutNextStep are people with whom nobody may go on as things stand.
func (d *day) withoutNextStep() error {
	open := true
	cases, err := d.Records.CaseFiles(d.Request.Context(), d.who, ledger.CaseFilter{Open: &open, Health: health.Orphaned}, ledger.Paging{Limit: shortest + 1})
	d.add("senza-passo", message.Say("home_no_step.list"), web.Each(cases.Items, func(c ledger.CaseFile) web.Line { return caseLine(d.rules, c, d.now) }), "/fascicoli?stato=senza-nessuno", message.Say("home_no_step.all"))
	return err
}

func caseLine(rules *zone.Rules, file ledger.CaseFile, now time.Time) web.Line {
	return web.Line{URL: "/fascicoli/" + file.ID, Text: file.Person, State: present.CaseInShort(rules, file, now), When: file.Number}
}

func (d *day) comes() error {
	list, err := d.Records.Appointments(d.Request.Context(), d.who, ledger.AppointmentFilter{From: d.midnight, To: d.midnight.AddDate(0, 0, 1)}, ledger.Paging{Limit: looked})
	if err != nil {
		return err
	}
	with, err := d.Together.Participants(d.Request.Context(), d.who, web.Each(list.Items, func(a ledger.Appointment) string { return a.ID }))
	var lines []web.Line
	for _, a := range list.Items {
		if state := care.AppointmentState(a.State); state != care.AppointmentBooked && state != care.AppointmentConfirmed {
			continue
		}
		line := web.Line{Text: message.Say("home.hour", "Hour", italian.Hour(a.At)), State: present.ServiceName(d.rules.Policy, a.Service), When: a.CaseNumber}
		if a.Person != "" {
			line.Text += ": " + a.Person
		}
		if a.Suspended {
			line.State += ". " + present.Kept()
		}
		if mediator := present.MediatorOf(a); mediator != "" {
			line.State += ". " + mediator
		}
		if others := present.With(d.rules.Policy, with, a.ID); others != "" {
			line.State += ". " + others
			line.URL = "/appuntamenti/" + a.ID + "/presenti"
		}
		if care.ReadsCases(d.who, d.rules.Policy) {
			line.URL = "/fascicoli/" + a.CaseID
		}
		if since := present.Here(a); since != "" {
			line.State = since + ". " + line.State
		}
		if arrive, _ := here.Mark(a, d.now); arrive != nil {
			line.Acts = []web.LineAct{{Form: *arrive, Text: message.Say("home_arrivals.arrived"), From: todayPath}}
		}
		lines = append(lines, line)
	}
	if err != nil {
		return err
	}
	meetings, err := d.Together.Meetings(d.Request.Context(), d.who, d.who.ID, d.midnight, d.midnight.AddDate(0, 0, 1))
	lines = append(web.Each(meetings, present.MeetingLine), lines...)
	d.add("chi-viene", message.Say("home_arrivals.list"), lines, "/appuntamenti", message.Say("home.all_appointments"))
	return err
}

// news are the answers that came to what the caller's agency has sent, since yesterday.
func (d *day) news() error {
	list, err := d.Records.Referrals(d.Request.Context(), d.who, ledger.ReferralFilter{Sent: true}, ledger.Paging{Limit: looked})
	var lines []web.Line
	for _, r := range list.Items {
		if r.State != care.ReferralRequested && !r.Changed.Before(d.midnight.AddDate(0, 0, -1)) {
			lines = append(lines, d.referralLine(r, present.AgencyName(d.rules.Policy, r.ToAgency)))
		}
	}
	d.add("novita", message.Say("home_news.list"), lines, "/segnalazioni?elenco=inviate", message.Say("home_news.all"))
	return err
}

// toConfirm are the mistakes that wait for a second person, of whom the caller may be one,
// with the last day for it.
func (d *day) toConfirm() error {
	notices, err := d.Records.ToConfirm(d.Request.Context(), d.who)
	if len(notices) > 0 {
		d.add("da-confermare", message.Say("home_mistakes.list"), web.Each(notices, func(n ledger.Notice) web.Line {
			return web.Line{URL: "/fascicoli/" + n.CaseID + "/" + catalogue.Undo.Slug, Text: message.Say("home_mistakes.look", "Person", n.Mistake.Person, "Where", present.MistakeIn(n)),
				State: message.Say("home_mistakes.said_by", "Name", n.Mistake.SaidBy, "When", italian.Brief(n.At, d.now), "Due", italian.Due(n.Mistake.Until, d.now, d.rules.Calendar)), When: n.CaseNumber}
		}), allTasks+"#da-confermare", message.Say("home_mistakes.all"))
	}
	return err
}

// incoming is what other agencies ask: to be read first, then to be answered.
func (d *day) incoming() error {
	list, err := d.Records.Referrals(d.Request.Context(), d.who, ledger.ReferralFilter{Incoming: true, Open: true, ByDue: true}, ledger.Paging{Limit: looked})
	var read, answer []web.Line
	for _, r := range list.Items {
		line := d.referralLine(r, present.AgencyName(d.rules.Policy, r.FromAgency))
		switch moves := r.Moves(d.who); {
		case r.Answered:
		case slices.Contains(moves, care.OpAcknowledge):
			read = append(read, line)
		case slices.Contains(moves, care.OpAccept):
			answer = append(answer, line)
		}
	}
	d.add("da-leggere", message.Say("home_referrals.to_read"), read, "/segnalazioni", message.Say("home_referrals.all"))
	d.add("da-rispondere", message.Say("home_referrals.to_answer"), answer, "/segnalazioni", message.Say("home_referrals.all"))
	return err
}

func (d *day) referralLine(r ledger.Referral, agency string) web.Line {
	line := web.Line{URL: "/segnalazioni/" + r.ID, Text: message.Say("home_referrals.one"), State: agency + ": " + italian.ReferralState(r.State), When: r.CaseNumber}
	var given ledger.Snapshot
	if len(r.Snapshot) > 0 && json.Unmarshal(r.Snapshot, &given) == nil && given.FamilyName+given.GivenName != "" {
		line.Text = strings.TrimSpace(given.GivenName + " " + given.FamilyName)
	}
	return line
}
