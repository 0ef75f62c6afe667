package tasks

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/internal/agenda"
	"percorso/internal/arrival"
	"percorso/internal/care"
	"percorso/internal/health"
	"percorso/internal/italian"
	"percorso/internal/ledger"
	"percorso/internal/message"
	"percorso/internal/zone"
)

// subject is what a task's page is about, for whoever looks at it. What its parts need
// of the case is read once.
type subject struct {
	place *Place
	who   care.Staff
	rules *zone.Rules
	task  ledger.Task

	read     bool
	kept     *ledger.Case
	told     bool
	timeline []ledger.Moment
	late     int        // how many minutes after its hour the person of the appointment came, as the strip shows it
	minuted  url.Values // what minutes say was said from the seat that the task is of; nil: nothing
}

// about begins the page of a task.
func (s *Place) about(ctx context.Context, who care.Staff, t ledger.Task) (*subject, error) {
	rules, err := s.Book.Rules(ctx, who.Zone)
	return &subject{place: s, who: who, rules: rules, task: t}, err
}

// file is the case file; nil: the caller does not read it, as long as it is another zone's.
func (a *subject) file(ctx context.Context) (*ledger.Case, error) {
	if a.read || a.task.Kind == care.TransferAnswer || !care.ReadsCases(a.who, a.rules.Policy) {
		return a.kept, nil
	}
	file, err := a.place.Records.CaseFile(ctx, a.who, a.task.CaseID)
	switch {
	case err == nil:
		a.kept = &file
	case !errors.Is(err, ledger.ErrNotFound):
		return nil, err
	}
	a.read = true
	return a.kept, nil
}

// then says what happens when the task's term is over, as the sentence of its case says it.
// Empty: nothing does, or whom it would be told to the caller cannot know.
func (a *subject) then(ctx context.Context, now time.Time) (string, error) {
	t := a.task
	if t.Due == nil || !t.State.Open() {
		return "", nil
	}
	file, err := a.file(ctx)
	if err != nil || file == nil || file.Waiting.For != health.WaitTask {
		return "", err
	}
	w := health.Waiting{For: health.WaitTask, Until: t.Due, Tells: file.Waiting.Tells}
	if t.ID == file.Waiting.TaskID {
		w = file.Waiting
	}
	if w.Until == nil || w.Then == "remind" {
		w.Until, w.Then = t.Due, ""
	}
	if t.LateSince != nil && !now.Before(*w.Until) {
		w.Then = health.ThenUntold
		if t.Escalated {
			w.Then = health.ThenEscalated
		}
	}
	if w.Over(now) && !now.Before(*t.Due) { // since when, the page says beside this
		return italian.Upper(italian.Knows(w)) + ".", nil
	}
	return italian.Upper(italian.Term(w, now)) + ".", nil
}

// looked is how much of the history is looked through for notes, and for who proposed a
// closure.
const looked = 50

// moments are the last lines of the case's history; none where the caller does not read it.
func (a *subject) moments(ctx context.Context) ([]ledger.Moment, error) {
	if a.told {
		return a.timeline, nil
	}
	page, err := a.place.Records.Timeline(ctx, a.who, a.task.CaseID, ledger.Paging{Limit: looked})
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, err
	}
	a.told, a.timeline = true, page.Items
	return a.timeline, nil
}

// strip is what stands above the form of an open task for whoever reads its case file;
// nil: the caller does not.
func (a *subject) strip(ctx context.Context, asked *Asked) (*parts.Strip, error) {
	if !a.task.State.Open() {
		return nil, nil
	}
	file, err := a.file(ctx)
	if err != nil || file == nil {
		return nil, err
	}
	strip := parts.StripOf(*file, a.place.Now())
	if slices.Contains(aboutPermit, a.task.Kind) {
		strip.Put(parts.PermitThing(file.PersonData))
	}
	p := a.rules.Policy
	if strings.HasPrefix(a.task.Run, string(care.RunCase)+"/") {
		strip.Put(parts.CaseThing(p, *file))
	}
	for _, b := range file.Branches {
		if b.Run == a.task.Run && b.Kind != care.RunReferral {
			strip.Put(parts.BranchThing(p, b))
		}
	}
	a.appointment(strip, file.Appointments)
	a.referral(strip, file.Referrals, asked)
	if len(strip.Things) == 0 {
		strip.Put(parts.CaseThing(p, *file))
	}
	moments, err := a.moments(ctx)
	strip.Notes(p, moments)
	return strip, err
}

// aboutPermit are the kinds of task that are about the person's permit or age.
var aboutPermit = []care.TaskKind{care.PermitRenewal, care.Reconsider, care.ComingOfAge}

// stripOfGiven is the same for an agency that has but what it was given of the person.
func (a *subject) stripOfGiven(ctx context.Context, given ledger.Snapshot, asked *Asked) (*parts.Strip, error) {
	strip := parts.StripOfGiven(given, a.place.Now())
	if strip == nil {
		return nil, nil
	}
	if a.task.Kind != care.TransferAnswer { // whose appointments are another zone's
		agreed, err := a.place.Records.Appointments(ctx, a.who, ledger.AppointmentFilter{CaseID: a.task.CaseID}, ledger.Paging{})
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return nil, err
		}
		a.appointment(strip, agreed.Items)
	}
	a.referral(strip, nil, asked)
	if len(strip.Things) == 0 {
		strip.Put(parts.Thing{Title: message.Say("task_page.task"), Terms: []web.Term{{Name: message.Say("task_page.asked"), Value: italian.TaskPurpose(a.task.Kind)}}})
	}
	return strip, nil
}

// appointment puts the latest appointment of the task's own part of the path into the strip.
func (a *subject) appointment(strip *parts.Strip, list []ledger.Appointment) {
	var latest *ledger.Appointment
	for i := range list {
		if list[i].Run == a.task.Run && (latest == nil || list[i].At.After(latest.At)) {
			latest = &list[i]
		}
	}
	if latest != nil {
		if latest.Stands() {
			a.late = arrival.Late(latest.At, latest.Arrived)
		}
		strip.Put(parts.AppointmentThing(a.rules.Policy, *latest))
		return
	}
	if a.task.Kind != care.TellPerson {
		return
	}
	for _, o := range list { // that were cancelled as the case was suspended
		if o.State == string(care.AppointmentCancelled) && o.AskedBy == agenda.TheService && o.At.After(a.task.Ready) {
			strip.Put(parts.AppointmentThing(a.rules.Policy, o))
		}
	}
}

// referral puts the referral that the task is about into the strip.
func (a *subject) referral(strip *parts.Strip, list []ledger.Referral, asked *Asked) {
	if asked != nil {
		strip.Put(parts.ReferralThing(a.rules.Policy, asked.about))
		return
	}
	for _, r := range slices.Backward(list) {
		if r.ID == a.task.ReferralID || r.Run == a.task.Run {
			strip.Put(parts.ReferralThing(a.rules.Policy, r))
			return
		}
	}
}
