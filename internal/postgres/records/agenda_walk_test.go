package records_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/absence"
	"percorso/internal/agenda"
	"percorso/internal/calledoff"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/testclock"
)

var (
	agendas     = flag.Int("agendas", len(testclock.Moments), "how many random walks are made over agendas")
	firstAgenda = flag.Uint64("first-agenda", 0, "the seed of the first of them")
	agendaSteps = flag.Int("agenda-steps", 60, "how many steps each of them has")
)

// TestTheAgendaKeepsItsPromises: whatever becomes of sessions, closures, absences, bookings,
// moves, cancellations, days called off, places beyond and places that are kept, in any order
// and at the moments at which days and hours are odd. Each place that is given, and each that
// is not, is beside what a second reading of the rules says (walkedLaw): no session has more
// people than places, nobody is received outside of one but by a place that says so, nobody is
// in two places at once, every appointment stands at its time until somebody ends it, and
// whoever is refused is offered what is free.
//
// go test ./internal/postgres/records -run TheAgendaKeepsItsPromises -agendas 100 -agenda-steps 200
func TestTheAgendaKeepsItsPromises(t *testing.T) {
	var mutex sync.Mutex
	done := map[string]int{}
	t.Run("walks", func(t *testing.T) {
		for seed := *firstAgenda; seed < *firstAgenda+uint64(*agendas); seed++ {
			moment := testclock.Moments[seed%uint64(len(testclock.Moments))]
			t.Run(fmt.Sprint("seed ", seed, " from ", moment.Name), func(t *testing.T) {
				t.Parallel()
				w := newAgendaWalk(t, seed, moment.At)
				defer func() {
					if t.Failed() {
						t.Log(strings.Join(w.trail, "\n"))
					}
				}()
				for range *agendaSteps {
					w.step()
					w.holds()
				}
				mutex.Lock()
				defer mutex.Unlock()
				for what, n := range w.done {
					done[what] += n
				}
			})
		}
	})
	t.Log(done)
	if *agendas < len(testclock.Moments) || t.Failed() {
		return
	}
	for _, what := range []string{
		"booked", "refused: " + agenda.NoPlace, "refused: " + agenda.OutsideSessions, "refused: " + agenda.Elsewhere, "moved", "cancelled",
		"called off", "changed sessions", "beyond: " + agenda.Extra, "beyond: " + agenda.OutOfHours, "kept", "beside another",
	} {
		require.Positive(t, done[what], "in no walk: %s", what)
	}
}

// placed is a place that somebody has.
type placed struct {
	service     string
	at, until   time.Time
	caseRun     string
	run         string // of the appointment; empty: it is held for a booking
	appointment string
	pua         bool
	beyond      agenda.Given
	joint       string // by which those at one place are known; empty: it is alone
}

// overlaps says whether two have some time in common.
func (p placed) overlaps(from, until time.Time) bool {
	return p.at.Before(until) && from.Before(p.until)
}

// flying is a command that was accepted and not worked.
type flying struct {
	cmd  ledger.Command
	of   care.Operation
	hold *placed // the place that it holds; nil: it holds none
	on   *placed // the appointment that it changes
	was  bool    // it said which time it saw
	saw  time.Time
}

// chosen is a place that somebody has chosen on a form.
type chosen struct {
	staff, form, service string
	at, until, ends      time.Time
}

// away are days of a service that are called off.
type away struct {
	id, service string
	first, last time.Time // midnight UTC
	back        bool
}

// agendaWalk does at random what may be done with the agenda of a zone.
type agendaWalk struct {
	*play
	random  *rand.Rand
	law     walkedLaw
	laws    int
	persons []string
	stand   []*placed // with an appointment
	flight  []flying
	kept    []chosen
	off     []away
	moves   int // that were worked
	done    map[string]int
	trail   []string
}

const deskAccount, workerAccount, supervisorAccount, cpiAccount = "desk_operator.prato", "social_worker.prato", "supervisor.prato", "cpi_operator.prato"

// received are the services whose agendas are walked, that of the employment centre last.
var received = []string{"pas", "spac", "uoc_immigrazione", "cpi"}

func newAgendaWalk(t *testing.T, seed uint64, now time.Time) *agendaWalk {
	w := &agendaWalk{play: &play{postgrestest.NewPlayAt(t, now)}, random: rand.New(rand.NewPCG(seed, 17)), done: map[string]int{}}
	w.law = walkedLaw{sessions: map[string][]care.Session{}}
	for _, service := range received {
		w.law.sessions[service] = w.someSessions(service)
	}
	w.decides()
	for range 3 {
		run, _ := w.Begin(ledger.Person{}, ledger.Effects{})
		w.persons = append(w.persons, run)
	}
	return w
}

func (w *agendaWalk) did(what string, more ...any) {
	w.done[what]++
	w.trail = append(w.trail, fmt.Sprint(w.Now.Format(time.DateTime), " ", what, " ", fmt.Sprint(more...)))
}

func (w *agendaWalk) one(list ...string) string { return list[w.random.IntN(len(list))] }

// someSessions are when a service receives from now on: at usual hours, around midnight, at
// night while the clocks change, the whole day, by the second, or for a few days alone.
func (w *agendaWalk) someSessions(service string) (list []care.Session) {
	from := w.Now.In(testclock.Rome)
	session := func(a, b string, seconds int) care.Session {
		return care.Session{Days: care.Weekdays, From: a, To: b, Seconds: seconds, Places: 1 + w.random.IntN(2), Mode: agenda.InPerson}
	}
	switch w.random.IntN(6) {
	case 0:
		list = []care.Session{session("14:00", "16:00", 2700), session("09:00", "11:00", 1800)}
	case 1:
		list = []care.Session{session("00:00", "02:00", 1800), session("22:30", "24:00", 1800)}
	case 2:
		list = []care.Session{session("01:00", "04:00", 1800)}
	case 3:
		list = []care.Session{session("00:00", "24:00", 1)}
	case 4:
		list = []care.Session{session("10:30", "12:00", 900), session("12:00", "12:01", 7)}
	case 5:
		list = []care.Session{session("00:00", "24:00", 3600)}
		list[0].Since, list[0].Until = from.Format(time.DateOnly), from.AddDate(0, 0, 1+w.random.IntN(5)).Format(time.DateOnly)
	}
	for i := range list {
		if service == "cpi" {
			list[i].Places, list[i].PUA, list[i].Release = 2, 1, 24
		}
	}
	return list
}

// decides makes the law of the walk that of the zone.
func (w *agendaWalk) decides() {
	w.laws++
	w.Law(fmt.Sprint("agenda ", w.laws), func(policy *care.Policy) {
		policy.Closures = nil
		for _, day := range w.law.closed {
			policy.Closures = append(policy.Closures, care.OfficeClosure{From: day, To: day, Name: "Chiusura di prova"})
		}
		for i, s := range policy.Services {
			if sessions, walked := w.law.sessions[s.Code]; walked {
				policy.Services[i].Sessions = sessions
			}
		}
	})
}

// walkedLaw is when services receive, read a second time: session by session and second by
// second from midnight, from a list of holidays typed by hand.
type walkedLaw struct {
	sessions map[string][]care.Session
	closed   []string
}

// holidays are those of Italy and of Prato's patron, and the Mondays after Easter that a walk may meet.
var holidays = []string{"01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "10-04", "11-01", "12-08", "12-25", "12-26", "2027-03-29", "2028-04-17"}

// works says whether the offices do on a day.
func (l walkedLaw) works(day, now time.Time) bool {
	date := day.Format(time.DateOnly)
	switch {
	case date == now.In(testclock.Rome).Format(time.DateOnly):
		return true // somebody is there
	case day.Weekday() == time.Saturday, day.Weekday() == time.Sunday, slices.Contains(holidays, date), slices.Contains(holidays, date[5:]), slices.Contains(l.closed, date):
		return false
	}
	return true
}

// reaches is the first moment of a day at which its clocks have come to an hour.
func reaches(day time.Time, hour string) time.Time {
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, testclock.Rome)
	if hour == "24:00" {
		return midnight.AddDate(0, 0, 1)
	}
	at := midnight
	for at.Format("15:04") < hour {
		at = at.Add(time.Minute)
	}
	return at
}

// walkedSlot is one appointment's time.
type walkedSlot struct {
	at, until time.Time
	session   care.Session
}

// slots are those of a day, in their order.
func (l walkedLaw) slots(service string, day time.Time, each func(walkedSlot) bool) {
	sessions := slices.SortedFunc(slices.Values(l.sessions[service]), func(a, b care.Session) int { return cmp.Compare(a.From, b.From) })
	date := day.Format(time.DateOnly)
	for _, s := range sessions {
		if s.Since != "" && date < s.Since || s.Until != "" && date > s.Until {
			continue
		}
		lasts, end := time.Duration(s.Seconds)*time.Second, reaches(day, s.To)
		for at := reaches(day, s.From); !at.Add(lasts).After(end); at = at.Add(lasts) {
			if !each(walkedSlot{at, at.Add(lasts), s}) {
				return
			}
		}
	}
}

// slot is the one that begins at a time, on a day on which the service receives.
func (w *agendaWalk) slot(service string, at time.Time) (found walkedSlot, ok bool) {
	there := at.In(testclock.Rome)
	if !w.law.works(there, w.Now) || w.isOff(service, there) {
		return found, false
	}
	w.law.slots(service, there, func(s walkedSlot) bool {
		found, ok = s, s.at.Equal(at)
		return !ok && s.at.Before(at)
	})
	return found, ok
}

func midnightUTC(day time.Time) time.Time {
	day = day.In(testclock.Rome)
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
}

func (w *agendaWalk) isOff(service string, day time.Time) bool {
	date := midnightUTC(day)
	return slices.ContainsFunc(w.off, func(o away) bool { return o.service == service && !date.Before(o.first) && !date.After(o.last) })
}

// taken are all places that are: booked and held.
func (w *agendaWalk) taken() (all []*placed) {
	all = slices.Clone(w.stand)
	for _, f := range w.flight {
		if f.hold != nil {
			all = append(all, f.hold)
		}
	}
	return all
}

// asking is as whom a place is asked for: its service, the PUA, or who sends somebody.
type asking int

const (
	itself asking = iota
	fromOutside
	sending
)

// free says whether a slot has a place for an account.
func (w *agendaWalk) free(s walkedSlot, service, account string, as asking) bool {
	all, pua, joint := 0, 0, map[string]bool{}
	for _, p := range w.taken() {
		if one := fmt.Sprint(p.joint, p.at.Unix()); p.joint != "" && p.overlaps(s.at, s.until) {
			if joint[one] {
				continue
			}
			joint[one] = true
		}
		if p.service == service && p.overlaps(s.at, s.until) {
			all++
			if p.pua {
				pua++
			}
		}
	}
	for _, k := range w.kept {
		if k.service == service && k.staff != account && k.ends.After(w.Now) && k.at.Before(s.until) && s.at.Before(k.until) {
			all++
		}
	}
	given := s.session.PUA
	back := given > 0 && !w.Now.Before(s.at.Add(-time.Duration(s.session.Release)*time.Hour))
	switch {
	case all >= s.session.Places:
		return false
	case given == 0, back && as == itself:
		return true
	case as == itself:
		return all-pua < s.session.Places-given
	}
	return !back && pua < given
}

// rule says why nobody is received at a time; empty: somebody is.
func (w *agendaWalk) rule(service, account string, at time.Time, as asking) string {
	there := at.In(testclock.Rome)
	slot, ok := w.slot(service, at)
	switch {
	case !w.law.works(there, w.Now):
		return care.RuleClosedDay
	case w.isOff(service, there):
		return agenda.CalledOff
	case !ok:
		return agenda.OutsideSessions
	case !w.free(slot, service, account, as):
		return agenda.NoPlace
	}
	return ""
}

// lasts is until when an appointment does.
func (w *agendaWalk) lasts(service string, at time.Time) time.Time {
	if s, ok := w.slot(service, at); ok {
		return s.until
	}
	return at.Add(agenda.Usual)
}

// expected says whether the person of a case is somewhere else then; what the run has itself
// does not count.
func (w *agendaWalk) expected(caseRun, run string, from, until time.Time) bool {
	return slices.ContainsFunc(w.taken(), func(p *placed) bool {
		return p.caseRun == caseRun && (run == "" || p.run != run) && p.overlaps(from, until)
	})
}

// when is a time to come: for the most part one at which a session of the service has a slot,
// now and then one at which somebody is expected already.
func (w *agendaWalk) when(service string) time.Time {
	if all := w.taken(); len(all) > 0 && w.random.IntN(3) == 0 {
		if at := all[w.random.IntN(len(all))].at; at.After(w.Now) {
			return at
		}
	}
	day := w.Now.In(testclock.Rome)
	day = time.Date(day.Year(), day.Month(), day.Day()+w.random.IntN(4), 12, 0, 0, 0, testclock.Rome)
	sessions := w.law.sessions[service]
	s := sessions[w.random.IntN(len(sessions))]
	at := reaches(day, s.From).Add(time.Duration(w.random.IntN(4)*s.Seconds) * time.Second)
	if w.random.IntN(8) == 0 {
		at = at.Add(time.Duration(w.random.IntN(600)) * time.Minute)
	}
	for !at.After(w.Now) {
		at = at.Add(24 * time.Hour)
	}
	return at
}

// step does one thing.
func (w *agendaWalk) step() {
	w.Now = w.Now.Add(time.Duration(1+w.random.IntN(40)) * time.Second)
	switch n := w.random.IntN(30); {
	case n < 8:
		w.book()
	case n < 9:
		w.beside()
	case n < 11:
		w.sends()
	case n < 16:
		w.move()
	case n < 19:
		w.cancel()
	case n < 22:
		w.works()
	case n < 25:
		w.keeps()
	case n < 26:
		w.callsOff()
	case n < 27:
		w.takesBack()
	case n < 28:
		w.changesSessions()
	case n < 29:
		w.goesAway()
	default:
		w.Now = w.Now.Add([]time.Duration{time.Minute, agenda.KeptFor, time.Hour, 24 * time.Hour}[w.random.IntN(4)])
	}
}

// accepts has somebody ask for a place, and says whether they get it as the second reading
// of the rules says.
func (w *agendaWalk) accepts(account string, c ledger.NewCommand, want placed, why string, as asking) (ledger.Command, *placed) {
	w.T.Helper()
	rule := w.rule(want.service, account, want.at, as)
	if want.joint == "" {
		want.until = w.lasts(want.service, want.at)
	} else {
		rule = agenda.OnTheDay(rule)
	}
	if given := agenda.Beyond(rule); why != "" && given != "" {
		switch {
		case account != supervisorAccount && want.service == "uoc_immigrazione": // in the others she works herself
			rule = agenda.NotYours
		case given == agenda.OutOfHours && !agenda.InHours(want.at.In(testclock.Rome), w.law.sessions[want.service]...):
			rule = agenda.OutsideHours
		default:
			rule, want.beyond = "", agenda.Given{As: given, Why: why}
		}
	}
	if rule == "" && w.expected(want.caseRun, want.run, want.at, want.until) {
		rule = agenda.Elsewhere
	}
	if c.Operation == care.OpBook && w.underWay(want) {
		rule = care.RuleServiceOpen
	}
	cmd, err := w.Records.Accept(w.T.Context(), w.Accounts[account], c)
	require.NoError(w.T, err)
	if rule != "" {
		require.Equal(w.T, ledger.CommandRefused, cmd.State, "%s at %s: should be refused by %s", want.service, want.at, rule)
		require.Equal(w.T, rule, cmd.Refusal.Faults[0].Rule, "%s at %s", want.service, want.at)
		for _, o := range cmd.Refusal.Offers {
			require.Empty(w.T, w.rule(want.service, account, o.At, as), "offered: %s at %s", want.service, o.At)
		}
		w.did("refused: "+rule, c.Operation, want.service, want.at)
		return cmd, nil
	}
	require.Equal(w.T, ledger.CommandAccepted, cmd.State, "%s at %s: %+v", want.service, want.at, cmd.Refusal)
	if want.beyond.As != "" {
		w.did("beyond: " + want.beyond.As)
	}
	w.kept = slices.DeleteFunc(w.kept, func(k chosen) bool {
		return k.staff == account && k.service == want.service && k.at.Equal(want.at)
	})
	return cmd, &want
}

// why is a reason for a place beyond those that there are, or none.
func (w *agendaWalk) why() string {
	if w.random.IntN(3) == 0 {
		return w.one("urgent", "deadline", "agreed")
	}
	return ""
}

// underWay says whether the person has an appointment with the service already.
func (w *agendaWalk) underWay(want placed) bool {
	return slices.ContainsFunc(w.stand, func(a *placed) bool { return a.caseRun == want.caseRun && a.service == want.service })
}

func (w *agendaWalk) book() {
	service, caseRun, account, why := w.one(received[:3]...), w.one(w.persons...), w.one(workerAccount, supervisorAccount), w.why()
	at := w.when(service)
	form := catalogue.BookingForm{Booking: care.Booking{Service: care.Code(service), At: at}, Beyond: why}
	cmd, hold := w.accepts(account, catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun), form).NewCommand, placed{service: service, at: at, caseRun: caseRun}, why, itself)
	if hold == nil {
		return
	}
	w.did("booked", service, " ", at, " for ", caseRun)
	w.flies(flying{cmd: cmd, of: care.OpBook, hold: hold})
}

// beside books somebody at the place of another person's appointment.
func (w *agendaWalk) beside() {
	i := slices.IndexFunc(w.stand, func(a *placed) bool {
		return a.service != "cpi" && a.at.After(w.Now) && !slices.ContainsFunc(w.flight, func(f flying) bool { return f.on == a && f.hold != nil })
	})
	if i < 0 {
		return
	}
	a, caseRun := w.stand[i], w.one(w.persons...)
	if a.joint == "" {
		a.joint = uuid.NewString()
	}
	form := catalogue.BookingForm{Booking: care.Booking{Service: care.Code(a.service), At: a.at}, Joins: a.appointment}
	want := placed{service: a.service, at: a.at, until: a.until, caseRun: caseRun, joint: a.joint}
	cmd, hold := w.accepts(workerAccount, catalogue.Book.Command(uuid.NewString(), ledger.BareID(caseRun), form).NewCommand, want, "", itself)
	if hold == nil {
		return
	}
	w.did("beside another", a.service, " ", a.at)
	w.flies(flying{cmd: cmd, of: care.OpBook, hold: hold})
}

// sends sends somebody new to the employment centre, with a place of its block.
func (w *agendaWalk) sends() {
	caseRun, _ := w.Begin(ledger.Person{}, ledger.Effects{})
	at := w.when("cpi")
	c := catalogue.ReferToCPI.Command(uuid.NewString(), ledger.BareID(caseRun), catalogue.SendToCPI{At: &at}).NewCommand
	cmd, hold := w.accepts(workerAccount, c, placed{service: "cpi", at: at, caseRun: caseRun, pua: true}, "", sending)
	if hold == nil {
		return
	}
	w.did("sent", at)
	w.flies(flying{cmd: cmd, of: care.OpSendToCPI, hold: hold})
}

// flies leaves a command in flight, now and then; else it is worked.
func (w *agendaWalk) flies(f flying) {
	w.flight = append(w.flight, f)
	if w.random.IntN(3) > 0 {
		w.work(len(w.flight) - 1)
	}
}

func (w *agendaWalk) move() {
	if len(w.stand) == 0 {
		return
	}
	a := w.stand[w.random.IntN(len(w.stand))]
	at, why, account := w.when(a.service), w.why(), supervisorAccount
	if !a.at.After(w.Now) || at.Equal(a.at) {
		return
	}
	form := agenda.Moving{At: at, By: agenda.TheService, Why: "other_cause", Beyond: why}
	f := flying{of: care.OpMoveMeeting, on: a, was: w.random.IntN(2) == 0, saw: a.at}
	if f.was {
		form.Was = &f.saw
	}
	want := placed{service: a.service, at: at, caseRun: a.caseRun, run: a.run, pua: a.service == "cpi"}
	as := itself
	if a.service == "cpi" { // the supervisor is of another agency
		as = fromOutside
	}
	f.cmd, f.hold = w.accepts(account, catalogue.MoveAppointment.Command(uuid.NewString(), a.appointment, form).NewCommand, want, why, as)
	if f.hold == nil {
		return
	}
	w.flies(f)
}

func (w *agendaWalk) cancel() {
	if len(w.stand) == 0 {
		return
	}
	a := w.stand[w.random.IntN(len(w.stand))]
	if !a.at.After(w.Now) {
		return
	}
	c := catalogue.CancelAppointment.Command(uuid.NewString(), a.appointment, agenda.Cancelling{By: agenda.TheService, Why: "office_cannot"})
	cmd, err := w.Records.Accept(w.T.Context(), w.Accounts[supervisorAccount], c.NewCommand)
	require.NoError(w.T, err)
	require.Equal(w.T, ledger.CommandAccepted, cmd.State, cmd.Refusal)
	w.flies(flying{cmd: cmd, of: care.OpCancelMeeting, on: a})
}

// works works something that is in flight, the oldest first or not.
func (w *agendaWalk) works() {
	if len(w.flight) > 0 {
		w.work(w.random.IntN(len(w.flight)))
	}
}

// work works a command, or makes no use of it.
func (w *agendaWalk) work(i int) {
	w.T.Helper()
	f := w.flight[i]
	w.flight = slices.Delete(w.flight, i, i+1)
	e := ledger.Entry{ID: f.cmd.ID, Answer: f.cmd.Answer}
	switch f.of {
	case care.OpBook, care.OpSendToCPI:
		if w.underWay(*f.hold) { // by a booking that was worked meanwhile
			require.Equal(w.T, ledger.Refused, w.Tries(f.hold.caseRun, e, ledger.Effects{}, nil).Verdict)
			w.did("booked twice")
			return
		}
		if w.random.IntN(6) == 0 {
			w.Does(f.hold.caseRun, e, ledger.Effects{}, nil)
			w.did("no use made of a place")
			return
		}
		open := care.Answer{Operation: care.OpOpen, Service: care.Code(f.hold.service), At: &f.hold.at}
		kind := care.RunService
		if f.of == care.OpSendToCPI {
			open.Service, open.Agency, kind = "", "cpi", care.RunPlacement
		}
		f.hold.run, f.hold.appointment = postgrestest.NewRun(kind), uuid.NewString()
		w.Does(f.hold.caseRun, e, ledger.Effects{Tell: []ledger.Message{{Run: f.hold.run, Answer: open}}}, nil)
		w.Does(f.hold.run, w.Hear(f.hold.run, care.OpOpen), ledger.Effects{Appointments: []ledger.AppointmentChange{
			{ID: f.hold.appointment, State: care.AppointmentBooked, Service: care.Code(f.hold.service), At: f.hold.at}}}, nil)
		w.stand = append(w.stand, f.hold)
	case care.OpMoveMeeting, care.OpCancelMeeting:
		e.Target = f.on.appointment
		effects := ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: f.on.appointment, State: care.AppointmentCancelled}}, Ending: care.NotReached}
		if f.hold != nil {
			effects = ledger.Effects{Appointments: []ledger.AppointmentChange{{ID: f.on.appointment, At: f.hold.at}}}
		}
		at := slices.Index(w.stand, f.on)
		verdict := ledger.Recorded
		if at < 0 || f.was && !f.on.at.Equal(f.saw) {
			verdict = ledger.Refused // somebody has changed it meanwhile
		}
		require.Equal(w.T, verdict, w.Tries(f.on.run, e, effects, nil).Verdict, f.of)
		switch {
		case verdict == ledger.Refused:
			w.did("changed meanwhile", f.of)
		case f.hold == nil:
			w.stand = slices.Delete(w.stand, at, at+1)
			w.did("cancelled", f.on.service, " ", f.on.at)
		default:
			if !f.on.at.Equal(f.hold.at) {
				f.hold.appointment = f.on.appointment
				*f.on = *f.hold
				w.moves++
			}
			w.did("moved", f.on.service, " ", f.on.at)
		}
	}
}

// keeps has somebody choose a place on a form, or leave the form.
func (w *agendaWalk) keeps() {
	account, form, service := w.one(deskAccount, workerAccount), w.one("/a", "/b", "/c", "/d"), w.one(received[:3]...)
	ctx, who, mine := w.T.Context(), w.Accounts[account], func(k chosen) bool { return k.staff == account && k.form == form }
	if w.random.IntN(5) == 0 {
		require.NoError(w.T, w.Records.KeepPlaces(ctx, who, form, nil))
		w.kept = slices.DeleteFunc(w.kept, mine)
		return
	}
	at := w.when(service)
	require.NoError(w.T, w.Records.KeepPlaces(ctx, who, form, []care.Booking{{Service: care.Code(service), At: at}}))
	w.kept = slices.DeleteFunc(w.kept, func(k chosen) bool {
		return k.staff == account && (!k.ends.After(w.Now) || k.form == form && !k.at.Equal(at))
	})
	slot, ok := w.slot(service, at)
	if !ok || !w.free(slot, service, account, itself) {
		return
	}
	if !slices.ContainsFunc(w.kept, func(k chosen) bool { return mine(k) && k.service == service && k.at.Equal(at) }) {
		w.kept = append(w.kept, chosen{account, form, service, slot.at, slot.until, w.Now.Add(agenda.KeptFor)})
	}
	own := 0
	for i := len(w.kept) - 1; i >= 0; i-- { // the newest last
		if k := w.kept[i]; k.staff == account && k.service == service {
			if own++; own > agenda.MostKeptPlaces {
				w.kept = slices.Delete(w.kept, i, i+1)
			}
		}
	}
	w.did("kept", account, " ", service, " ", at)
}

// callsOff calls off days of a service, with whoever is expected then.
func (w *agendaWalk) callsOff() {
	ctx, who, service := w.T.Context(), w.Accounts[supervisorAccount], w.one(received...)
	first := midnightUTC(w.Now).AddDate(0, 0, w.random.IntN(3))
	last := first.AddDate(0, 0, w.random.IntN(2))
	form := calledoff.Form{Service: service, First: care.DateOf(first), Last: care.DateOf(last), Reason: "premises"}
	then := func(p *placed) bool {
		day := midnightUTC(p.at)
		return p.service == service && !day.Before(first) && !day.After(last) && !p.at.Before(w.Now)
	}
	var expected, cancelled []string
	for _, a := range w.stand {
		if then(a) {
			expected = append(expected, a.appointment)
			if !slices.ContainsFunc(w.flight, func(f flying) bool { return f.on == a && f.of == care.OpCancelMeeting }) {
				cancelled = append(cancelled, a.appointment)
			}
		}
	}
	list, err := w.Records.Proposal(ctx, who, form)
	require.NoError(w.T, err)
	var proposed []string
	for _, v := range list {
		proposed = append(proposed, v.ID)
	}
	require.ElementsMatch(w.T, expected, proposed)

	id, err := w.Records.CallOff(ctx, who, uuid.NewString(), form)
	rule := ""
	switch {
	case slices.ContainsFunc(w.off, func(o away) bool {
		return o.service == service && !o.last.Before(o.first) && !first.After(o.last) && !last.Before(o.first)
	}):
		rule = calledoff.Already
	case slices.ContainsFunc(w.flight, func(f flying) bool { return f.hold != nil && then(f.hold) }):
		rule = calledoff.Fixing
	}
	if rule != "" {
		var refused *care.Refusal
		require.ErrorAs(w.T, err, &refused)
		require.Equal(w.T, rule, refused.Faults[0].Rule)
		w.did("not called off: " + rule)
		return
	}
	require.NoError(w.T, err)
	w.off = append(w.off, away{id: id, service: service, first: first, last: last})
	w.did("called off", service, " ", first, " ", last, " with ", len(cancelled))
	_, people, err := w.Records.CalledOffDay(ctx, who, id)
	require.NoError(w.T, err)
	var called []string
	for _, p := range people {
		called = append(called, p.ID)
	}
	require.ElementsMatch(w.T, cancelled, called, "each is to be told")
	for _, a := range slices.Clone(w.stand) {
		if slices.Contains(cancelled, a.appointment) {
			e := w.Row(`SELECT id::text FROM command WHERE target = $1 AND operation = 'cancel_appointment' AND state = 'accepted'`, a.appointment)
			w.flight = append(w.flight, flying{
				cmd: ledger.Command{ID: e["id"].(string), Answer: care.Answer{Operation: care.OpCancelMeeting, Reason: care.ServiceUnavailable, Case: a.caseRun}},
				of:  care.OpCancelMeeting, on: a, was: true, saw: a.at,
			})
		}
	}
}

// takesBack has the service receive again on the days to come.
func (w *agendaWalk) takesBack() {
	if len(w.off) == 0 {
		return
	}
	o := &w.off[w.random.IntN(len(w.off))]
	from := o.first
	if tomorrow := midnightUTC(w.Now).AddDate(0, 0, 1); from.Before(tomorrow) {
		from = tomorrow
	}
	err := w.Records.TakeBack(w.T.Context(), w.Accounts[supervisorAccount], o.id)
	if o.back || from.After(o.last) {
		require.Error(w.T, err)
		return
	}
	require.NoError(w.T, err)
	o.back, o.last = true, from.AddDate(0, 0, -1)
	w.did("taken back", o.service, " from ", from)
}

// changesSessions has a service receive at other hours, or the offices close on a day. What is
// booked stays.
func (w *agendaWalk) changesSessions() {
	if w.random.IntN(3) == 0 {
		w.law.closed = []string{w.Now.In(testclock.Rome).AddDate(0, 0, 1+w.random.IntN(3)).Format(time.DateOnly)}
		w.did("closed", w.law.closed)
	} else {
		service := w.one(received...)
		w.law.sessions[service] = w.someSessions(service)
		w.did("changed sessions", service, " ", w.law.sessions[service])
	}
	w.decides()
}

// goesAway has somebody be away for a day, which ends nobody's appointment.
func (w *agendaWalk) goesAway() {
	day := care.DateOf(midnightUTC(w.Now).AddDate(0, 0, w.random.IntN(5)))
	who := w.Accounts[w.one(workerAccount, "immigration_expert.prato", cpiAccount)]
	_, err := w.Records.EnterAbsence(w.T.Context(), who, uuid.NewString(), who.ID, absence.Days{First: day, Last: day})
	var refused *care.Refusal
	if err != nil {
		require.ErrorAs(w.T, err, &refused)
		require.Equal(w.T, absence.Overlaps, refused.Faults[0].Rule)
	}
	w.did("away", who.Subject)
}

// holds asserts what is so after every step.
func (w *agendaWalk) holds() {
	w.T.Helper()
	line := func(service string, at, until time.Time, state, beyond string) string {
		return fmt.Sprint(service, " ", at.UTC().Format(time.DateTime), " ", until.UTC().Format(time.DateTime), " ", state, " ", beyond)
	}
	var want, have, given []string
	for _, a := range w.stand {
		want = append(want, line(a.service, a.at, a.until, a.appointment, a.beyond.As+a.beyond.Why))
		if a.beyond.As != "" {
			given = append(given, a.appointment+a.beyond.As+a.beyond.Why)
		}
	}
	for _, f := range w.flight {
		if f.hold != nil {
			want = append(want, line(f.hold.service, f.hold.at, f.hold.until, "held", f.hold.beyond.As+f.hold.beyond.Why))
		}
	}
	type row struct {
		Service, State, Beyond string
		At, Until              time.Time
	}
	rows, err := w.Owner.Query(w.T.Context(), `SELECT b.service, CASE WHEN b.state = 'held' THEN 'held' ELSE b.appointment_id::text END, b.beyond || b.beyond_why, b.at, b.until FROM booking b
		LEFT JOIN appointment a ON a.id = b.appointment_id WHERE b.state = 'held' OR b.state = 'booked' AND a.state IN ('booked', 'confirmed') AND a.at = b.at`)
	require.NoError(w.T, err)
	for rows.Next() {
		var r row
		require.NoError(w.T, rows.Scan(&r.Service, &r.State, &r.Beyond, &r.At, &r.Until))
		have = append(have, line(r.Service, r.At, r.Until, r.State, r.Beyond))
	}
	require.NoError(w.T, rows.Err())
	require.ElementsMatch(w.T, want, have, "each place is of an appointment at its time, or held for what is on its way")
	require.Equal(w.T, len(want), w.Count(`booking WHERE state IN ('held', 'booked')`))
	require.Equal(w.T, len(w.stand), w.Count(`appointment WHERE state IN ('booked', 'confirmed')`))
	require.Equal(w.T, w.moves, w.Count(`appointment a JOIN appointment n ON n.id = a.moved_to WHERE a.state = 'moved'`), "what was moved stays")
	require.Zero(w.T, w.Count(`booking b JOIN run r ON r.id = b.run_id JOIN booking o ON o.id > b.id AND o.at < b.until AND b.at < o.until AND o.state IN ('held', 'booked') AND o.run_id <> b.run_id
		JOIN run q ON q.id = o.run_id AND q.case_id = r.case_id WHERE b.state IN ('held', 'booked')`), "nobody is in two places")

	var ids, shown []string
	for _, a := range w.stand {
		ids = append(ids, a.appointment)
	}
	list, err := w.Records.Beyond(w.T.Context(), w.Accounts[supervisorAccount], ids)
	require.NoError(w.T, err)
	for _, g := range list {
		shown = append(shown, g.ID+g.As+g.Why)
	}
	require.ElementsMatch(w.T, given, shown, "a place beyond those that there are says so")
	require.Equal(w.T, len(slices.DeleteFunc(slices.Clone(w.kept), func(k chosen) bool { return !k.ends.After(w.Now) })), w.Count(`place_kept WHERE ends_at > $1`, w.Now))
	w.offers()
}

// offers asserts that somebody is offered what is free, and nothing else, the earliest first.
func (w *agendaWalk) offers() {
	const most = 3
	service, account, as := w.one(received...), w.one(deskAccount, workerAccount), itself
	if service == "cpi" {
		account, as = w.one(cpiAccount, deskAccount), itself
		if account == deskAccount {
			as = fromOutside
		}
	}
	var want []time.Time
	day := w.Now.In(testclock.Rome)
	day = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, testclock.Rome)
	for ahead := 0; ahead < 15 && len(want) < most; ahead++ {
		if day := day.AddDate(0, 0, ahead); w.law.works(day, w.Now) && !w.isOff(service, day) {
			w.law.slots(service, day, func(s walkedSlot) bool {
				if s.at.After(w.Now) && w.free(s, service, account, as) {
					want = append(want, s.at)
				}
				return len(want) < most
			})
		}
	}
	free, err := w.Records.Offers(w.T.Context(), w.Accounts[account], service, w.Now, most)
	require.NoError(w.T, err)
	var have []time.Time
	for _, s := range free {
		have = append(have, s.At)
	}
	require.Equal(w.T, len(want), len(have), "%s for %s: %v, offered %v", service, account, want, have)
	for i := range want {
		require.True(w.T, want[i].Equal(have[i]), "%s for %s: %v, offered %v", service, account, want, have)
	}
}
