package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"percorso/internal/actors"
	"percorso/internal/agenda"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/ledger"
)

// town is a zone with its offices and who works there.
type town struct {
	policy care.Policy
	days   care.Calendar
	staff  []care.Staff
}

// enters reads all zones.
func (p *player) enters(ctx context.Context) (towns []town, err error) {
	policies, err := p.records.Zones(ctx)
	if err != nil {
		return nil, err
	}
	for _, policy := range policies {
		t, err := p.enter(ctx, policy)
		if err != nil {
			return nil, err
		}
		p.towns[policy.Zone] = t
		towns = append(towns, t)
	}
	return towns, nil
}

// enter reads a zone and its staff.
func (p *player) enter(ctx context.Context, policy care.Policy) (t town, err error) {
	t.policy = policy
	if t.days, err = calendar.New(policy); err != nil {
		return t, err
	}
	for _, h := range policy.Roles {
		first := string(h.Role) + "." + policy.Zone
		for _, subject := range []string{first, string(h.Role) + "_2." + policy.Zone} {
			s, err := p.records.Staff(ctx, subject)
			if err != nil && subject == first {
				return t, fmt.Errorf("account %s: %w", subject, err)
			}
			if err == nil {
				t.staff = append(t.staff, s)
			}
		}
	}
	return t, nil
}

// chance is the same at each demo for the same name.
func chance(name string) *rand.Rand {
	seed := fnv.New64()
	_, _ = seed.Write([]byte(name))               // never fails
	return rand.New(rand.NewPCG(seed.Sum64(), 1)) //nolint:gosec // made-up people, not secrets
}

// life is that of one person's case, as the staff of a zone work on it. Its methods are
// what happens to it; each that does something does it at the offices' hours. What does
// not go as it is written panics, and ends the play.
type life struct {
	*player
	town
	ctx    workflow.Context
	rand   *rand.Rand
	number int
	person ledger.Person
	needs  []string
	id     string // of the case
	next   string // code of another zone
	asked  int    // commands so far
}

// key is the idempotency key of the latest command.
func (l *life) key() string { return fmt.Sprintf("made-up-%s-%d-%d", l.policy.Zone, l.number, l.asked) }

// backFrom is the working day so many before the end of the play, at an hour of the offices.
func (l *life) backFrom(days int) time.Time {
	at := l.until
	for range days {
		at = l.days.LastOpen(at.AddDate(0, 0, -1))
	}
	return l.atOffice(at)
}

// atOffice is an hour of the offices on a day.
func (l *life) atOffice(day time.Time) time.Time {
	y, m, d := day.In(l.days.Location()).Date()
	return time.Date(y, m, d, 9+l.rand.IntN(7), l.rand.IntN(60), l.rand.IntN(60), 0, l.days.Location())
}

// sleeps lets time pass until a moment; one after the play's end never comes.
func (l *life) sleeps(until time.Time) {
	if d := until.Sub(l.now()); d > 0 {
		must(workflow.Sleep(l.ctx, d))
	}
}

// passes lets so many working days pass.
func (l *life) passes(days int) {
	at := l.now()
	for range days {
		at = l.days.NextOpen(at.AddDate(0, 0, 1))
	}
	if days > 0 {
		l.sleeps(l.atOffice(at))
	}
}

// as is one of those who have a role: mostly the same one for a case.
func (l *life) as(role care.Role) care.Staff {
	var all []care.Staff
	for _, s := range l.staff {
		if s.Role == role {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		panic(fmt.Errorf("%s has nobody as %s", l.policy.Zone, role))
	}
	return all[l.number%min(len(all), 2)] // a third is who will have left
}

// colleague is somebody of a role besides the one of this case.
func (l *life) colleague(role care.Role) care.Staff {
	mine := l.as(role)
	i := slices.IndexFunc(l.staff, func(s care.Staff) bool { return s.Role == role && s.ID != mine.ID })
	if i < 0 {
		return mine
	}
	return l.staff[i]
}

// asks has somebody do something through the door of API and pages, and the run work it.
func (l *life) asks(who care.Staff, c catalogue.Command) {
	l.inTurn(l.ctx, func() {
		l.asked++
		c.Key = l.key()
		cmd, err := l.door.Do(context.Background(), who, c)
		if err == nil && cmd.State == ledger.CommandAccepted {
			l.bring(l.ctx, cmd)
			cmd, err = l.records.Command(context.Background(), who, cmd.ID)
		}
		switch {
		case err != nil:
			panic(fmt.Errorf("%s as %s: %w", c.Operation, who.Subject, err))
		case cmd.State != ledger.CommandWorked:
			panic(fmt.Errorf("%s as %s is %s: %w", c.Operation, who.Subject, cmd.State, cmd.Refusal))
		}
		if c.Operation == care.OpOpen {
			l.id = ledger.BareID(cmd.Run)
			l.cases = append(l.cases, l.id)
		}
	})
}

// opens opens the person's case file at the desk.
func (l *life) opens(note string) {
	l.asks(l.as(care.DeskOperator), catalogue.Open.Command("", "", ledger.CaseOpening{
		Person: l.person, Needs: l.needs, Channel: l.policy.Desk.Channels[l.number%len(l.policy.Desk.Channels)].Code,
		Topic: l.policy.Desk.Topics[l.number%len(l.policy.Desk.Topics)].Code, NoticeGiven: true, NoticeVersion: "prova", Note: note,
	}))
}

// file reads the case file.
func (l *life) file() ledger.Case {
	file, err := l.records.CaseFile(context.Background(), l.as(care.SocialWorker), l.id)
	must(err)
	return file
}

// find looks for an open task of a kind, and of a role unless that is empty.
func (l *life) find(kind care.TaskKind, role care.Role) (found ledger.Task, ok bool) {
	page, err := l.records.Tasks(context.Background(), l.as(care.Supervisor), ledger.TaskFilter{CaseID: l.id}, ledger.Paging{Limit: 100})
	must(err)
	i := slices.IndexFunc(page.Items, func(t ledger.Task) bool { return t.Kind == kind && (role == "" || t.Role == role) })
	if i < 0 {
		return found, false
	}
	return page.Items[i], true
}

// task waits for an open task of a kind, as for a review that a rhythm brings.
func (l *life) task(kind care.TaskKind, role care.Role) ledger.Task {
	const most = 150
	for range most {
		if t, ok := l.find(kind, role); ok {
			return t
		}
		l.passes(1)
	}
	panic(fmt.Errorf("there is no task %s within %d working days", kind, most))
}

// claims has somebody take a task.
func (l *life) claims(kind care.TaskKind) { l.claim(l.task(kind, "")) }

func (l *life) claim(t ledger.Task) (who care.Staff) {
	if i := slices.IndexFunc(l.staff, func(s care.Staff) bool { return s.ID == t.HolderID }); i >= 0 {
		return l.staff[i]
	}
	who = l.as(t.Role)
	l.asks(who, catalogue.Claim.Command("", t.ID, catalogue.None{}))
	return who
}

// does claims and completes a task after so many working days.
func (l *life) does(days int, kind care.TaskKind, form care.Completion) {
	l.doesAs(days, "", kind, form)
}

// doesAs is does for one of several tasks side by side: that of a role.
func (l *life) doesAs(days int, role care.Role, kind care.TaskKind, form care.Completion) {
	l.passes(days)
	t := l.task(kind, role)
	if agenda.AfterItsHour(kind, care.Code(form.Outcome)) {
		l.comes()
	}
	who := l.claim(t)
	l.asks(who, catalogue.Complete.Command("", t.ID, form))
}

// comes lets time pass until the hour of the appointment that is next.
func (l *life) comes() {
	for _, a := range l.file().Appointments {
		if a.State == string(care.AppointmentBooked) || a.State == string(care.AppointmentConfirmed) {
			l.sleeps(a.At.Add(50 * time.Minute))
		}
	}
}

// service is the municipality's service that the person goes to.
func (l *life) service() care.Service {
	var own []care.Service
	for _, s := range l.policy.Services {
		if s.Agency != l.policy.CPI() {
			own = append(own, s)
		}
	}
	return own[l.number%len(own)]
}

// place is a free place of a service from a moment on. Where it receives at any hour it is
// one of the offices'.
func (l *life) place(service string, from time.Time) time.Time {
	if len(agenda.Sessions(l.policy, service)) == 0 {
		return l.atOffice(l.days.NextOpen(from))
	}
	free, err := l.records.Offers(context.Background(), l.as(care.DeskOperator), service, from, 3)
	must(err)
	if len(free) == 0 {
		panic(fmt.Errorf("%s has no free place", service))
	}
	return free[l.rand.IntN(len(free))].At
}

// books books the person's service from a moment on, at the end of the orientation.
func (l *life) books(days int, from time.Time) {
	l.passes(days)
	s := l.service()
	l.does(0, care.Orientation, care.Completion{Outcome: care.Booked, Note: say(l, bookingNotes),
		Bookings: []care.Booking{{Service: care.Code(s.Code), Matter: care.Code(s.Matters[l.number%len(s.Matters)]), At: l.place(s.Code, from)}}})
}

// soon is some days from now.
func (l *life) soon(days int) time.Time { return l.now().AddDate(0, 0, days) }

// day is a later day at ten, as forms ask for one.
func (l *life) day(days int) *time.Time {
	y, m, d := l.now().In(l.days.Location()).AddDate(0, 0, days).Date()
	at := l.days.NextOpen(time.Date(y, m, d, 10, 0, 0, 0, l.days.Location()))
	return &at
}

// moves does an operation on the newest referral, after so many working days.
func (l *life) moves(days int, role care.Role, op care.Operation, form catalogue.ReferralMoveForm) {
	l.passes(days)
	page, err := l.records.Referrals(context.Background(), l.as(care.Supervisor), ledger.ReferralFilter{CaseID: l.id}, ledger.Paging{Limit: 20})
	must(err)
	for _, r := range page.Items {
		if !r.State.Settled() {
			l.asks(l.as(role), catalogue.Moves[op].Command("", r.ID, form).InRun(r.Run))
			return
		}
	}
	panic(fmt.Errorf("no referral allows to %s", op))
}

// asksCase does an operation on the case, as somebody of a role.
func asksCase[F any](l *life, days int, role care.Role, o catalogue.Operation[F], form F) {
	l.passes(days)
	l.asks(l.as(role), o.Command("", l.id, form))
}

// closes closes the case where its path has come to that, with the approval that the zone asks for.
func (l *life) closes(days int, outcome, note string) {
	l.does(days, care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: outcome, Note: note})
	l.approves(outcome, false)
}

// closesEarly closes it from wherever it stands.
func (l *life) closesEarly(days int, outcome, note string) {
	asksCase(l, days, care.SocialWorker, catalogue.Close, catalogue.EarlyClosure{Outcome: outcome, Note: note})
	l.approves(outcome, true)
}

func (l *life) approves(outcome string, early bool) {
	if _, asked := actors.Approver(l.policy, care.Code(outcome), early); asked {
		l.does(1, care.ClosureApproval, care.Completion{Outcome: care.Approved})
	}
}

// partner is a partner of a kind that answers through one-time links.
func (l *life) partner(kind care.AgencyKind) care.Agency {
	for _, a := range l.policy.Agencies {
		if a.Kind == kind && a.ByLink() {
			return a
		}
	}
	panic(fmt.Errorf("%s has no partner of the kind %s", l.policy.Zone, kind))
}

// refers refers the person to a partner.
func (l *life) refers(days int, to care.Agency, purpose, note string) {
	l.passes(days)
	who := l.as(care.SocialWorker)
	seen, err := l.records.Disclosure(context.Background(), who, l.id, to.Code, purpose)
	must(err)
	l.asks(who, catalogue.Refer.Command("", l.id, catalogue.ReferForm{Agency: to.Code, Purpose: purpose, Notice: true, Seen: seen.Digest, Consent: to.LegalBasis() != care.PublicTask, Note: note}))
}

// elsewhere is the same life as the staff of the other zone work on it.
func (l *life) elsewhere() *life {
	return &life{player: l.player, town: l.towns[l.next], ctx: l.ctx, rand: l.rand, number: l.number + 1000, needs: l.needs, id: l.id}
}

// newest is the id of the file that was opened last in the zone.
func (l *life) newest() string {
	page, err := l.records.CaseFiles(context.Background(), l.as(care.Supervisor), ledger.CaseFilter{}, ledger.Paging{Limit: 1})
	must(err)
	return page.Items[0].ID
}
