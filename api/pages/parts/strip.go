package parts

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"percorso/api/pages/parts/reached"
	"percorso/api/present"
	"percorso/api/web"
	"percorso/internal/care"
	"percorso/internal/correction"
	"percorso/internal/italian"
	"percorso/internal/italian/known"
	"percorso/internal/italian/world"
	"percorso/internal/ledger"
	"percorso/internal/message"
)

// Strip is what stands above a form: whom it is about, what it is about, and what was
// said before. What is empty is not shown.
type Strip struct {
	Person  string          // name and age
	Facts   []string        // of the person: languages, permit
	Reached []reached.Shown // how the person is reached
	Things  []Thing
	Said    []web.Moment // the last notes
	Rest    *web.Link    // where all the rest stands
}

// Thing is what a form is about: an appointment, a referral, a measure.
type Thing struct {
	Title string
	Terms []web.Term
}

// add gives a thing a line, where it has something to say.
func (t *Thing) add(name, value string) {
	if value != "" {
		t.Terms = append(t.Terms, web.Term{Name: name, Value: value})
	}
}

// StripOf begins the strip of a form about a case that the caller reads.
func StripOf(file ledger.Case, now time.Time) *Strip {
	p := file.PersonData
	strip := &Strip{Reached: reached.Proposed(p), Rest: &web.Link{URL: "/fascicoli/" + file.ID, Text: message.Say("case_pages.open_case", "Number", file.Number)}}
	strip.Person = withAge(p.GivenName+" "+p.FamilyName, p.BirthDate, p.YearOnly, now)
	strip.speaks(p.Languages)
	if speech := known.Speech(p.Speech); speech != "" {
		strip.Facts = append(strip.Facts, italian.Upper(speech))
	}
	kind := strings.ToLower(italian.Permit(p.Permit))
	permit := message.Say("strip.permit_only", "Permit", kind)
	switch {
	case p.Permit != "" && p.PermitExpiry != nil:
		permit = message.Say("strip.permit_until", "Permit", kind, "Until", italian.Dated("a", *p.PermitExpiry))
	case p.Receipt != nil:
		permit = message.Say("strip.permit_receipt", "Permit", kind, "Receipt", italian.Dated("di", *p.Receipt))
	}
	strip.Facts = append(strip.Facts, permit)
	if said := cmp.Or(present.ToRepeat(file), present.LastInterpreted(file)); said != "" { // the former is of the last conversation, too
		strip.Facts = append(strip.Facts, said)
	}
	return strip
}

// History is where what was said of a case is read.
type History interface {
	Timeline(ctx context.Context, s care.Staff, caseID string, p ledger.Paging) (ledger.Page[ledger.Moment], error)
}

// StripOfFile is what stands above a form about a case that the caller reads: the person,
// what it is about, how far the case has come, and the last notes.
func StripOfFile(ctx context.Context, from History, who care.Staff, p care.Policy, file ledger.Case, now time.Time, about ...Thing) (*Strip, error) {
	history, err := from.Timeline(ctx, who, file.ID, ledger.Paging{})
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, err
	}
	strip := StripOf(file, now)
	for _, thing := range append(about, CaseThing(p, file)) {
		strip.Put(thing)
	}
	strip.Notes(p, history.Items)
	return strip, nil
}

// Files is History with the case files.
type Files interface {
	History
	CaseFile(ctx context.Context, s care.Staff, id string) (ledger.Case, error)
}

// StripOfCase is StripOfFile of a case that is not read yet; nil: the caller does not read it.
func StripOfCase(ctx context.Context, from Files, who care.Staff, p care.Policy, caseID string, now time.Time, about ...Thing) (*Strip, error) {
	if !care.ReadsCases(who, p) {
		return nil, nil
	}
	file, err := from.CaseFile(ctx, who, caseID)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return StripOfFile(ctx, from, who, p, file, now, about...)
}

// StripOfGiven begins the strip of a form for an agency that reads no case files: it has
// what the agency was given of the person, and nothing else.
func StripOfGiven(given ledger.Snapshot, now time.Time) *Strip {
	name := strings.TrimSpace(given.GivenName + " " + given.FamilyName)
	if name == "" {
		return nil
	}
	born, yearOnly, _ := correction.ParseBirth(given.BirthDate) // unknown, it has no age
	strip := &Strip{Person: withAge(name, born, yearOnly, now)}
	if given.Phone != "" {
		strip.Reached = []reached.Shown{reached.By(given.Telephone())}
	}
	strip.speaks(given.Languages)
	return strip
}

func withAge(name string, born time.Time, yearOnly bool, now time.Time) string {
	if age := Age(born, yearOnly, now); age != "" {
		return name + ", " + age
	}
	return name
}

// Age says how old somebody is now; empty: nobody knows when they were born.
func Age(born time.Time, yearOnly bool, now time.Time) string {
	switch {
	case born.IsZero():
		return ""
	case yearOnly:
		return message.Count("strip.about_years", now.In(italian.Rome).Year()-born.Year())
	}
	return message.Count("strip.years", years(born, now.In(italian.Rome)))
}

// years is how old somebody is on a day.
func years(born, today time.Time) int {
	age := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		age--
	}
	return age
}

func (s *Strip) speaks(tags []string) {
	if len(tags) > 0 {
		s.Facts = append(s.Facts, message.Say("strip.speaks", "Languages", strings.Join(web.Each(tags, world.Language), ", ")))
	}
}

// Put adds a thing that has something to say.
func (s *Strip) Put(t Thing) {
	if len(t.Terms) > 0 {
		s.Things = append(s.Things, t)
	}
}

// lastNotes is how many notes a strip shows.
const lastNotes = 3

// completed is the line of a history that says what somebody did.
const completed = "task_completed"

// Notes puts the last notes of a case's history, the newest first, into the strip. It is
// the one place that what was written before comes from. What one act led to has its note
// each time, and shows it once: with what was done, say an opinion, and not with what
// followed, say that the plan was now to be drawn up.
func (s *Strip) Notes(p care.Policy, moments []ledger.Moment) {
	var last ledger.Moment
	for _, m := range moments {
		switch {
		case m.Note == "":
			continue
		case m.Note == last.Note && m.At.Equal(last.At):
			if last.Code == completed {
				continue
			}
			s.Said[len(s.Said)-1] = present.MomentOf(p, m)
		case len(s.Said) == lastNotes:
			return
		default:
			s.Said = append(s.Said, present.MomentOf(p, m))
		}
		last = m
	}
}

// AppointmentThing is an appointment with its day, hour, place and matter.
func AppointmentThing(p care.Policy, a ledger.Appointment) Thing {
	t := Thing{Title: message.Say("strip.appointment")}
	t.add(message.Say("strip.when"), message.Say("pages_when.day_hour", "Day", italian.Upper(italian.Day(a.At)), "Hour", italian.Hour(a.At)))
	agency := ""
	if service, ok := p.Service(a.Service); ok {
		agency = service.Agency
		t.add(message.Say("strip.service"), service.Name)
	} else if strings.HasPrefix(a.Run, string(care.RunPlacement)+"/") {
		agency = p.CPI()
	}
	where := present.AgencyName(p, agency)
	if office, _ := p.Agency(agency); office.Phone != "" {
		where = message.Say("strip.where_and_phone", "Agency", where, "Phone", office.Phone)
	}
	t.add(message.Say("strip.where"), where)
	if a.Matter != "" {
		t.add(message.Say("strip.matter"), present.NameIn(p.Matters, a.Matter))
	}
	t.add(message.Say("strip.state"), present.HowAppointmentStands(a))
	if a.Arrived != nil {
		t.add(message.Say("strip.arrival"), present.Here(a))
	}
	return t
}

// ReferralThing is a referral with what is asked.
func ReferralThing(p care.Policy, r ledger.Referral) Thing {
	t := Thing{Title: message.Say("strip.referral")}
	t.add(message.Say("strip.from"), present.AgencyName(p, r.FromAgency))
	t.add(message.Say("strip.to"), present.AgencyName(p, r.ToAgency))
	t.add(message.Say("strip.for"), italian.ReferralPurpose(p, r.Purpose))
	t.add(message.Say("strip.sent_on"), italian.Date(r.Requested.In(italian.Rome)))
	t.add(message.Say("strip.state"), italian.Upper(italian.ReferralState(r.State)))
	return t
}

// BranchThing is a service, a practice or a placement under way.
func BranchThing(p care.Policy, b ledger.Branch) Thing {
	t := Thing{Title: italian.RunKind(b.Kind)}
	if b.Service != "" {
		t.add(message.Say("strip.service"), present.ServiceName(p, b.Service))
	}
	if b.Matter != "" {
		t.add(message.Say("strip.matter"), present.NameIn(p.Matters, b.Matter))
	}
	t.add(message.Say("strip.start"), italian.Date(b.Started.In(italian.Rome)))
	return t
}

// CaseThing is how far a case has come, with the areas of need that were found.
func CaseThing(p care.Policy, file ledger.Case) Thing {
	t := Thing{Title: message.Say("strip.path")}
	t.add(message.Say("strip.stage"), italian.Stage(file.Stage))
	t.add(message.Say("strip.needs"), strings.Join(web.Each(p.NeedAreas(file.Needs), func(n care.NeedArea) string { return n.Name }), ", "))
	t.add(message.Say("strip.opened_on"), italian.Date(file.Opened.In(italian.Rome)))
	if len(file.Meetings) > 0 {
		last := file.Meetings[0]
		t.add(message.Say("strip.last_meeting"), italian.Date(last.At.In(italian.Rome))+", "+present.AgencyName(p, last.Agency))
	}
	return t
}

// PermitThing is the person's permit, with when they were born.
func PermitThing(p ledger.Person) Thing {
	t := Thing{Title: message.Say("strip.permit")}
	t.add(message.Say("strip.permit_type"), italian.Permit(p.Permit))
	if p.PermitExpiry != nil {
		t.add(message.Say("strip.last_day"), italian.Date(*p.PermitExpiry))
	}
	if p.Receipt != nil {
		t.add(message.Say("strip.receipt"), italian.Date(*p.Receipt))
	}
	t.add(message.Say("strip.born"), Born(p))
	return t
}
