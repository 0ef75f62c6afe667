package zone_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"percorso/deploy"
	"percorso/internal/calendar"
	"percorso/internal/care"
	"percorso/internal/duty"
	"percorso/internal/slip"
	"percorso/internal/terms"
	"percorso/internal/usual"
	"percorso/internal/zone"
	"percorso/internal/zone/fault"
)

// delivered reads the zones that are delivered, by code.
func delivered(t *testing.T) map[string]care.Policy {
	t.Helper()
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]care.Policy{}
	for _, p := range policies {
		byCode[p.Zone] = p
	}
	return byCode
}

func prova(t *testing.T) care.Policy {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "prova.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, faults := zone.Read("prova.yaml", data)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return p
}

// TestDeliveredZones holds the zones' files against the action plan.
func TestDeliveredZones(t *testing.T) {
	zones := delivered(t)
	if len(zones) != 3 {
		t.Fatalf("%d zones", len(zones))
	}
	band := func(day care.Weekday, from, to string) care.Band { return care.Band{Weekday: day, From: from, To: to} }
	for _, want := range []struct {
		zone, municipality, saint string
		lead                      bool
		target                    int
		roles                     []care.Role
		hours                     []care.Band
		services, partners        []string
		access                    care.MediatorAccess
		foreign                   float64
		activities                []string
		equipe                    []care.Role // between agencies: those of the plan, and where it is needed a mediator
		quorum                    care.QuorumRule
		approval                  care.Role
	}{
		{
			"prato", "Comune di Prato", "12-26", true, 200,
			[]care.Role{care.CPIOperator, care.SocialWorker, care.InterculturalMediator, care.LabourPolicyExpert, care.ImmigrationExpert},
			[]care.Band{
				band("mon", "09:00", "13:00"), band("mon", "15:00", "17:00"), band("tue", "09:00", "13:00"),
				band("thu", "09:00", "13:00"), band("thu", "15:00", "17:00"), band("fri", "09:00", "13:00"),
			},
			[]string{"pas", "uoc_immigrazione", "spac", "cpi"},
			[]string{"cpi", "cpia", "commit", "asl", "third_sector", "social_centres"},
			care.MediatorsByCalendar, 40066,
			[]string{"networking", "pua_level_1", "pua_level_2"},
			[]care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.LabourPolicyExpert, care.ImmigrationExpert},
			care.QuorumRule{Roles: 3, Agencies: 2}, care.Supervisor,
		},
		{
			"pistoia", "Comune di Pistoia", "07-25", false, 100,
			[]care.Role{care.CPIOperator, care.SocialWorker, care.InterculturalMediator, care.LabourPolicyExpert},
			[]care.Band{
				band("mon", "08:30", "12:30"), band("tue", "08:30", "17:30"), band("thu", "08:30", "14:30"), band("fri", "08:30", "12:30"),
			},
			[]string{"job_orientation", "internship_matching", "self_employment", "social_service"},
			[]string{"cpi", "cpia", "commit", "asl", "third_sector", "intercultural_centre"},
			care.MediatorsByAppointment, 7686,
			[]string{"pua_level_1", "pua_level_2"},
			[]care.Role{care.SocialWorker, care.CPIOperator, care.InterculturalMediator, care.LabourPolicyExpert},
			care.QuorumRule{Roles: 3, Agencies: 2}, "",
		},
		{
			"lucca", "Comune di Lucca", "07-12", false, 100,
			[]care.Role{care.AdministrativeExpert, care.SocialWorker, care.CooperativeExpert, care.ThirdSectorOperator, care.CPIOperator, care.InterculturalMediator},
			[]care.Band{band("tue", "09:00", "14:00"), band("tue", "15:00", "17:00")},
			[]string{"segretariato_sociale", "professional_social_service", "partner_projects"},
			[]string{"cpi", "cpia", "commit", "asl", "third_sector", "volunteer_associations", "cooperatives", "italian_courses"},
			care.MediatorsAsNeeded, 9313,
			[]string{"pua_level_1", "pua_level_2", "operator_training"},
			[]care.Role{care.AdministrativeExpert, care.SocialWorker, care.CooperativeExpert, care.ThirdSectorOperator, care.CPIOperator, care.InterculturalMediator},
			care.QuorumRule{Roles: 3, Agencies: 2}, care.Supervisor,
		},
	} {
		t.Run(want.zone, func(t *testing.T) {
			p := zones[want.zone]
			if p.Municipality != want.municipality || p.PatronSaint.Day != want.saint || p.Lead != want.lead || p.Target.TakeOvers != want.target {
				t.Errorf("head: %s, %s, %v, %d", p.Municipality, p.PatronSaint.Day, p.Lead, p.Target.TakeOvers)
			}
			for _, role := range append(want.roles, care.DeskOperator, care.Supervisor) {
				if !p.HasRole(role) {
					t.Errorf("no %s", role)
				}
			}
			if len(p.Roles) != len(want.roles)+2 {
				t.Errorf("roles %v", p.Roles)
			}
			if !slices.Equal(p.Desk.Hours, want.hours) {
				t.Errorf("hours %v", p.Desk.Hours)
			}
			if got := codes(p.Services, func(s care.Service) string { return s.Code }); !slices.Equal(got, want.services) {
				t.Errorf("services %v", got)
			}
			if got := codes(p.Partners, func(s care.Partner) string { return s.Code }); !slices.Equal(got, want.partners) {
				t.Errorf("partners %v", got)
			}
			if p.Desk.MediatorAccess != want.access {
				t.Errorf("mediators %v", p.Desk.MediatorAccess)
			}
			if i := slices.IndexFunc(p.Figures, func(f care.Figure) bool { return f.Code == "population_foreign" }); i < 0 || p.Figures[i].Value != want.foreign {
				t.Errorf("figures %v", p.Figures)
			}
			if got := codes(p.Schedule, func(a care.Activity) string { return a.Code }); !slices.Equal(got, want.activities) {
				t.Errorf("schedule %v", got)
			}
			between, _ := p.Equipe(care.BetweenAgencies)
			if got := codes(between.Seats, func(s care.SeatRule) string { return string(s.Role) }); !slices.Equal(got, codes(want.equipe, func(r care.Role) string { return string(r) })) {
				t.Errorf("équipe between agencies %v", got)
			}
			if between.Quorum != want.quorum || p.ClosureApproval != want.approval {
				t.Errorf("quorum %v, approval by %q", between.Quorum, p.ClosureApproval)
			}
			if p.Target.From != "2018-10-02" || p.Target.To != "2020-12-31" {
				t.Errorf("period %v", p.Target)
			}
			if len(p.Needs) != 6 || p.CPI() != "cpi" || p.NoShowAttempts() != 2 {
				t.Errorf("needs %v, CPI %q, attempts %d", p.Needs, p.CPI(), p.NoShowAttempts())
			}
		})
	}
	prato, pistoia, lucca := zones["prato"], zones["pistoia"], zones["lucca"]
	if len(prato.Matters) != 8 || prato.SharedAgenda.With != "cpi" || len(prato.SharedAgenda.Slots) == 0 {
		t.Errorf("Prato's matters and agenda: %v, %v", prato.Matters, prato.SharedAgenda)
	}
	if got := codes(prato.Desk.Mediators, func(m care.Mediator) string {
		return m.Language + " " + string(m.Weekday) + " " + m.From + "-" + m.To
	}); !slices.Equal(got, []string{"ur mon 09:00-13:00", "sq tue 09:30-12:30", "ar fri 10:00-13:00"}) {
		t.Errorf("Prato's mediators: %v", got)
	}
	for _, tag := range []string{"sq", "ar", "en", "fr", "es"} {
		if !slices.Contains(pistoia.Desk.OperatorLanguages, tag) {
			t.Errorf("Pistoia's operators lack %s", tag)
		}
	}
	if len(pistoia.Desk.Practices) != 5 || len(pistoia.Desk.AlwaysPresent) != 1 || pistoia.Desk.AlwaysPresent[0].Count != 2 {
		t.Errorf("Pistoia's desk: %+v", pistoia.Desk)
	}
	if !slices.Equal(lucca.Desk.ByAppointment, []care.Weekday{"mon", "wed", "thu", "fri"}) ||
		lucca.Desk.Link != care.DeskOperator || lucca.Desk.ConsultAtOnce != care.SocialWorker || len(lucca.FollowThrough) != 3 {
		t.Errorf("Lucca's desk: %+v", lucca.Desk)
	}
}

func codes[T any](items []T, code func(T) string) []string {
	var all []string
	for _, item := range items {
		all = append(all, code(item))
	}
	return all
}

// TestEveryPartnerCanBeReached: nobody is referred to where nobody can answer,
// and no address is one that exists.
func TestEveryPartnerCanBeReached(t *testing.T) {
	zones := delivered(t)
	zones["prova"] = prova(t)
	for code, p := range zones {
		for _, partner := range p.Partners {
			if a, ok := p.Agency(partner.Agency); !ok || !a.Reachable() {
				t.Errorf("%s: %s", code, partner.Code)
			}
		}
		for _, a := range p.Agencies {
			if a.Email != "" && !strings.HasSuffix(a.Email, "@partner.example") {
				t.Errorf("%s: %s has the address %s", code, a.Code, a.Email)
			}
		}
	}
}

// TestEveryEquipeComesToAnEnd: every silent seat is waived, or replaced by one
// whose silence is waived; what is waited for after it has a rhythm.
func TestEveryEquipeComesToAnEnd(t *testing.T) {
	zones := delivered(t)
	zones["prova"] = prova(t)
	for code, p := range zones {
		for _, kind := range care.EquipeKinds {
			e, ok := p.Equipe(kind)
			if !ok || len(e.Seats) < e.Quorum.Roles || e.Quorum.Roles == 0 || e.Quorum.Agencies == 0 {
				t.Errorf("%s: %s: %+v", code, kind, e)
			}
			for _, s := range e.Seats {
				if s.IfSilent == care.ReplaceSilent && !p.HasRole(s.ReplaceBy) {
					t.Errorf("%s: %s: %+v", code, kind, s)
				}
			}
		}
		if deadline, reviews := terms.Rhythm(p, care.PlanActivated); deadline != care.DeadlineReviewAfterPlan || reviews != 2 {
			t.Errorf("%s: after a plan %s, %d", code, deadline, reviews)
		}
	}
}

// TestEveryTaskFindsItsRole: in no zone does a kind of task lack somebody to do
// it, whatever the service, nor a clock that runs.
func TestEveryTaskFindsItsRole(t *testing.T) {
	zones := delivered(t)
	zones["prova"] = prova(t)
	for code, p := range zones {
		if _, err := calendar.New(p); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		for _, kind := range usual.TaskKinds {
			rule, ok := p.Task(kind.Kind)
			if !ok || rule.Claim.Remind.IsZero() || rule.Claim.Escalate.IsZero() || rule.Complete.Remind.IsZero() || rule.Complete.Escalate.IsZero() {
				t.Errorf("%s: %s: %+v", code, kind.Kind, rule)
			}
			var agency string
			if kind.Kind == care.ReferralAnswer {
				agency = p.CPI()
			}
			for _, s := range p.Services {
				if role, of, ok := duty.Of(p, kind.Kind, s.Code, agency); !ok || p.RoleAgency(role) != of {
					t.Errorf("%s: %s of %s: %q of %q", code, kind.Kind, s.Code, role, of)
				}
			}
		}
		for _, deadline := range care.DeadlineCodes {
			if d, ok := p.Deadline(deadline); !ok || d.Source == "" {
				t.Errorf("%s: %s: %+v", code, deadline, d)
			}
		}
	}
}

// TestProvaIsPratoInSeconds: the zone that tests play in differs from Prato in
// its durations alone, in its services' hours, for they receive by the second, always, and
// in what its sheets say: where one of them receives, and in every language.
func TestProvaIsPratoInSeconds(t *testing.T) {
	prato, fast := delivered(t)["prato"], prova(t)
	for _, d := range durations(&fast) {
		if d.Unit != care.Seconds || d.N > 60 {
			t.Errorf("prova has a duration of %s", d)
		}
		*d = care.Duration{}
	}
	for _, d := range durations(&prato) {
		*d = care.Duration{}
	}
	for i := range fast.Services {
		always := fast.Services[i].Sessions
		if len(always) != 1 || always[0].From != "00:00" || always[0].To != "24:00" || always[0].Seconds != 1 || !slices.Equal(always[0].Days, care.Weekdays) {
			t.Errorf("prova receives %+v", always)
		}
		prato.Services[i].Sessions, prato.Services[i].Place = always, fast.Services[i].Place
	}
	if fast.Services[0].Place.Address == "" || len(prato.Checked) > 0 || len(fast.Checked) != len(slip.Languages)-1 {
		t.Errorf("prova's sheets are read in %+v, Prato's in %+v", fast.Checked, prato.Checked)
	}
	prato.Checked = fast.Checked
	prato.Zone, prato.Version, prato.Lead = fast.Zone, fast.Version, fast.Lead
	if !reflect.DeepEqual(prato, fast) {
		t.Errorf("prova is not Prato:\n%+v\n%+v", fast, prato)
	}
}

func durations(p *care.Policy) []*care.Duration {
	var all []*care.Duration
	for i := range p.Tasks {
		rule := &p.Tasks[i]
		all = append(all, &rule.Claim.Remind, &rule.Claim.Escalate, &rule.Complete.Remind, &rule.Complete.Escalate)
	}
	for i := range p.Deadlines {
		all = append(all, &p.Deadlines[i].Duration)
	}
	return all
}

func TestPolicyIsPlainJSON(t *testing.T) {
	for code, p := range delivered(t) {
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back care.Policy
		if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(p, back) {
			t.Errorf("%s does not come back from JSON: %v", code, err)
		}
	}
}

// TestVersionIsOfWhatWasResolved: another comment, or what is usual spelled out,
// makes no new policy; anything that is resolved otherwise does.
func TestVersionIsOfWhatWasResolved(t *testing.T) {
	text := prato(t)
	version := func(old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("no %q in Prato's file", old)
		}
		p, faults := zone.Read("prato.yaml", []byte(strings.Replace(text, old, new, 1)))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return p.Version
	}
	as := version("zone: prato", "zone: prato")
	for old, new := range map[string]string{
		"zone: prato": "# un commento\nzone: prato", "    - kind: interview\n": "", "    - kind: plan_draft\n      role: social_worker\n": "",
		"  - {code: share_after_end, duration: 30 calendar_days, kind: internal, source: \"Proposta, da confermare dalla zona\"}\n": "",
	} {
		if got := version(old, new); got != as {
			t.Errorf("%q in place of %q is another version", new, old)
		}
	}
	for old, new := range map[string]string{
		"attempts: 2": "attempts: 3", "municipality: Comune di Prato": "municipality: Comune di Prova", "share_after_end, duration: 30": "share_after_end, duration: 31",
	} {
		if version(old, new) == as {
			t.Errorf("%q in place of %q is no new version", new, old)
		}
	}
}

// TestWhatIsReadIsComplete: what is read is complete, and completing what was
// stored and read again changes nothing.
func TestWhatIsReadIsComplete(t *testing.T) {
	for code, p := range delivered(t) {
		if !reflect.DeepEqual(p, usual.Completed(p)) {
			t.Errorf("%s is not complete", code)
		}
	}
}

func TestLoadTogether(t *testing.T) {
	text := prato(t)
	for name, test := range map[string]struct {
		second, rule string
	}{
		"two leads":        {strings.Replace(text, "zone: prato", "zone: altra", 1), fault.RuleOneLead},
		"a zone twice":     {strings.Replace(text, "lead: true", "lead: false", 1), fault.RuleZoneTwice},
		"one with a fault": {strings.Replace(text, "attempts: 2", "attempts: 0", 1), fault.RuleRange},
	} {
		_, err := zone.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}, "b.yaml": {Data: []byte(test.second)}})
		var invalid *fault.Invalid
		if !errors.As(err, &invalid) || invalid.Faults[0].Rule != test.rule || invalid.Faults[0].File != "b.yaml" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := zone.Load(fstest.MapFS{}); err == nil {
		t.Error("an empty folder loads")
	}
}

func TestCommand(t *testing.T) {
	good := filepath.Join("..", "..", "deploy", "zones")
	bad := filepath.Join(t.TempDir(), "guasta.yaml")
	if err := os.WriteFile(bad, []byte(strings.Replace(prato(t), "attempts: 2", "attempts: 0", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"good files", []string{filepath.Join(good, "prato.yaml"), filepath.Join(good, "lucca.yaml")}, 0, "Nessun errore: prato (", ""},
		{"a fault that only shows together", []string{filepath.Join(good, "prato.yaml"), filepath.Join(good, "prato.yaml")}, 1, "", ": zone: la zona è già definita in un altro file: prato [zone_twice]"},
		{"a fault", []string{bad}, 1, "", ": no_show.attempts: numero fuori dai limiti: da 1 a 20 [out_of_range]"},
		{"a folder", []string{good}, 0, "Nessun errore: ", ""},
		{"a folder with a fault", []string{filepath.Dir(bad)}, 1, "", "guasta.yaml:"},
		{"a folder without files", []string{t.TempDir()}, 2, "", "il file non si può leggere"},
		{"no file", nil, 2, "", "uso: percorso zone check"},
		{"a file that is not there", []string{"manca.yaml"}, 2, "", "manca.yaml: il file non si può leggere"},
	} {
		var stdout, stderr bytes.Buffer
		code := zone.Command(test.args, &stdout, &stderr)
		if code != test.code || !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
			t.Errorf("%s: %d\n%s%s", test.name, code, &stdout, &stderr)
		}
	}
}
