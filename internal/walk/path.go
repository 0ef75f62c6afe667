package walk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"percorso/internal/agenda"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/client"
)

// The parts of the straight path, each from the desk to where its name says.
var (
	ToOrientation = Steps(Opened, Listened)
	ToBooking     = Steps(ToOrientation, BookedService)
	ToAssessment  = Steps(ToBooking, Comes, Done(care.Interview, care.Completion{Outcome: care.Held}))
	Informed      = Steps(ToOrientation, Done(care.Orientation, care.Completion{Outcome: care.Informed}))

	ToCPI     = Steps(ToAssessment, Assessed(care.ToCPI))
	Received  = Steps(ToCPI, Moved("", care.OpAcknowledge, catalogue.ReferralMoveForm{}))
	Accepted  = Steps(Received, Moved("", care.OpAccept, catalogue.ReferralMoveForm{}))
	Signed    = Steps(Accepted, ComesToCPI, Done(care.ServicePact, care.Completion{Outcome: care.Signed}))
	InMeasure = Steps(Signed, StartedMeasure)
	Placed    = Steps(InMeasure, Done(care.PlacementOutcome, care.Completion{Outcome: care.Placed, Enterprise: "Impresa Prova"}))

	// Straight goes on to the closure, as soon as the zone's rhythm brings reviews.
	Straight = Steps(
		Placed,
		Done(care.Review, care.Completion{Outcome: care.Met}),
		Done(care.Review, care.Completion{Outcome: care.ProposeClose, ClosureOutcome: care.OutcomePlaced}),
		Closed(care.OutcomePlaced),
	)
)

// origins are citizenships with a language, one after the other.
var origins = []struct{ citizenship, language string }{
	{"PK", "ur"}, {"AL", "sq"}, {"CN", "zh"}, {"MA", "ar"}, {"NG", "en"}, {"BD", "bn"}, {"UA", "uk"}, {"PE", "es"},
}

// Origin is a citizenship with a language of it, chosen by a number.
func Origin(number int) (citizenship, language string) {
	o := origins[number%len(origins)]
	return o.citizenship, o.language
}

// Channel is one of the ways of coming to the desk, chosen by a number.
func (t *Town) Channel(number int) string {
	return t.Policy.Desk.Channels[number%len(t.Policy.Desk.Channels)].Code
}

// Opened opens a case file at the desk.
func Opened(ctx context.Context, p *Person) error {
	t, today := p.Town, today()
	citizenship, language := Origin(p.Number)
	expiry := today.AddDate(1, 0, p.Number%300)
	family := p.Name
	if family == "" {
		family = fmt.Sprintf("%04d", p.Number)
	}
	cmd, err := t.Staff[care.DeskOperator].OpenCase(ctx, "", client.Opening{
		Person: client.Person{
			GivenName: "Persona", FamilyName: "Prova " + family,
			BirthDate:   today.AddDate(-18-p.Number*7%45, 0, -p.Number%300).Format(time.DateOnly),
			Citizenship: citizenship, Permit: "work", PermitExpiry: expiry.Format(time.DateOnly),
			Languages: []string{language, "it"},
		},
		Needs: p.needs(), Channel: t.Channel(p.Number), Topic: t.Policy.Desk.Topics[p.Number%len(t.Policy.Desk.Topics)].Code,
		NoticeGiven: true, NoticeVersion: "prova",
		AnotherPerson: true, // made-up people have names that are alike
	})
	p.CaseID = cmd.CaseFileID
	if err != nil {
		return fmt.Errorf("opening a case file: %w", err)
	}
	p.Steps++
	return nil
}

// needs are two areas of the zone, labour always among them: without a social
// or labour difficulty nobody is taken over.
func (p *Person) needs() []string {
	needs := []string{"labour"}
	if other := p.Town.Policy.Needs[p.Number%len(p.Town.Policy.Needs)].Code; other != "labour" {
		needs = append(needs, other)
	}
	return needs
}

// Listened is the first listening; where the zone has the social worker called
// at once for social needs, that too.
func Listened(ctx context.Context, p *Person) error {
	heard := care.Completion{Outcome: care.Heard, Needs: p.needs(), Note: "Primo ascolto di prova"}
	if err := Done(care.FirstListening, heard)(ctx, p); err != nil {
		return err
	}
	if p.Town.Policy.Desk.ConsultAtOnce == "" || !p.Town.Policy.Difficult(care.Codes(p.needs()), care.DifficultySocial) {
		return nil
	}
	return Done(care.SocialConsult, care.Completion{Outcome: care.Consulted, Note: "Consulto di prova"})(ctx, p)
}

// BookedService books one of the municipality's level-2 services of the zone.
func BookedService(ctx context.Context, p *Person) error {
	service := p.service()
	return p.received(ctx, service.Code, 1+p.Number%9, func(at *time.Time) error {
		booking := care.Booking{Service: care.Code(service.Code), Matter: care.Code(service.Matters[p.Number%len(service.Matters)]), At: *at}
		return Done(care.Orientation, care.Completion{Outcome: care.Booked, Bookings: []care.Booking{booking}})(ctx, p)
	})
}

// service is the municipality's service that the person goes to.
func (p *Person) service() care.Service {
	var own []care.Service
	for _, s := range p.Town.Policy.Services {
		if s.Agency != p.Town.Policy.CPI() {
			own = append(own, s)
		}
	}
	return own[p.Number%len(own)]
}

// takenMeanwhile is how often a place is asked for that somebody else may just have got.
const takenMeanwhile = 20

// received asks for a free place of a service from the day in so many days on, and for
// another one where it was taken meanwhile.
func (p *Person) received(ctx context.Context, service string, days int, ask func(at *time.Time) error) error {
	for tries := 1; ; tries++ {
		at, err := p.Town.Offer(ctx, service, days, p.Number)
		if err != nil {
			return err
		}
		if err = ask(at); !broke(err, agenda.NoPlace) || tries == takenMeanwhile {
			return err
		}
	}
}

// How soon somebody is received who is received at once: an appointment lies ahead when
// it is made, and what came of it is recorded after its hour. A service that is so busy
// that the hour has come by then is asked for a later one.
const soonest, latest = 2 * time.Second, time.Minute

// Comes has the service receive the person at once instead of on the day that was booked.
func Comes(ctx context.Context, p *Person) error {
	return comes(ctx, p, care.ConfirmAppointment, care.Moved)
}

// ComesToCPI is an appointment at the employment centre at once.
func ComesToCPI(ctx context.Context, p *Person) error {
	return comes(ctx, p, care.PlacementAppointment, care.Fixed)
}

func comes(ctx context.Context, p *Person, task care.TaskKind, outcome string) error {
	for lead := soonest; ; lead *= 2 {
		at := today().Add(lead)
		err := Done(task, care.Completion{Outcome: outcome, At: &at})(ctx, p)
		if broke(err, care.RuleInThePast) && lead < latest {
			continue
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(at)): //nolint:forbidigo // people come at the hours of the clock
			return nil
		}
	}
}

// broke says whether something was refused by a rule.
func broke(err error, rule string) bool {
	var problem *client.Problem
	return errors.As(err, &problem) && slices.ContainsFunc(problem.Errors, func(e client.FieldError) bool { return e.Rule == rule })
}

// Assessed sends the person where an outcome of the assessment leads.
func Assessed(outcome string) Step {
	return func(ctx context.Context, p *Person) error {
		return Done(care.Assessment, care.Completion{Outcome: outcome, Areas: p.areas()})(ctx, p)
	}
}

func (p *Person) areas() []care.AreaFinding {
	var areas []care.AreaFinding
	for i, need := range p.needs() {
		areas = append(areas, care.AreaFinding{Area: need, Need: care.NeedLevels[2-i%2]})
	}
	return areas
}

// Rejected is the employment centre's no, with one of the zone's reasons.
func Rejected(ctx context.Context, p *Person) error {
	reasons := p.Town.Policy.RejectReasons
	return Moved("", care.OpReject, catalogue.ReferralMoveForm{Reason: reasons[p.Number%len(reasons)].Code})(ctx, p)
}

// StartedMeasure starts one of the zone's labour measures.
func StartedMeasure(ctx context.Context, p *Person) error {
	measures := p.Town.Policy.Measures
	return Done(care.Measure, care.Completion{Outcome: care.Started, Measure: measures[p.Number%len(measures)].Code, Until: Days(60)})(ctx, p)
}

// Closed closes the case where its path has come to that, with the approval
// that the zone may ask for.
func Closed(outcome string) Step {
	return func(ctx context.Context, p *Person) error {
		if err := Done(care.Closure, care.Completion{Outcome: care.Closed, ClosureOutcome: outcome})(ctx, p); err != nil {
			return err
		}
		return approved(ctx, p, outcome, false)
	}
}
