package fill

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// What stands around the days of work beside a case's path. Of some things a zone has as
// many whatever the number of its cases: days that a service called off, and who is at the
// desk today.
const (
	bookedFor   = 60 // days ahead for which every second case has an appointment
	heldFor     = 200
	remindedFor = 3  // days ahead for which people have been reminded, or are to be called
	promisedBy  = 60 // cases of a zone: a promise of somebody
	datedBy     = 20 // cases: a day after which something is lost
	mediatedBy  = 50 // cases: somebody asks for a mediator
	doubledBy   = 100
	calledOff   = 6  // days in a zone
	toTell      = 40 // people of each
	atTheDesk   = 60 // numbers of today
	longBy      = 97 // cases: one that very much was written in, and that many read
	written     = 60
	readOften   = 200
)

// ofZone is which of its zone's cases a case is.
func (f *file) ofZone() int { return f.n / len(f.policies) }

// every says that a case is one of so many of its zone, with the cases of each beside those of another.
func (f *file) every(many, beside int) bool { return f.ofZone()%many == beside%many }

// hour is when the case has its appointment: every second one in the days to come, the others
// today or before, and none at a weekend.
func (f *file) hour() time.Time {
	days := 1 + f.r.IntN(bookedFor)
	if f.n%2 == 1 {
		days = -f.r.IntN(heldFor)
	}
	at := f.now.AddDate(0, 0, days)
	for at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		at = at.AddDate(0, 0, 1)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 7+f.r.IntN(hoursOfWork), 30*f.r.IntN(2), 0, 0, time.UTC)
}

// writeDays adds what hangs on the case's appointment, and what people keep beside the path.
func (f *file) writeDays(appointment string, at time.Time) {
	if at.After(f.now) {
		f.writeReminder(appointment, at)
	}
	if n := f.ofZone(); n < calledOff*toTell {
		f.rows.add("called_off_person", f.dayOff(n%calledOff), appointment)
	}
	if f.every(mediatedBy, 3) {
		f.writeMediation(appointment, at)
	}
	if f.every(promisedBy, 9) {
		made, done := f.now.AddDate(0, 0, -f.r.IntN(20)), (*time.Time)(nil)
		if f.r.IntN(3) == 0 {
			done = &made
		}
		f.rows.add("promise", f.newID(), f.someone(care.SocialWorker), f.id, made.AddDate(0, 0, f.r.IntN(40)), nil, []byte("prova"), made, done)
	}
	if f.every(datedBy, 13) {
		id, by := f.newID(), f.someone(care.SocialWorker)
		kind := []string{"eviction", "reception_end", "hearing", "birth", "benefit_end"}[f.r.IntN(5)]
		f.rows.add("critical_date", id, id, f.id, kind, f.now.AddDate(0, 0, f.r.IntN(180)), by, f.policy.RoleAgency(care.SocialWorker), care.SocialWorker, by, f.within(f.opened, f.now))
	}
	if f.ofZone() == 0 {
		f.writeZonesDays()
	}
}

// writeReminder adds whether the person was reminded. Of those who are expected first some
// are to be called.
func (f *file) writeReminder(appointment string, at time.Time) {
	state, next, failed := "due", at.AddDate(0, 0, -1), ""
	if at.Sub(f.now) < remindedFor*24*time.Hour {
		if state = "sent"; f.r.IntN(2) == 0 {
			state, failed = "call", []string{"", "sms"}[f.r.IntN(2)]
		}
		f.rows.add("reminder", appointment, state, failed, 1, nil, 0, nil, nil)
		return
	}
	f.rows.add("reminder", appointment, state, failed, 0, next, 0, nil, nil)
}

// writeMediation adds a request for a mediator, which is over where the appointment is.
func (f *file) writeMediation(appointment string, at time.Time) {
	id, link := f.newID(), f.newID()
	asked := at.AddDate(0, 0, -10)
	state, ended := []string{"requested", "confirmed", "declined"}[f.r.IntN(3)], (*time.Time)(nil)
	if at.Before(f.now) {
		state, ended = "done", &at
	}
	f.rows.add("mediation", id, f.policy.Zone, f.policy.RoleAgency(care.SocialWorker), appointment, f.person.Languages[0], "in_person", at, at.Add(time.Hour), state,
		"prova", "prova", link, nil, at.AddDate(0, 0, -2), 60, f.someone(care.SocialWorker), asked, ended)
	f.rows.add("mediation_ask", link, id, "prova", "prova", asked, asked.AddDate(0, 0, 5))
}

// dayOff is the id of a day that the zone called off.
func (f *file) dayOff(n int) string {
	r := rand.New(rand.NewPCG(f.size.Seed, uint64(1<<40+n*len(f.policies)+f.n%len(f.policies)))) //nolint:gosec // made up
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], r.Uint64()&^0xf000|0x5000)
	binary.BigEndian.PutUint64(id[8:], r.Uint64()&0x3fff_ffff_ffff_ffff|0x8000_0000_0000_0000)
	return id.String()
}

// writeZonesDays adds what a zone has once.
func (f *file) writeZonesDays() {
	for _, role := range []care.Role{care.SocialWorker, care.DeskOperator, care.CPIOperator} {
		of := f.staff[f.policy.Zone+"/"+string(role)]
		f.rows.add("absence", f.newID(), of[len(of)-1], f.now.AddDate(0, 0, -1), f.now.AddDate(0, 0, 20), of[0])
	}
	for n := range calledOff {
		day := f.now.AddDate(0, 0, 7*n+1)
		f.rows.add("called_off", f.dayOff(n), f.policy.Zone, f.policy.Services[n%len(f.policy.Services)].Code, day, day, "staff", f.someone(care.Supervisor), f.now)
	}
	topics := f.policy.Desk.Topics
	for n := range atTheDesk {
		state := "served"
		if n > atTheDesk/2 {
			state = "waiting"
		}
		f.rows.add("desk_number", f.newID(), f.policy.Zone, f.own, f.now, n+1, topics[n%len(topics)].Code, "it", state, f.now.Add(time.Duration(n-atTheDesk)*time.Minute))
	}
}

// long says that very much was written in a case.
func (f *file) long() bool { return f.every(longBy, 5) }

// writeMuch adds more to a long case than others have. The lines of the audit come after those of all cases.
func (f *file) writeMuch() {
	if !f.long() {
		return
	}
	for i := range written {
		at := f.within(f.opened, f.now)
		f.rows.add("record", f.idAt(at), f.id, f.run, f.policy.Zone, f.own, care.OpComplete, map[string]string{"outcome": "completed", "note": fmt.Sprintf("Nota lunga di prova %d", i)},
			f.someone(care.SocialWorker), at)
	}
	first := int64(f.size.Cases*lines + 1 + (f.ofZone()/longBy*len(f.policies)+f.n%len(f.policies))*readOften)
	for i := range readOften {
		f.rows.add("audit", first+int64(i), f.within(f.opened, f.now), f.someone(care.SocialWorker), care.SocialWorker, f.own, f.policy.Zone, ledger.ReadCase, f.id, "", "", f.newID())
	}
}
