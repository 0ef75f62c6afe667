// Package glance tells what whoever opens a case looks for first: who the person is, when
// they come next, and whom to ring.
package glance

import (
	"slices"
	"strings"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Shown is what stands in the head of a case.
type Shown struct {
	Who  []string // age, languages, and how they are spoken
	Next string   // the next appointment; empty: the caller sees none
	Ring []string // who follows the person for each agency, with its telephone
}

// Of tells it of a case that the caller reads.
func Of(p care.Policy, file ledger.Case, now time.Time) Shown {
	var shown Shown
	for _, said := range []string{
		parts.Age(file.PersonData.BirthDate, file.PersonData.YearOnly, now), spoken(file.PersonData.Languages), italian.Upper(known.Speech(file.PersonData.Speech)),
	} {
		if said != "" {
			shown.Who = append(shown.Who, said)
		}
	}
	if file.Closed != nil {
		return shown
	}
	if next, ok := nextOf(file.Appointments, now); ok {
		day, hour, stands := italian.Brief(next.At, now), italian.Hour(next.At), present.HowAppointmentStands(next)
		shown.Next = message.Say("case_page.next_appointment", "Day", day, "Hour", hour, "State", stands)
		if service := present.ServiceName(p, next.Service); service != "" {
			shown.Next = message.Say("case_page.next_appointment_at", "Day", day, "Hour", hour, "Service", service, "State", stands)
		}
	}
	for _, l := range file.Leads {
		if l.Until != nil {
			continue
		}
		ring := message.Say("case_page.lead", "Name", l.Name, "Agency", present.AgencyName(p, l.Agency))
		if office, _ := p.Agency(l.Agency); office.Phone != "" {
			ring = message.Say("case_page.lead_and_phone", "Name", l.Name, "Agency", present.AgencyName(p, l.Agency), "Phone", office.Phone)
		}
		shown.Ring = append(shown.Ring, ring)
	}
	return shown
}

// nextOf is the first appointment from today on for which the person is expected.
func nextOf(all []ledger.Appointment, now time.Time) (ledger.Appointment, bool) {
	today := care.DayOf(now.In(italian.Rome))
	ahead := slices.DeleteFunc(slices.Clone(all), func(a ledger.Appointment) bool {
		return !a.Stands() || care.DayOf(a.At.In(italian.Rome)).Before(today)
	})
	if len(ahead) == 0 {
		return ledger.Appointment{}, false
	}
	return slices.MinFunc(ahead, func(a, b ledger.Appointment) int { return a.At.Compare(b.At) }), true
}

func spoken(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return message.Say("strip.speaks", "Languages", strings.Join(web.Each(tags, world.Language), ", "))
}
