package fill

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
	"percorso/internal/duty"
	"percorso/internal/ledger"
	namekeys "percorso/internal/names"
	"percorso/internal/postgres/naming"
)

// columns of the tables, as rows are added.
var columns = map[string][]string{
	"case_file":  {"id", "number", "zone", "agency", "stage", "needs", "notice_version", "opened_at", "opened_by", "suspended_at", "suspended_until"},
	"person":     {"id", "case_id", "given_name", "family_name", "birth_date", "citizenship", "permit", "permit_expiry", "languages", "phone", "keys"},
	"person_key": {"case_id", "zone", "kind", "key", "opened_at"},
	"case_grant": {"case_id", "agency", "granted_at"},
	"run":        {"id", "kind", "case_id", "zone", "agency", "service", "policy_version", "course_version", "revision", "state", "next_due", "started_at"},
	"command":    {"id", "run_id", "case_id", "zone", "agency", "caller", "role", "key", "digest", "operation", "target", "answer", "state", "revision", "created_at", "worked_at"},
	"share":      {"id", "case_id", "run_id", "zone", "agency", "legal_basis", "purpose", "snapshot", "shared_at", "notice_version"},
	"referral":   {"id", "run_id", "case_id", "zone", "from_agency", "to_agency", "share_id", "state", "purpose", "requested_at", "changed_at"},
	"task": {
		"id", "run_id", "case_id", "zone", "agency", "role", "kind", "service", "referral_id", "state", "holder", "outcome", "ready_at", "clock_from",
		"reserved_at", "ended_at", "remind_at", "escalate_at", "reminders", "reminded", "escalated", "suspended",
	},
	"wait":        {"run_id", "step", "case_id", "zone", "code", "set_at", "due_at"},
	"appointment": {"id", "run_id", "case_id", "zone", "agency", "service", "state", "at"},
	"record":      {"id", "case_id", "run_id", "zone", "agency", "kind", "data", "by_staff", "created_at"},
	"meeting":     {"id", "case_id", "run_id", "zone", "agency", "role", "held_at", "by_staff"},
	"consent":     {"id", "case_id", "zone", "given_at", "given_to"},
	"timeline":    {"case_id", "run_id", "zone", "at", "code", "detail", "command_id", "by_staff"},
	"audit":       {"id", "at", "staff", "role", "agency", "zone", "action", "case_id", "purpose", "asked", "same"},
	"audit_shown": {"case_id", "line"},

	"reminder":          {"appointment_id", "state", "failed", "tries", "next_try", "unanswered", "called_at", "called_by"},
	"promise":           {"id", "staff", "case_id", "on_day", "minute", "sealed", "made_at", "done_at"},
	"critical_date":     {"id", "record_id", "case_id", "kind", "on_day", "watcher", "watch_agency", "watch_role", "by_staff", "at"},
	"mediation":         {"id", "zone", "agency", "appointment_id", "language", "mode", "at", "until", "state", "provider", "lot", "link", "proposed_at", "cancel_by", "planned", "asked_by", "asked_at", "ended_at"},
	"mediation_ask":     {"id", "mediation_id", "provider", "lot", "asked_at", "expires_at"},
	"called_off":        {"id", "zone", "service", "first_day", "last_day", "reason", "made_by", "made_at"},
	"called_off_person": {"called_off", "appointment"},
	"absence":           {"id", "staff", "first_day", "last_day", "substitute"},
	"desk_number":       {"id", "zone", "agency", "day", "number", "topic", "language", "state", "taken_at"},
}

// Worked is how many commands the run of each case has worked.
const Worked = 8

// What a case has of each.
const (
	openTasks   = 3
	endedTasks  = 7
	moments     = 30
	forms       = 5  // of them have a form
	readings    = 10 // lines of the audit
	listEvery   = 10 // cases: a line of a list that showed as many as a page
	listed      = 25
	lines       = readings + 1 // ids of the audit's lines that a case may use
	years       = 3            // over which they were opened
	hoursOfWork = 9
)

// town is the zones with who works there.
type town struct {
	size     Size
	policies []care.Policy
	staff    map[string][]string
}

func newTown(policies []care.Policy, staff []ledger.Account, size Size) *town {
	return &town{size: size, policies: policies, staff: staffBy(staff)}
}

// file is one case on its way into rows.
type file struct {
	*town
	rows   table
	r      *rand.Rand
	policy care.Policy
	n      int
	id     string
	run    string
	opened time.Time
	now    time.Time
	until  *time.Time // suspended
	own    string     // its agency
	person ledger.Person
	number string
	open   []care.OpenPoint
	due    time.Time // the next one of its own run
}

// id of something that is of a time, as those are that the service makes.
func (f *file) idAt(at time.Time) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|f.r.Uint64()&0x0fff|0x7000) //nolint:gosec // after 1970
	binary.BigEndian.PutUint64(id[8:], f.r.Uint64()&0x3fff_ffff_ffff_ffff|0x8000_0000_0000_0000)
	return id.String()
}

func (f *file) newID() string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], f.r.Uint64()&^0xf000|0x5000)
	binary.BigEndian.PutUint64(id[8:], f.r.Uint64()&0x3fff_ffff_ffff_ffff|0x8000_0000_0000_0000)
	return id.String()
}

// within is a time between two.
func (f *file) within(from, to time.Time) time.Time {
	return from.Add(time.Duration(f.r.Int64N(max(int64(to.Sub(from)), 1)))).Truncate(time.Microsecond)
}

// someone is one of a role. The first and the last of it have as many people as somebody has in
// an office, and the others all the rest.
func (f *file) someone(role care.Role) string {
	of := f.staff[f.policy.Zone+"/"+string(role)]
	n, last := f.r.IntN(len(of)), len(of)-1
	if (n == 0 || n == last) && f.n/len(f.policies)%max(1, f.size.Cases/(len(f.policies)*colleagues*portfolio)) != 0 {
		n = 1 + f.r.IntN(last-1)
	}
	return of[n]
}

var stages = []care.Stage{care.StageFirstLevel, care.StageSecondLevel, care.StageSecondLevel, care.StagePlacement, care.StagePlacement, care.StageFollowUp, care.StageFollowUp, care.StageFollowUp}

// write adds the rows of one case.
func (t *town) write(rows table, n int) {
	f := &file{town: t, rows: rows, r: t.random(n), n: n, policy: t.policies[n%len(t.policies)], now: t.size.Now}
	f.own = f.policy.RoleAgency(care.DeskOperator)
	f.begin()
	f.run = ledger.CaseRun(f.id)
	f.number = ledger.CaseNumber(f.policy.Zone, f.opened.Year(), n+1)
	f.writeFile()
	f.writeBranches()
	f.writePast()
	f.writeMuch()
	f.writeReadings()
	state := care.RunState{Answers: []care.PointAnswer{{Point: "first_listening", Answer: care.Answer{Operation: care.OpComplete, Outcome: care.Heard}}}, Open: f.open}
	if f.until != nil {
		state.Suspended = f.until
	}
	f.rows.add("run", f.run, care.RunCase, f.id, f.policy.Zone, f.own, "", f.policy.Version, f.policy.Version, Worked, state, f.due, f.opened)
}

// begin says when the case was opened, and under which id.
func (f *file) begin() {
	period := years * 365 * 24 * time.Hour
	f.opened = f.size.Now.Add(-period + time.Duration(float64(period)*float64(f.n)/float64(f.size.Cases))).Add(-time.Hour).Truncate(time.Microsecond)
	f.id = f.idAt(f.opened)
}

// earlier is the id of a case that was written before.
func (f *file) earlier(n int) string {
	e := &file{town: f.town, r: f.random(n), n: n}
	e.begin()
	return e.id
}

func (t *town) random(n int) *rand.Rand { return rand.New(rand.NewPCG(t.size.Seed, uint64(n))) } //nolint:gosec // made up

// writeFile adds the case file with its person.
func (f *file) writeFile() {
	var suspended *time.Time
	if f.r.IntN(50) == 0 {
		since, until := f.within(f.opened, f.now), f.now.Add(time.Duration(30+f.r.IntN(60))*24*time.Hour)
		suspended, f.until = &since, &until
	}
	given, family, born := f.who()
	citizenship := []string{"MA", "PK", "AL", "SN", "PE", "CN", "NG", "UA"}[f.r.IntN(8)]
	languages := []string{[]string{"ar", "ur", "sq", "fr", "es", "zh"}[f.r.IntN(6)], "it"}
	phone := fmt.Sprintf("0000 %06d", f.r.IntN(1e6))
	expiry := f.now.AddDate(0, 4+f.r.IntN(20), 0)
	f.person = ledger.Person{GivenName: given, FamilyName: family, BirthDate: born, Citizenship: citizenship, Languages: languages, Phone: phone}
	f.rows.add("case_file", f.id, f.number, f.policy.Zone, f.own, stages[f.r.IntN(len(stages))], f.needs(), "prova", f.opened, f.someone(care.DeskOperator), suspended, f.until)
	f.rows.add("person", f.newID(), f.id, given, family, born, citizenship, "work", expiry, languages, phone, namekeys.Version)
	kinds, keys := naming.Rows(namekeys.Of(given, family, born))
	for i := range kinds {
		f.rows.add("person_key", f.id, f.policy.Zone, kinds[i], keys[i], f.opened)
	}
	for _, key := range numberKeys(f.number) {
		f.rows.add("person_key", f.id, f.policy.Zone, "number", key, f.opened)
	}
	f.rows.add("case_grant", f.id, f.own, f.opened)
	if f.r.IntN(4) == 0 {
		f.rows.add("consent", f.newID(), f.id, f.policy.Zone, f.opened, f.someone(care.SocialWorker))
	}
	permit := expiry.AddDate(0, -3, 0)
	f.rows.add("wait", f.run, "permit", f.id, f.policy.Zone, "permit_warning", f.opened, permit)
	f.due = permit
}

// who is the person: now and then somebody who has a file of the zone already.
func (f *file) who() (given, family string, born time.Time) {
	n := f.n
	if f.every(doubledBy, 20) {
		n -= len(f.policies)
	}
	r := rand.New(rand.NewPCG(f.size.Seed, uint64(1<<41+n))) //nolint:gosec // made up
	given, family = names(r)
	return given, family, time.Date(1950+r.IntN(55), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
}

// numberKeys are what the database makes of a case's number.
func numberKeys(number string) (keys []string) {
	plain := strings.ReplaceAll(strings.ToLower(number), "-", "")
	for i := range len(plain) - 1 {
		keys = append(keys, plain[i:])
	}
	return keys
}

func (f *file) needs() []string {
	needs := make([]string, 0, 2)
	for i := range 1 + f.r.IntN(2) {
		needs = append(needs, f.policy.Needs[(f.n+i)%len(f.policy.Needs)].Code)
	}
	return needs
}

// writeBranches adds a service with its appointment, a referral, and what is to be
// done in them and in the case itself.
func (f *file) writeBranches() {
	begun := f.within(f.opened, f.now)
	service := f.policy.Services[f.r.IntN(len(f.policy.Services))]
	run := ledger.RunID(care.RunService, f.newID())
	at := f.hour()
	f.share(run, service.Agency, "appointment", begun)
	state, kind := care.AppointmentBooked, care.ConfirmAppointment
	if at.Before(f.now) {
		state, kind = care.AppointmentHeld, care.Assessment
	}
	appointment := f.newID()
	f.rows.add("appointment", appointment, run, f.id, f.policy.Zone, service.Agency, service.Code, state, at)
	f.writeDays(appointment, at)
	role, agency, _ := duty.Of(f.policy, kind, service.Code, service.Agency)
	f.branch(run, care.RunService, service.Agency, service.Code, begun,
		f.task(run, kind, role, agency, service.Code, nil), care.OpenPoint{Point: "appointment/1", Kind: care.OpenAppointment, ID: appointment})

	begun = f.within(f.opened, f.now)
	run = ledger.RunID(care.RunReferral, f.newID())
	cpi := f.policy.CPI()
	referral, share := f.newID(), f.share(run, cpi, "referral", begun)
	moved := []care.ReferralState{care.ReferralRequested, care.ReferralReceived, care.ReferralAccepted}[f.r.IntN(3)]
	f.rows.add("referral", referral, run, f.id, f.policy.Zone, f.own, cpi, share, moved, "labour", begun, f.within(begun, f.now))
	kind = care.ReferralAnswer
	if moved == care.ReferralAccepted {
		kind = care.ReferralOutcome
	}
	f.branch(run, care.RunReferral, cpi, "", begun, f.task(run, kind, care.CPIOperator, cpi, "", &referral))

	review := []care.TaskKind{care.FirstListening, care.SocialConsult, care.Orientation, care.Closure}[f.r.IntN(4)]
	role, agency, _ = duty.Of(f.policy, review, "", "")
	f.open = append(f.open, f.task(f.run, review, role, agency, "", nil))
}

// branch adds a run beside the case's own.
func (f *file) branch(run string, kind care.RunKind, agency, service string, at time.Time, open ...care.OpenPoint) {
	state := care.RunState{Answers: []care.PointAnswer{{Point: "opening", Answer: care.Answer{Operation: care.OpOpen, Agency: care.Code(agency), Service: care.Code(service)}}}, Open: open, Suspended: f.until}
	f.rows.add("run", run, kind, f.id, f.policy.Zone, agency, service, f.policy.Version, f.policy.Version, 2, state, nil, at)
	f.open = append(f.open, care.OpenPoint{Point: run, Kind: care.OpenRun, ID: run})
}

// share adds what another agency was given; the case's own needs none for an appointment.
func (f *file) share(run, agency, purpose string, at time.Time) string {
	id := f.newID()
	if agency == f.own {
		return id
	}
	f.rows.add("share", id, f.id, run, f.policy.Zone, agency, f.basis(agency), purpose, ledger.Snapshot{
		GivenName: f.person.GivenName, FamilyName: f.person.FamilyName, BirthDate: f.person.BirthDate.Format(time.DateOnly), Citizenship: f.person.Citizenship,
		Languages: f.person.Languages, Phone: f.person.Phone, Needs: []string{"labour"}, CaseNumber: f.number,
	}, at, "prova")
	return id
}

func (f *file) basis(agency string) care.LegalBasis {
	a, _ := f.policy.Agency(agency)
	return a.Kind.LegalBasis()
}

// task adds an open task. Some are somebody's, and a few are late.
func (f *file) task(run string, kind care.TaskKind, role care.Role, agency, service string, referral *string) care.OpenPoint {
	id, ready := f.newID(), f.within(f.opened, f.now)
	state, holder, reserved := care.TaskReady, (*string)(nil), (*time.Time)(nil)
	if f.r.IntN(5) < 2 {
		by, at := f.someone(role), f.within(ready, f.now)
		state, holder, reserved = care.TaskReserved, &by, &at
	}
	escalate := f.now.Add(time.Duration(1+f.r.IntN(60*24*60)) * time.Minute)
	late := f.r.IntN(33) == 0 && f.until == nil
	if late {
		escalate = f.within(f.now.AddDate(0, 0, -20), f.now)
	}
	f.rows.add("task", id, run, f.id, f.policy.Zone, agency, role, kind, service, referral, state, holder, "", ready, ready, reserved, nil,
		escalate.AddDate(0, 0, -2), escalate, 0, true, late, f.until != nil)
	return care.OpenPoint{Point: string(kind) + "/1", Kind: care.OpenTask, ID: id}
}

// writePast adds what was done on the case.
func (f *file) writePast() {
	ended := []care.TaskKind{care.FirstListening, care.SocialConsult, care.Orientation, care.ConfirmAppointment, care.Interview, care.Assessment, care.Review}
	for i := range endedTasks {
		kind := ended[i%len(ended)]
		service := f.policy.Services[i%len(f.policy.Services)]
		role, agency, _ := duty.Of(f.policy, kind, service.Code, service.Agency)
		ready := f.within(f.opened, f.now)
		end := f.within(ready, f.now)
		f.rows.add("task", f.newID(), f.run, f.id, f.policy.Zone, agency, role, kind, service.Code, nil, care.TaskCompleted, f.someone(role), "completed", ready, ready,
			ready, end, end, end.AddDate(0, 0, 2), 0, false, false, false)
	}
	var commands []string
	for i := range Worked {
		at, by := f.within(f.opened, f.now), f.someone(care.SocialWorker)
		id, operation := f.idAt(at), care.OpComplete
		if i == 0 {
			id, at, operation = f.id, f.opened, care.OpOpen
		}
		commands = append(commands, id)
		f.rows.add("command", id, f.run, f.id, f.policy.Zone, f.own, by, care.SocialWorker, id, []byte(id), operation, "", care.Answer{Operation: operation, Case: f.run},
			ledger.CommandWorked, i+1, at, at)
		if i < forms {
			f.rows.add("record", id, f.id, f.run, f.policy.Zone, f.own, operation, map[string]string{"outcome": "completed", "note": fmt.Sprintf("Nota di prova %d del caso %d", i, f.n)}, by, at)
		}
	}
	for i := range moments {
		command := commands[i%len(commands)]
		f.rows.add("timeline", f.id, f.run, f.policy.Zone, f.opened.Add(time.Duration(int64(f.now.Sub(f.opened))/moments*int64(i))), "task_completed",
			string(ended[i%len(ended)])+"/completed", command, f.someone(care.SocialWorker))
	}
	f.rows.add("meeting", f.newID(), f.id, f.run, f.policy.Zone, f.own, care.SocialWorker, f.within(f.opened, f.now), f.someone(care.SocialWorker))
}

// writeReadings adds who has read the case, by itself and in a list.
func (f *file) writeReadings() {
	line := int64(f.n*lines + 1)
	for i := range readings {
		f.rows.add("audit", line+int64(i), f.within(f.opened, f.now), f.someone(care.SocialWorker), care.SocialWorker, f.own, f.policy.Zone, ledger.ReadCase, f.id, "", "", f.newID())
	}
	if zones := len(f.policies); f.n%listEvery == 0 && f.n >= listed*zones {
		list := line + readings
		f.rows.add("audit", list, f.within(f.opened, f.now), f.someone(care.Supervisor), care.Supervisor, f.own, f.policy.Zone, ledger.ListCases, nil, "", "open", f.newID())
		for i := range listed { // of the same zone
			f.rows.add("audit_shown", f.earlier(f.n-i*zones), list)
		}
	}
}
