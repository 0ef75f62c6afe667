package home

import (
	"net/url"
	"slices"
	"time"

	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/board"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/offered"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// week is how many days the board looks ahead for who receives whom.
const week = 7

// uncovered are the services that receive in the days to come, and have nobody there.
func (d *day) uncovered() error {
	ctx := d.Request.Context()
	staff, err := d.Records.Colleagues(ctx, d.who)
	if err != nil {
		return err
	}
	away, err := d.Records.Absences(ctx, d.who)
	if err != nil {
		return err
	}
	list, err := d.Records.Appointments(ctx, d.who, ledger.AppointmentFilter{From: d.midnight, To: d.midnight.AddDate(0, 0, week)}, ledger.Paging{Limit: looked})
	if err != nil {
		return err
	}
	var expected []board.At
	for _, a := range list.Items {
		if state := care.AppointmentState(a.State); state == care.AppointmentBooked || state == care.AppointmentConfirmed {
			expected = append(expected, board.At{Service: a.Service, At: a.At})
		}
	}
	off, err := d.Records.CalledOffDays(ctx, d.who)
	if err != nil {
		return err
	}
	var tell []web.Line
	for _, e := range off {
		if e.ToTell > 0 {
			tell = append(tell, web.Line{
				URL: "/giornate-annullate/" + e.ID, Text: present.ServiceName(d.rules.Policy, e.Service), When: italian.Brief(e.First, d.now),
				State: message.Count("home_called_off.to_tell", e.ToTell),
			})
		}
	}
	if len(tell) > 0 {
		d.add("avvisare", message.Say("home_called_off.list"), tell, "/giornate-annullate", message.Say("home_called_off.all"))
	}
	var lines []web.Line
	for _, gap := range board.Uncovered(d.rules.Policy, d.rules.Calendar, d.now, week, staff, away, off, expected) {
		line := web.Line{
			URL:  "/appuntamenti?" + url.Values{"servizio": {gap.Service.Code}, "dal": {gap.Day.Format(time.DateOnly)}}.Encode(),
			Text: gap.Service.Name, State: message.Say("home_uncovered.nobody", "Role", italian.Role(gap.Service.Role)), When: italian.Brief(gap.Day, d.now),
		}
		if gap.Expects > 0 {
			line.State += message.Count("home_uncovered.expected", gap.Expects)
		}
		lines = append(lines, line)
	}
	parts, err := d.uncoveredParts(list.Items)
	if err != nil {
		return err
	}
	lines = append(parts, lines...)
	d.add("scoperti", message.Say("home_uncovered.list"), lines, "/assenze", message.Say("home_uncovered.all"))
	return nil
}

// uncoveredParts are the parts of appointments that stand whose professional will not be there.
func (d *day) uncoveredParts(list []ledger.Appointment) (lines []web.Line, err error) {
	with, err := d.Together.Participants(d.Request.Context(), d.who, web.Each(list, func(a ledger.Appointment) string { return a.ID }))
	for _, of := range with {
		i := slices.IndexFunc(list, func(a ledger.Appointment) bool { return a.ID == of.Appointment })
		why := present.Gap(of.Uncovered)
		if i < 0 || why == "" || !list[i].Stands() {
			continue
		}
		lines = append(lines, web.Line{
			URL: "/appuntamenti/" + of.Appointment + "/presenti", Text: message.Say("home_uncovered.at", "Service", present.ServiceName(d.rules.Policy, list[i].Service), "Hour", italian.Hour(list[i].At)),
			State: message.Say("home_uncovered.part", "Role", present.ParticipantName(d.rules.Policy, of), "Why", why), When: italian.Brief(list[i].At, d.now),
		})
	}
	return lines, err
}

// boardTitles name the lists of the board, as they stand in «Oggi».
func boardTitles() map[board.List]struct{ id, title, all string } {
	return map[board.List]struct{ id, title, all string }{
		board.Dated:   {"date", message.Say("home_board.dated"), message.Say("home_board.all_dated")},
		board.New:     {"nuove", message.Say("home_board.new"), message.Say("home_board.all_new")},
		board.Unmoved: {"atti", message.Say("home_board.unmoved"), message.Say("home_board.all_unmoved")},
	}
}

// lists adds one of the lists that are the board's alone, which are read together.
func (d *day) lists(list board.List) func() error {
	return func() error {
		if d.board == nil {
			var err error
			if d.board, err = d.Records.Board(d.Request.Context(), d.who, d.rules.Calendar.Location(), shortest+1, board.Lists...); err != nil {
				return err
			}
		}
		title := boardTitles()[list]
		d.add(title.id, title.title, web.Each(d.board[list], func(row board.Row) web.Line {
			return web.Line{URL: "/fascicoli/" + row.CaseID, Text: row.Person, State: present.OnBoard(d.rules.Policy, list, row, d.now), When: row.Number}
		}), "/quadro?elenco="+title.id, title.all)
		return nil
	}
}

// unread is what the caller's agency has sent and nobody has read yet.
func (d *day) unread() error {
	list, err := d.Records.Referrals(d.Request.Context(), d.who, ledger.ReferralFilter{Sent: true, State: care.ReferralRequested, ByDue: true}, ledger.Paging{Limit: shortest + 1})
	d.add("non-letti", message.Say("home_sent.unread"), web.Each(list.Items, func(r ledger.Referral) web.Line {
		return d.referralLine(r, present.AgencyName(d.rules.Policy, r.ToAgency))
	}), "/segnalazioni?elenco=inviate&ordine=scadenza&stato=da-leggere", message.Say("home_sent.all_unread"))
	return err
}

// undelivered are those whose mail comes back, so that no reminder reaches them.
func (d *day) undelivered() error {
	list, err := d.Records.Returned(d.Request.Context(), d.who)
	d.add("non-consegnati", message.Say("home_mails.list"), web.Each(list, func(r ledger.Returned) web.Line {
		return web.Line{URL: "/casi-bloccati", Text: r.Name, State: italian.Upper(italian.Role(r.Role)) + ", " + present.AgencyName(d.rules.Policy, r.Agency), When: message.Say("home.since", "Time", italian.Brief(r.Since.In(italian.Rome), d.now))}
	}), "/casi-bloccati", message.Say("home_mails.what_to_do"))
	return err
}

// firstFree says where each service that has sessions has its first free place.
func (d *day) firstFree() error {
	var lines []web.Line
	for _, service := range d.rules.Services {
		if len(agenda.Sessions(d.rules.Policy, service.Code)) == 0 {
			continue
		}
		slots, err := d.Records.Offers(d.Request.Context(), d.who, service.Code, d.now, 1)
		if err != nil {
			return err
		}
		line := web.Line{URL: "/appuntamenti?servizio=" + url.QueryEscape(service.Code), Text: service.Name, State: message.Say("home_free.none")}
		if len(slots) > 0 {
			line.State = italian.Upper(offered.Slot(slots[0]))
		}
		lines = append(lines, line)
	}
	d.groups = append(d.groups, Group{ID: "primi-posti", Title: message.Say("home_free.list"), Lines: lines, All: web.Link{URL: "/appuntamenti", Text: message.Say("home.all_appointments")}})
	return nil
}
