package sole_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/crossing"
	"percorso/internal/sole"
)

func TestLike(t *testing.T) {
	service := func(service, matter string) sole.Branch {
		return sole.Branch{Kind: care.RunService, Service: service, Matter: matter}
	}
	equipe := func(kind care.EquipeKind) sole.Branch { return sole.Branch{Kind: care.RunEquipe, Equipe: kind} }
	refer := func(agency string, needs ...string) sole.Branch {
		return sole.Branch{Kind: care.RunReferral, Agency: agency, Needs: needs}
	}
	// Its appointment has set the placement's service.
	placement := sole.Branch{Kind: care.RunPlacement, Agency: "cpi", Service: "cpi", Needs: []string{"labour"}}
	transfer, review := sole.Branch{Kind: care.RunTransfer}, sole.Branch{Kind: care.RunFollowUp}
	for name, c := range map[string]struct {
		next sole.Branch
		open []sole.Branch
		want bool
	}{
		"nothing open":                        {refer("asl", "health"), nil, false},
		"the same service":                    {service("immigration", "family"), []sole.Branch{service("immigration", "family")}, true},
		"the same service, no matter":         {service("social", ""), []sole.Branch{service("social", "")}, true},
		"another matter":                      {service("immigration", "study"), []sole.Branch{service("immigration", "family")}, false},
		"another matter than those named":     {service("immigration", ""), []sole.Branch{service("immigration", "family")}, false},
		"another service":                     {service("social", ""), []sole.Branch{service("immigration", "")}, false},
		"a second équipe":                     {equipe(care.WithinAgency), []sole.Branch{equipe(care.WithinAgency)}, true},
		"an équipe of the other kind":         {equipe(care.WithinAgency), []sole.Branch{equipe(care.BetweenAgencies)}, false},
		"a second placement":                  {sole.Branch{Kind: care.RunPlacement, Agency: "cpi"}, []sole.Branch{placement}, true},
		"a second placement, redirected":      {sole.Branch{Kind: care.RunPlacement, Agency: "cpi"}, []sole.Branch{{Kind: care.RunPlacement, Agency: "cpia"}}, true},
		"a placement beside a referral":       {sole.Branch{Kind: care.RunPlacement, Agency: "cpi"}, []sole.Branch{refer("cpi", "labour")}, false},
		"a second transfer":                   {transfer, []sole.Branch{transfer}, true},
		"reviews":                             {review, []sole.Branch{review}, false},
		"the same partner and need":           {refer("asl", "health"), []sole.Branch{refer("asl", "health")}, true},
		"another need":                        {refer("asl", "housing"), []sole.Branch{refer("asl", "health")}, false},
		"another partner":                     {refer("cpia", "health"), []sole.Branch{refer("asl", "health")}, false},
		"the partner has the person as whole": {refer("asl", "health"), []sole.Branch{refer("asl")}, true},
		"as a whole beside one need":          {refer("asl"), []sole.Branch{refer("asl", "health")}, false},
		"as a whole twice":                    {refer("asl"), []sole.Branch{refer("asl")}, true},
		"a plan, all of whose needs are":      {refer("asl", "health", "housing"), []sole.Branch{refer("asl", "health"), refer("asl", "housing")}, true},
		"a plan, one of whose needs is new":   {refer("asl", "health", "school"), []sole.Branch{refer("asl", "health"), refer("asl", "housing")}, false},
		"where the placement was sent on to":  {refer("cpi", "labour"), []sole.Branch{placement}, true},
		"that partner, for another need":      {refer("cpi", "school"), []sole.Branch{placement}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := c.next.Like(c.open); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestSecond(t *testing.T) {
	day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	noon, other := day.Add(12*time.Hour), day.AddDate(0, 0, 1)
	open := sole.Standing{
		Case: "c1", Suspended: true, Consented: []crossing.Consent{{Agency: "coop", Purpose: "housing"}}, Closing: true, Met: []time.Time{noon},
		Permit: sole.ShownPermit{Kind: "work", Expiry: &day},
		Branches: []sole.Branch{
			{Run: "service/1", Kind: care.RunService, Service: "social"}, {Run: "placement/1", Kind: care.RunPlacement, Agency: "cpi", Needs: []string{"labour"}, Referral: "r1"},
			{Run: "equipe/1", Kind: care.RunEquipe, Equipe: care.WithinAgency}, {Run: "referral/1", Kind: care.RunReferral, Agency: "asl", Needs: []string{"health"}},
			{Run: "referral/2", Kind: care.RunReferral, Agency: "cpia", Needs: []string{"health"}}, {Run: "transfer/1", Kind: care.RunTransfer},
		},
	}
	bookings := []care.Booking{{Service: "immigration"}, {Service: "social"}}
	receipt := sole.Standing{Permit: sole.ShownPermit{Kind: care.PermitRequested, Expiry: &day}, Receipt: true}
	for name, c := range map[string]struct {
		in    sole.Standing
		run   string
		a     care.Answer
		shown sole.ShownPermit
		field string
		rule  string // empty: it is none
		run2  string // that it names
	}{
		"a service":                  {open, "case/c1", care.Answer{Operation: care.OpBook, Bookings: bookings[1:]}, sole.ShownPermit{}, "service", care.RuleServiceOpen, "service/1"},
		"among bookings":             {open, "case/c1", care.Answer{Operation: care.OpComplete, Bookings: bookings}, sole.ShownPermit{}, "bookings[1].service", care.RuleServiceOpen, "service/1"},
		"another service":            {open, "case/c1", care.Answer{Operation: care.OpBook, Bookings: bookings[:1]}, sole.ShownPermit{}, "", "", ""},
		"a placement":                {open, "case/c1", care.Answer{Operation: care.OpSendToCPI}, sole.ShownPermit{}, "", care.RulePlacementOpen, "placement/1"},
		"an équipe":                  {open, "case/c1", care.Answer{Operation: care.OpConvene, Equipe: care.WithinAgency}, sole.ShownPermit{}, "kind", care.RuleEquipeOpen, "equipe/1"},
		"the other équipe":           {open, "case/c1", care.Answer{Operation: care.OpConvene, Equipe: care.BetweenAgencies}, sole.ShownPermit{}, "", "", ""},
		"a referral":                 {open, "case/c1", care.Answer{Operation: care.OpRefer, Agency: "asl", Matter: "health"}, sole.ShownPermit{}, "agency", care.RuleReferralOpen, "referral/1"},
		"sent on to who has it":      {open, "referral/1", care.Answer{Operation: care.OpRedirect, Agency: "cpia"}, sole.ShownPermit{}, "agency", care.RuleReferralOpen, ""},
		"sent on to somebody new":    {open, "referral/1", care.Answer{Operation: care.OpRedirect, Agency: "cpi"}, sole.ShownPermit{}, "", "", ""},
		"a placement sent on":        {open, "placement/1", care.Answer{Operation: care.OpRedirect, Agency: "cpia"}, sole.ShownPermit{}, "", "", ""},
		"a transfer":                 {open, "case/c1", care.Answer{Operation: care.OpTransfer, Zone: "lucca"}, sole.ShownPermit{}, "zone", care.RuleTransfer, "transfer/1"},
		"a merge in a transfer":      {open, "case/c1", care.Answer{Operation: care.OpMerge}, sole.ShownPermit{}, "", care.RuleTransfer, "transfer/1"},
		"a suspension":               {open, "case/c1", care.Answer{Operation: care.OpSuspend}, sole.ShownPermit{}, "until", care.RuleSuspended, ""},
		"a consent":                  {open, "case/c1", care.Answer{Operation: care.OpConsent, Agency: "coop", Matter: "housing"}, sole.ShownPermit{}, "purpose", care.RuleConsented, ""},
		"a consent to somebody else": {open, "case/c1", care.Answer{Operation: care.OpConsent, Agency: "caritas", Matter: "housing"}, sole.ShownPermit{}, "", "", ""},
		"a consent for more":         {open, "case/c1", care.Answer{Operation: care.OpConsent, Agency: "coop", Matter: "health"}, sole.ShownPermit{}, "", "", ""},
		"a closure":                  {open, "case/c1", care.Answer{Operation: care.OpClose}, sole.ShownPermit{}, "", care.RuleClosing, ""},
		"a reopening":                {open, "case/c1", care.Answer{Operation: care.OpReopen}, sole.ShownPermit{}, "stage", care.RuleNotClosed, ""},
		"the first reopening":        {sole.Standing{Closed: true}, "case/c1", care.Answer{Operation: care.OpReopen}, sole.ShownPermit{}, "", "", ""},
		"a meeting":                  {open, "case/c1", care.Answer{Operation: care.OpMeet, At: &noon}, sole.ShownPermit{}, "at", care.RuleMeetingKnown, ""},
		"another meeting":            {open, "case/c1", care.Answer{Operation: care.OpMeet, At: &day}, sole.ShownPermit{}, "", "", ""},
		"a permit":                   {open, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: "work", Expiry: &noon}, "permit", care.RulePermitKnown, ""},
		"a permit that goes on":      {open, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: "work", Expiry: &other}, "", "", ""},
		"another kind":               {open, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: "family", Expiry: &day}, "", "", ""},
		"the first receipt":          {open, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: care.PermitRequested}, "", "", ""},
		"a second receipt":           {receipt, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: care.PermitRequested}, "permit", care.RulePermitKnown, ""},
		"the permit of the receipt":  {receipt, "case/c1", care.Answer{Operation: care.OpPermit}, sole.ShownPermit{Kind: "work", Expiry: &other}, "", "", ""},
		"what may be repeated":       {open, "case/c1", care.Answer{Operation: care.OpRenewPolicy}, sole.ShownPermit{}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.in.Second(c.run, c.a, c.shown)
			switch {
			case c.rule == "" && got != nil:
				t.Errorf("%v", got)
			case c.rule == "":
			case got == nil || got.Code != care.RefusedOpen || len(got.Faults) != 1 || got.Faults[0] != (care.Fault{Field: c.field, Rule: c.rule}):
				t.Errorf("%v", got)
			case c.a.Operation == care.OpRedirect && got.Open != nil:
				t.Error("who sends a referral on is told of another")
			case c.a.Operation != care.OpRedirect && (got.Open == nil || got.Open.Case != "c1" && got.Open.Case != "" || got.Open.Run != c.run2):
				t.Errorf("%+v", got.Open)
			case !sole.OnceOnly(c.a):
				t.Error("it is never asked")
			}
		})
	}
	if got := open.Resubmitted("referral/2", "asl"); got == nil || got.Faults[0] != (care.Fault{Field: "outcome", Rule: care.RuleReferralOpen}) {
		t.Errorf("%v", got)
	}
	if got := open.Resubmitted("referral/2", "cpia"); got != nil {
		t.Errorf("%v", got)
	}
}

func TestMergedBranches(t *testing.T) {
	kept := sole.Standing{Case: "kept", Branches: []sole.Branch{{Run: "equipe/1", Kind: care.RunEquipe, Equipe: care.WithinAgency}, {Run: "follow-up/1", Kind: care.RunFollowUp}}}
	for rule, branches := range map[string][]sole.Branch{
		"":                {{Kind: care.RunEquipe, Equipe: care.BetweenAgencies}, {Kind: care.RunPlacement}, {Kind: care.RunFollowUp}},
		care.RuleBothOpen: {{Kind: care.RunPlacement}, {Kind: care.RunEquipe, Equipe: care.WithinAgency}},
	} {
		got := kept.Merged(branches)
		if (got == nil) != (rule == "") || got != nil && (got.Faults[0] != care.Fault{Field: "into", Rule: rule} || got.Open.Run != "equipe/1" || got.Open.Case != "kept") {
			t.Errorf("%v: %v", branches, got)
		}
	}
	kept.Branches = append(kept.Branches, sole.Branch{Run: "transfer/1", Kind: care.RunTransfer})
	if got := kept.Merged(nil); got == nil || got.Faults[0].Rule != care.RuleIntoTransfer {
		t.Errorf("%v", got)
	}
}

// Of two who record another permit in the place of the same one, the second is told; who
// shows what is recorded by now hears that it is.
func TestAPermitIsRecordedInThePlaceOfTheOneThatWasSeen(t *testing.T) {
	day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	now := sole.Standing{Permit: sole.ShownPermit{Kind: "family", Expiry: &day}}
	require.Equal(t, "family 2027-03-01", now.PermitSeen())
	asks := func(shown sole.ShownPermit) string {
		refusal := now.Second("case/c1", care.Answer{Operation: care.OpPermit}, shown)
		if refusal == nil {
			return ""
		}
		return refusal.Code + " " + refusal.Faults[0].Rule
	}
	for seen, want := range map[string]string{"": "", "family 2027-03-01": "", "work 2027-03-01": "changed " + sole.RulePermitMeanwhile, "not_shown": "changed " + sole.RulePermitMeanwhile} {
		require.Equal(t, want, asks(sole.ShownPermit{Kind: care.PermitRequested, Seen: seen}), seen)
	}
	require.Equal(t, care.RefusedOpen+" "+care.RulePermitKnown, asks(sole.ShownPermit{Kind: "family", Expiry: &day, Seen: "not_shown"}))
}
