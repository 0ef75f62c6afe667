package main

import (
	"context"
	"fmt"
	"time"

	"percorso/internal/care"
	"percorso/internal/client"
)

// demoOrigins are citizenships with a language, one after the other.
var demoOrigins = []struct{ citizenship, language string }{
	{"PK", "ur"}, {"AL", "sq"}, {"CN", "zh"}, {"MA", "ar"}, {"NG", "en"}, {"BD", "bn"}, {"UA", "uk"}, {"PE", "es"},
}

// story brings one person to a stage of the path and leaves them there.
type story struct {
	stage string // in words, for errors
	walk  func(ctx context.Context, p *demoPerson) error
}

// steps joins what happens to a person, in its order.
func steps(list ...func(context.Context, *demoPerson) error) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		for _, step := range list {
			if err := step(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}
}

// The parts of the path that stories share.
var (
	toOrientation = steps(opened, listened)
	toBooking     = steps(toOrientation, bookedService)
	toInterview   = steps(toBooking, done(care.ConfirmAppointment, care.Completion{Outcome: care.Confirmed}))
	toAssessment  = steps(toInterview, done(care.Interview, care.Completion{Outcome: care.Held}))
	toCPI         = steps(toAssessment, assessed(care.ToCPI))
	received      = steps(toCPI, moved(care.CPIOperator, care.OpAcknowledge, care.ReferralMoveForm{}))
	accepted      = steps(received, moved(care.CPIOperator, care.OpAccept, care.ReferralMoveForm{}))
	toPact        = steps(accepted, fixedAppointment)
	signed        = steps(toPact, done(care.ServicePact, care.Completion{Outcome: care.Signed}))
	inMeasure     = steps(signed, startedMeasure)
	placed        = steps(inMeasure, done(care.PlacementOutcome, care.Completion{Outcome: care.Placed, Enterprise: "Impresa Prova"}))
	informed      = steps(toOrientation, done(care.Orientation, care.Completion{Outcome: care.Informed}))
)

// stories are the people of a zone, from the desk to the end of the path.
var stories = []story{
	{"just opened", opened},
	{"just opened, another", opened},
	{"first listening under way", steps(opened, claimed(care.FirstListening))},
	{"first listening done", toOrientation},
	{"booked", toBooking},
	{"booked, another", toBooking},
	{"appointment confirmed", toInterview},
	{"appointment moved", steps(toBooking, movedAppointment)},
	{"interview held", toAssessment},
	{"assessment under way", steps(toAssessment, claimed(care.Assessment))},
	{"did not come once", steps(toInterview, missed("no_reason_given"))},
	{"did not come, with a good reason", steps(toInterview, missed(care.GoodReason))},
	{"practice followed", steps(toAssessment, openedPractice)},
	{"practice granted", steps(toAssessment, openedPractice, done(care.FollowPractice, care.Completion{Outcome: care.Granted}))},
	{"social service", steps(toAssessment, assessed(care.ToSocial))},
	{"need resolved", steps(toAssessment, assessed(care.Resolved))},
	{"referral requested", toCPI},
	{"referral requested, another", toCPI},
	{"referral acknowledged", received},
	{"referral on hold", steps(received, moved(care.CPIOperator, care.OpHold, care.ReferralMoveForm{Note: "Serve il curriculum (prova)"}))},
	{"referral rejected", steps(received, rejected)},
	{"referral withdrawn", steps(toCPI, moved(care.SocialWorker, care.OpWithdraw, care.ReferralMoveForm{Note: "La persona ha trovato lavoro da sé (prova)"}))},
	{"referral accepted", accepted},
	{"CPI appointment fixed", toPact},
	{"pact signed", signed},
	{"measure running", inMeasure},
	{"measure running, another", inMeasure},
	{"placed, follow-up waiting", placed},
	{"in training, follow-up waiting", steps(inMeasure, done(care.PlacementOutcome, care.Completion{Outcome: care.InTraining}))},
	{"closed: needs met", steps(informed, closed("needs_met"))},
	{"closed: moved away", steps(informed, closed("moved_away"))},
	{"closed early: withdrew", steps(toInterview, closedEarly("withdrew"))},
	{"closed early: unreachable", steps(received, closedEarly("unreachable"))},
	{"closed after the placement", steps(placed, closedEarly("placed"))},
}

// demoPerson is a made-up person on the path.
type demoPerson struct {
	town   *town
	number int
	caseID string
}

// opened opens a case file at the desk.
func opened(ctx context.Context, p *demoPerson) error {
	t, origin := p.town, demoOrigins[p.number%len(demoOrigins)]
	today := time.Now()
	cmd, err := t.staff[care.DeskOperator].OpenCase(ctx, "", client.Opening{
		Person: client.Person{
			GivenName: "Persona", FamilyName: fmt.Sprintf("Prova %04d", p.number),
			BirthDate:   today.AddDate(-18-p.number*7%45, 0, -p.number).Format(time.DateOnly),
			Citizenship: origin.citizenship, Permit: "work", PermitExpiry: today.AddDate(1, 0, p.number%300).Format(time.DateOnly),
			Languages: []string{origin.language, "it"},
		},
		Needs: p.needs(), Channel: t.channel(p.number), Topic: t.policy.Desk.Topics[p.number%len(t.policy.Desk.Topics)].Code,
		NoticeGiven: true, NoticeVersion: "prova",
	})
	p.caseID = cmd.CaseFileID
	return err
}

// needs are two areas of the zone, labour always among them: without a social
// or labour difficulty nobody is taken over.
func (p *demoPerson) needs() []string {
	needs := []string{"labour"}
	if other := p.town.policy.Needs[p.number%len(p.town.policy.Needs)].Code; other != "labour" {
		needs = append(needs, other)
	}
	return needs
}

func listened(ctx context.Context, p *demoPerson) error {
	return done(care.FirstListening, care.Completion{Outcome: care.Heard, Needs: p.needs(), Note: "Primo ascolto di prova"})(ctx, p)
}

// bookedService books one of the municipality's level-2 services of the zone.
func bookedService(ctx context.Context, p *demoPerson) error {
	var own []care.Service
	for _, s := range p.town.policy.Services {
		if s.Agency != p.town.policy.CPI() {
			own = append(own, s)
		}
	}
	service := own[p.number%len(own)]
	booking := care.Booking{Service: service.Code, Matter: service.Matters[p.number%len(service.Matters)], At: *p.days(1 + p.number%9)}
	return done(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{booking}})(ctx, p)
}

func movedAppointment(ctx context.Context, p *demoPerson) error {
	return done(care.ConfirmAppointment, care.Completion{Outcome: care.Moved, At: p.days(12)})(ctx, p)
}

func missed(reason string) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		return done(care.Interview, care.Completion{Outcome: care.NoShow, Reason: reason, At: p.days(7)})(ctx, p)
	}
}

// assessed sends the person where an outcome of the assessment leads.
func assessed(outcome string) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		return done(care.Assessment, care.Completion{Outcome: outcome, Areas: p.areas()})(ctx, p)
	}
}

func (p *demoPerson) areas() []care.AreaFinding {
	var areas []care.AreaFinding
	for i, need := range p.needs() {
		areas = append(areas, care.AreaFinding{Area: need, Need: care.NeedLevels[2-i%2]})
	}
	return areas
}

func openedPractice(ctx context.Context, p *demoPerson) error {
	matter := p.town.policy.Matters[p.number%len(p.town.policy.Matters)].Code
	return done(care.Assessment, care.Completion{Outcome: care.PracticeOpen, Areas: p.areas(), Matter: matter})(ctx, p)
}

func rejected(ctx context.Context, p *demoPerson) error {
	reasons := p.town.policy.RejectReasons
	return moved(care.CPIOperator, care.OpReject, care.ReferralMoveForm{Reason: reasons[p.number%len(reasons)].Code})(ctx, p)
}

func fixedAppointment(ctx context.Context, p *demoPerson) error {
	return done(care.PlacementAppointment, care.Completion{Outcome: care.Fixed, At: p.days(3 + p.number%5)})(ctx, p)
}

func startedMeasure(ctx context.Context, p *demoPerson) error {
	measures := p.town.policy.Measures
	return done(care.Measure, care.Completion{Outcome: care.Started, Measure: measures[p.number%len(measures)].Code, Until: p.days(60)})(ctx, p)
}

func closed(outcome string) func(context.Context, *demoPerson) error {
	return done(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: outcome})
}

func closedEarly(outcome string) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		_, err := p.town.staff[care.SocialWorker].CloseEarly(ctx, "", p.caseID, care.EarlyClosure{Outcome: outcome, Note: "Chiusura di prova"})
		return err
	}
}

// days is so many days from now, at ten in the morning.
func (p *demoPerson) days(n int) *time.Time {
	year, month, day := time.Now().AddDate(0, 0, n).Date()
	at := time.Date(year, month, day, 10, 0, 0, 0, time.Local)
	return &at
}

// claimed claims a task of the case for the role that it waits for.
func claimed(kind care.TaskKind) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		_, err := p.claim(ctx, kind)
		return err
	}
}

func (p *demoPerson) claim(ctx context.Context, kind care.TaskKind) (client.Task, error) {
	task, err := p.task(ctx, kind)
	if err != nil {
		return task, err
	}
	if _, err := p.town.staff[task.Role].Claim(ctx, "", task.ID); err != nil {
		return task, fmt.Errorf("claiming %s: %w", kind, err)
	}
	return task, nil
}

// done claims and completes a task of the case.
func done(kind care.TaskKind, form care.Completion) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		task, err := p.claim(ctx, kind)
		if err != nil {
			return err
		}
		if _, err := p.town.staff[task.Role].Complete(ctx, "", task.ID, form); err != nil {
			return fmt.Errorf("completing %s: %w", kind, err)
		}
		return nil
	}
}

// moved does an operation on the case's referral.
func moved(role care.Role, op care.Operation, form care.ReferralMoveForm) func(context.Context, *demoPerson) error {
	return func(ctx context.Context, p *demoPerson) error {
		var id string
		err := awaited(ctx, "a referral", func() (bool, error) {
			page, err := p.town.staff[role].Referrals(ctx, p.caseID)
			if err != nil || len(page.Items) == 0 {
				return false, err
			}
			id = page.Items[0].ID
			return true, nil
		})
		if err != nil {
			return err
		}
		if _, err := p.town.staff[role].Move(ctx, "", id, op, form); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		return nil
	}
}

// task waits until the case has an open task of a kind: what a step tells
// another process reaches it a moment later.
func (p *demoPerson) task(ctx context.Context, kind care.TaskKind) (task client.Task, err error) {
	err = awaited(ctx, "task "+string(kind), func() (bool, error) {
		page, err := p.town.staff[care.Supervisor].Tasks(ctx, client.TaskQuery{CaseFileID: p.caseID})
		for _, t := range page.Items {
			if t.Kind == kind {
				task = t
				return true, nil
			}
		}
		return false, err
	})
	return task, err
}

// awaited asks again until something is there, for a while.
func awaited(ctx context.Context, what string, there func() (bool, error)) error {
	const limit, pause = 30 * time.Second, 100 * time.Millisecond
	for until := time.Now().Add(limit); time.Now().Before(until); {
		if ok, err := there(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
	return fmt.Errorf("%s did not come within %s", what, limit)
}
