package zone_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"percorso/internal/calendar"
	"percorso/internal/zone"
	"percorso/internal/zone/fault"
)

func prato(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", "zones", "prato.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEachFaultIsTold(t *testing.T) {
	for _, test := range []struct {
		name     string
		old, new string // in Prato's file
		field    string
		rule     string
	}{
		{"unknown field", "zone: prato", "zone: prato\ncolour: red", "colour", fault.RuleUnknownField},
		{"unknown field below", "{role: social_worker}", "{role: social_worker, colour: red}", "desk.always_present[2].colour", fault.RuleUnknownField},
		{"missing", "municipality: Comune di Prato\n", "", "municipality", fault.RuleMissing},
		{"missing by null", "municipality: Comune di Prato", "municipality:", "municipality", fault.RuleMissing},
		{"missing by empty text", "municipality: Comune di Prato", `municipality: ""`, "municipality", fault.RuleMissing},
		{"missing below", ", difficulty: social}\n  - {code: labour", "}\n  - {codice: labour", "needs[3].code", fault.RuleMissing},
		{"bad code", "zone: prato", "zone: Pràto", "zone", fault.RuleCode},
		{"text for a boolean", "lead: true", "lead: forse", "lead", fault.RuleBoolean},
		{"number for a text", "name: Santo Stefano", "name: 26", "patron_saint.name", fault.RuleText},
		{"list for an object", `patron_saint: {day: "12-26", name: Santo Stefano}`, "patron_saint: [a]", "patron_saint", fault.RuleObject},
		{"object for a list", "closures: []", "closures: {}", "closures", fault.RuleList},
		{"text for a number", "attempts: 2", "attempts: due", "no_show.attempts", fault.RuleNumber},
		{"number out of range", "attempts: 2", "attempts: 0", "no_show.attempts", fault.RuleRange},
		{"patron's day", `day: "12-26"`, `day: "13-26"`, "patron_saint.day", fault.RuleDate},
		{"end of day", `day_ends: "18:00"`, `day_ends: "25:00"`, "day_ends", fault.RuleTime},
		{"closure's date", "closures: []", `closures: [{from: "2026-02-30", to: "2026-03-01", name: X}]`, "closures[0].from", fault.RuleDate},
		{"closure of another age", "closures: []", `closures: [{from: "0001-01-01", to: "0001-01-02", name: X}]`, "closures[0].from", fault.RuleYear},
		{"closure past any horizon", "closures: []", `closures: [{from: "2100-12-31", to: "2101-01-01", name: X}]`, "closures[0].to", fault.RuleYear},
		{"closure's order", "closures: []", `closures: [{from: "2026-03-02", to: "2026-03-01", name: X}]`, "closures[0].to", fault.RuleDateOrder},
		{"closure too long", "closures: []", `closures: [{from: "2026-03-02", to: "2099-03-01", name: X}]`, "closures[0].to", fault.RuleClosure},
		{"kind of agency", "kind: school", "kind: scuola", "agencies[3].kind", fault.RuleValue},
		{"no CPI", "kind: cpi, answers: cpi_operator", "kind: health", "agencies", fault.RuleOneCPI},
		{"unknown role", "role: immigration_expert, agency", "role: wizard, agency", "roles[3].role", fault.RuleRole},
		{"role twice", "role: immigration_expert, agency: comune}\n", "role: immigration_expert, agency: comune}\n  - {role: immigration_expert, agency: comune}\n", "roles[4].role", fault.RuleDuplicate},
		{"role of an unknown agency", "{role: supervisor, agency: comune}", "{role: supervisor, agency: nessuno}", "roles[6].agency", fault.RuleAgency},
		{"answered by another agency's role", "kind: health, email: asl.prato@partner.example}", "kind: health, answers: cpi_operator}", "agencies[5].answers", fault.RuleRoleAgency},
		{"service without agency", "agency: comune, role: immigration_expert", "role: immigration_expert", "services[1].agency", fault.RuleMissing},
		{"service with another agency's role", "agency: cpi, role: cpi_operator", "agency: comune, role: cpi_operator", "services[3].role", fault.RuleRoleAgency},
		{"service with a role not in the zone", "agency: comune, role: immigration_expert", "agency: comune, role: cooperative_expert", "services[1].role", fault.RuleRoleNotInZone},
		{"service twice", "{code: spac", "{code: pas", "services[2].code", fault.RuleDuplicate},
		{"unknown matter", "[job_accompaniment]", "[job_accompaniment, altro]", "services[3].matters[1]", fault.RuleMatter},
		{"unknown thing to bring", "bring: [identity, permit, lease", "bring: [identity, monday, lease", "matters[1].bring[1]", fault.RuleBring},
		{"place without address", "[job_accompaniment]}", "[job_accompaniment], place: {name: X}}", "services[3].place.address", fault.RuleMissing},
		{"language without sentences", "shared_agenda: #", "checked_languages: [{language: de, edition: 1, by: X, on: \"2026-09-01\"}]\n\nshared_agenda: #", "checked_languages[0].language", fault.RuleSheetLanguage},
		{"messages at no hours", "shared_agenda: #", "messages: \"20:00-08:00\"\n\nshared_agenda: #", "messages", fault.RuleBandOrder},
		{"gateway that is not encrypted", "shared_agenda: #", "sms: \"http://sms.example/invio\"\n\nshared_agenda: #", "sms", fault.RuleGateway},
		{"edition that is not written yet", "shared_agenda: #", "checked_languages: [{language: ur, edition: 99, by: X, on: \"2026-09-01\"}]\n\nshared_agenda: #", "checked_languages[0].edition", fault.RuleRange},
		{"session on no weekday", "days: [mon, thu], time", "days: [mon, giovedì], time", "services[0].sessions[0].days[1]", fault.RuleWeekday},
		{"session on no day", "days: [mon, thu], time", "days: [], time", "services[0].sessions[0].days", fault.RuleMissing},
		{"session on one day twice", "days: [mon, thu], time", "days: [mon, mon], time", "services[0].sessions[0].days[1]", fault.RuleDuplicate},
		{"session's hours", "thu], time: \"09:00-13:00\"", "thu], time: \"9-13\"", "services[0].sessions[0].time", fault.RuleTime},
		{"session past its day", "thu], time: \"09:00-13:00\"", "thu], time: \"09:00-24:30\"", "services[0].sessions[0].time", fault.RuleTime},
		{"session the wrong way round", "thu], time: \"09:00-13:00\"", "thu], time: \"13:00-09:00\"", "services[0].sessions[0].time", fault.RuleBandOrder},
		{"sessions at once", "{days: [tue], time: \"15:00-17:00\"", "{days: [tue, thu], time: \"12:00-14:00\"", "services[0].sessions[1].time", fault.RuleOverlap},
		{"appointments that do not fit", "length: 60 minutes, places: 2", "length: 50 minutes, places: 2", "services[0].sessions[0].length", fault.RuleFits},
		{"appointments of no length", "length: 60 minutes, places: 2", "length: 0 minutes, places: 2", "services[0].sessions[0].length", fault.RuleLength},
		{"more places for the PUA than there are", "length: 60 minutes, places: 2", "length: 60 minutes, places: 2, pua: 3, release: 24 hours", "services[0].sessions[0].pua", fault.RuleRange},
		{"a share that says not when it comes back", "length: 60 minutes, places: 2", "length: 60 minutes, places: 2, pua: 1", "services[0].sessions[0].release", fault.RuleMissing},
		{"a share that comes back at no hour", "length: 60 minutes, places: 2", "length: 60 minutes, places: 2, pua: 1, release: 2 working_days", "services[0].sessions[0].release", fault.RuleHours},
		{"what comes back of no share", "length: 60 minutes, places: 2", "length: 60 minutes, places: 2, release: 24 hours", "services[0].sessions[0].release", fault.RuleNoShare},
		{"the PUA's own service with a share", "length: 60 minutes, places: 2", "length: 60 minutes, places: 2, pua: 1, release: 24 hours", "services[0].sessions[0].pua", fault.RuleOwnShare},
		{"appointments of days", "length: 60 minutes, places: 2", "length: 1 working_days, places: 2", "services[0].sessions[0].length", fault.RuleLength},
		{"no places", "length: 60 minutes, places: 2", "length: 60 minutes, places: 0", "services[0].sessions[0].places", fault.RuleRange},
		{"a way of receiving that there is not", "places: 2, mode: in_person", "places: 2, mode: online", "services[0].sessions[0].mode", fault.RuleValue},
		{"session without its source", "mode: phone, source:", "mode: phone, fonte:", "services[0].sessions[1].source", fault.RuleMissing},
		{"session that ends before it begins", "mode: phone, source:", "mode: phone, from: \"2026-09-01\", to: \"2026-08-31\", source:", "services[0].sessions[1].to", fault.RuleDateOrder},
		{"partner of an unknown agency", "name: CPIA, agency: cpia", "name: CPIA, agency: scuola", "partners[1].agency", fault.RuleAgency},
		{"gate of what there is not", "gate: {permit: shown,", "gate: {permesso: shown,", "matters[7].gate.permesso", fault.RuleUnknownField},
		{"gate for unknown citizens", "gate: {citizens: foreign, permit_from: 18,", "gate: {citizens: all, permit_from: 18,", "matters[2].gate.citizens", fault.RuleValue},
		{"gate that asks for what there is not", "gate: {permit: shown,", "gate: {permit: expired,", "matters[7].gate.permit", fault.RuleValue},
		{"gate without a source", "permit_from: 18, source", "permit_from: 18, fonte", "matters[2].gate.source", fault.RuleMissing},
		{"a permit that is asked of no age", "permit_from: 18,", "permit: not_asked, permit_from: 18,", "matters[2].gate.permit_from", fault.RulePermitFrom},
		{"a permit that is asked of nobody's age", "permit_from: 18,", "permit_from: 0,", "matters[2].gate.permit_from", fault.RuleRange},
		{"ages the wrong way round", "permit_from: 18,", "age_min: 66, age_max: 65,", "matters[2].gate.age_max", fault.RuleAges},
		{"unknown service", "partners:\n", "follow_through: [pas, altro]\npartners:\n", "follow_through[1]", fault.RuleService},
		{"unknown weekday", "    wed: [", "    mercoledi: [", "shared_agenda.slots.mercoledi", fault.RuleWeekday},
		{"overlapping hours", `mon: ["09:00-13:00", "15:00-17:00"]`, `mon: ["09:00-13:00", "12:30-17:00"]`, "desk.hours.mon[1]", fault.RuleOverlap},
		{"reversed hours", `tue: ["09:00-13:00"]`, `tue: ["13:00-09:00"]`, "desk.hours.tue[0]", fault.RuleBandOrder},
		{"bad hours", `tue: ["09:00-13:00"]`, `tue: ["9-13"]`, "desk.hours.tue[0]", fault.RuleTime},
		{"open day by appointment", "  operator_languages:", "  by_appointment: [wed, mon]\n  operator_languages:", "desk.by_appointment[1]", fault.RuleOpenDay},
		{"language", "operator_languages: [it, zh]", "operator_languages: [it, cinese]", "desk.operator_languages[1]", fault.RuleLanguage},
		{"language with a private part", "operator_languages: [it, zh]", "operator_languages: [it, zh-x-prova]", "desk.operator_languages[1]", fault.RuleLanguage},
		{"language not in its usual form", "operator_languages: [it, zh]", "operator_languages: [it, ZH]", "desk.operator_languages[1]", fault.RuleLanguage},
		{"unknown need", "for: [social_inclusion, labour]", "for: [social]", "desk.always_present[3].for[0]", fault.RuleNeed},
		{"mediator while the desk is closed", `time: "09:30-12:30"`, `time: "09:30-18:30"`, "desk.mediators[1].time", fault.RuleMediatorTime},
		{"mediators without calendar", "mediator_access: calendar", "mediator_access: as_needed", "desk.mediator_access", fault.RuleMediators},
		{"duration's form", "duration: 24 hours", "duration: domani", "deadlines[0].duration", fault.RuleDuration},
		{"duration without unit", "duration: 24 hours", `duration: "24"`, "deadlines[0].duration", fault.RuleDuration},
		{"unknown unit", "duration: 24 hours", "duration: 3 weeks", "deadlines[0].duration", fault.RuleUnit},
		{"negative duration", "duration: 24 hours", "duration: -24 hours", "deadlines[0].duration", fault.RuleNegative},
		{"no duration", "duration: 24 hours", "duration: 0 hours", "deadlines[0].duration", fault.RuleNoTime},
		{"endless duration", "duration: 24 hours", "duration: 999999999999 hours", "deadlines[0].duration", fault.RuleTooLong},
		{"working days before", "duration: 24 hours", "duration: 1 working_days", "deadlines[0].duration", fault.RuleBefore},
		{"unknown deadline", "{code: measure_check", "{code: other", "deadlines[2].code", fault.RuleDeadline},
		{"deadline left out", "  - {code: measure_check", "  #", "deadlines", fault.RuleMissing},
		{"escalate before remind", "remind: 20 working_days, escalate: 40 working_days", "remind: 20 working_days, escalate: 10 working_days", "tasks.kinds[6].complete.escalate", fault.RuleEscalate},
		{"escalate in another unit than remind", "remind: 20 working_days, escalate: 40 working_days", "remind: 5 working_days, escalate: 6 calendar_days", "tasks.kinds[6].complete.escalate", fault.RuleSameUnit},
		{"escalate in hours, remind in days", "remind: 20 working_days, escalate: 40 working_days", "remind: 1 calendar_days, escalate: 48 hours", "tasks.kinds[6].complete.escalate", fault.RuleSameUnit},
		{"permit's alarm in another unit than its reminder", "{code: permit_alarm, duration: 60 calendar_days", "{code: permit_alarm, duration: 240 hours", "deadlines[8].duration", fault.RuleSameUnit},
		{"unknown kind of task", "- kind: evaluation", "- kind: valutazione", "tasks.kinds[25].kind", fault.RuleValue},
		{"task's role not in the zone", "- kind: evaluation\n      role: social_worker", "- kind: evaluation\n      role: cooperative_expert", "tasks.kinds[25].role", fault.RuleRoleNotInZone},
		{"kind of deadline", "60 calendar_days, kind: ordinary", "60 calendar_days, kind: tassativo", "deadlines[8].kind", fault.RuleValue},
		{"permit reminded before it is warned", "{code: permit_reminder, duration: 75 ", "{code: permit_reminder, duration: 90 ", "deadlines[7].duration", fault.RulePermitLeads},
		{"permit's alarm before its reminder", "{code: permit_alarm, duration: 60 ", "{code: permit_alarm, duration: 76 ", "deadlines[8].duration", fault.RulePermitLeads},
		{"permit's lead in working days", "duration: 75 calendar_days, kind: internal, source: \"Proposta, da confermare dalla zona\"}\n  - {code: permit_alarm", "duration: 75 working_days, kind: internal, source: \"Proposta, da confermare dalla zona\"}\n  - {code: permit_alarm", "deadlines[7].duration", fault.RuleBefore},
		{"new deadline left out", "  - {code: partner_link", "  #", "deadlines", fault.RuleMissing},
		{"address", "email: cpia.prato@partner.example", "email: cpia.prato", "agencies[3].email", fault.RuleEmail},
		{"address with a name", "email: cpia.prato@partner.example", "email: CPIA <cpia.prato@partner.example>", "agencies[3].email", fault.RuleEmail},
		{"answers and address", "kind: municipality, answers: social_worker, phone", "kind: municipality, answers: social_worker, email: comune.prato@partner.example, phone", "agencies[0].email", fault.RuleOneWay},
		{"no telephone number", `answers: social_worker, phone: "0574 000000"`, `answers: social_worker, phone: "chiama Prova"`, "agencies[0].phone", fault.RulePhone},
		{"acts as what there is not", "kind: third_sector, email: terzo", "kind: third_sector, acts_as: friend, email: terzo", "agencies[6].acts_as", fault.RuleValue},
		{"processor without its contract", "kind: third_sector, email: terzo", "kind: third_sector, acts_as: processor, email: terzo", "agencies[6].acts_as", fault.RuleAct},
		{"an end of no act", "kind: third_sector, email: terzo", "kind: third_sector, act_end: \"2027-06-30\", email: terzo", "agencies[6].act_end", fault.RuleAct},
		{"an act's end that is no day", "kind: third_sector, email: terzo", "kind: third_sector, act: Prova, act_end: domani, email: terzo", "agencies[6].act_end", fault.RuleDate},
		{"partner out of reach", ", email: commit.prato@partner.example", "", "partners[2].agency", fault.RuleUnreachable},
		{"kind of équipe", "- kind: within_agency", "- kind: interna", "equipes[1].kind", fault.RuleValue},
		{"équipe left out", "- kind: within_agency", "- kind: between_agencies", "equipes", fault.RuleMissing},
		{"équipe twice", "- kind: within_agency", "- kind: between_agencies", "equipes[1].kind", fault.RuleDuplicate},
		{"équipe without seats", "    seats:\n      - {role: social_worker, if_silent: waive}\n      - {role: cpi_operator", "    seats: []\n    posti:\n      - {role: social_worker, if_silent: waive}\n      - {role: cpi_operator", "equipes[0].seats", fault.RuleMissing},
		{"seat's role not in the zone", "{role: cpi_operator, if_silent", "{role: cooperative_expert, if_silent", "equipes[0].seats[1].role", fault.RuleRoleNotInZone},
		{"role twice in an équipe", "{role: cpi_operator, if_silent", "{role: social_worker, if_silent", "equipes[0].seats[1].role", fault.RuleDuplicate},
		{"silent seat", "{role: cpi_operator, if_silent: waive", "{role: cpi_operator, if_silent: wait", "equipes[0].seats[1].if_silent", fault.RuleValue},
		{"replaced by nobody", "if_silent: replace, replace_by: desk_operator} #", "if_silent: replace} #", "equipes[0].seats[4].replace_by", fault.RuleReplace},
		{"waived and replaced", "{role: cpi_operator, if_silent: waive", "{role: cpi_operator, if_silent: waive, replace_by: supervisor", "equipes[0].seats[1].replace_by", fault.RuleReplace},
		{"replaced by a role not in the zone", "replace_by: desk_operator} #", "replace_by: cooperative_expert} #", "equipes[0].seats[4].replace_by", fault.RuleRoleNotInZone},
		{"replaced by one with a seat", "replace_by: desk_operator} #", "replace_by: social_worker} #", "equipes[0].seats[4].replace_by", fault.RuleDuplicate},
		{"replaced from another agency", "replace_by: desk_operator}\n    quorum", "replace_by: cpi_operator}\n    quorum", "equipes[1].seats[3].replace_by", fault.RuleOneAgency},
		{"équipe within one agency of two", "- kind: within_agency # del Comune\n    seats:\n", "- kind: within_agency # del Comune\n    seats:\n      - {role: cpi_operator, if_silent: waive}\n", "equipes[1].seats[1].role", fault.RuleOneAgency},
		{"équipe between agencies of one", "      - {role: cpi_operator, if_silent: waive}\n", "", "equipes[0].seats", fault.RuleTwoAgencies},
		{"quorum of too many roles", "quorum: {roles: 3,", "quorum: {roles: 6,", "equipes[0].quorum.roles", fault.RuleQuorum},
		{"quorum of too many agencies", "agencies: 2}", "agencies: 3}", "equipes[0].quorum.agencies", fault.RuleQuorum},
		{"quorum of nobody", "quorum: {roles: 3,", "quorum: {roles: 0,", "equipes[0].quorum.roles", fault.RuleRange},
		{"approval by a role not in the zone", "  role: supervisor\n  of:", "  role: cooperative_expert\n  of:", "closure_approval.role", fault.RuleRoleNotInZone},
		{"approval by the desk", "  role: supervisor\n  of:", "  role: desk_operator\n  of:", "closure_approval.role", fault.RuleDeskApproves},
		{"approval without a role", "  role: supervisor\n  of:", "  of:", "closure_approval.role", fault.RuleMissing},
		{"approval of an unknown outcome", "of: [placed, needs_met,", "of: [placed, boh,", "closure_approval.of[1]", fault.RuleOutcome},
		{"approval of what nobody chooses", "of: [placed, needs_met,", "of: [placed, merged,", "closure_approval.of[1]", fault.RuleOutcome},
		{"approval of nothing", "of: [placed, needs_met, withdrew, unreachable, not_eligible, opened_by_mistake, deceased, early]", "of: []", "closure_approval.of", fault.RuleMissing},
		{"an unknown setting of approvals", "  role: supervisor\n  of:", "  ruolo: supervisor\n  role: supervisor\n  of:", "closure_approval.ruolo", fault.RuleUnknownField},
		{"approval by another role's task", "- kind: closure_approval", "- kind: closure_approval\n      role: social_worker", "tasks.kinds[27].role", fault.RuleApproval},
		{"new outcome left out", "  - {code: merged", "  #", "outcomes", fault.RuleMissing},
		{"rhythm after a plan left out", "  - {after: equipe,", "  #", "follow_ups", fault.RuleMissing},
		{"rhythm left out", "  - {after: placement,", "  #", "follow_ups", fault.RuleMissing},
		{"outcome left out", "  - {code: deceased", "  #", "outcomes", fault.RuleMissing},
		{"next step", "next_step: supply", "next_step: boh", "reject_reasons[1].next_step", fault.RuleValue},
		{"target's dates", `to: "2020-12-31"} # periodo`, `to: "2017-12-31"} # periodo`, "target.to", fault.RuleDateOrder},
		{"figure", "value: 40066", "value: molti", "figures[1].value", fault.RuleNumber},
		{"invisible", "municipality: Comune di Prato", `municipality: "Comune di\u202e Prato"`, "municipality", fault.RuleIllegible},
		{"null byte", "municipality: Comune di Prato", "municipality: Comune\x00 di Prato", "municipality", fault.RuleIllegible},
		{"bytes that are no text", "name: Sanità", "name: Sanit\xe0", "", fault.RuleEncoding},
		{"text too long", "municipality: Comune di Prato", "municipality: " + strings.Repeat("Prato", 201), "municipality", fault.RuleTextLength},
		{"an alias", "municipality: Comune di Prato", "municipality: *x", "municipality", fault.RuleText},
	} {
		t.Run(test.name, func(t *testing.T) {
			good := prato(t)
			spoilt := strings.Replace(good, test.old, test.new, 1)
			if spoilt == good {
				t.Fatal("the text to replace is not in the file")
			}
			faults := zone.Check("prato.yaml", []byte(spoilt))
			for _, f := range faults {
				if f.Field != test.field || f.Rule != test.rule {
					continue
				}
				if f.Line < 1 || f.Text == "" || f.File != "prato.yaml" {
					t.Errorf("incomplete: %+v", f)
				}
				return
			}
			t.Errorf("want %s [%s], got %v", test.field, test.rule, faults)
		})
	}
}

func TestFaultsNameTheLine(t *testing.T) {
	spoilt := strings.Replace(prato(t), "{code: spac, name: Punto SPAC, agency: comune", "{code: spac, name: Punto SPAC, agency: altrove", 1)
	spoilt = strings.Replace(spoilt, "attempts: 2", "attempts: 0", 1)
	spoilt = strings.Replace(spoilt, "60 calendar_days, kind: ordinary", "60 calendar_days, kind: tassativo", 1)
	faults := zone.Check("prato.yaml", []byte(spoilt))
	if len(faults) != 3 {
		t.Fatalf("%d faults, want all three at once: %v", len(faults), faults)
	}
	lines := strings.Split(spoilt, "\n")
	for i, mark := range []string{"altrove", "tassativo", "attempts: 0"} {
		if got := lines[faults[i].Line-1]; !strings.Contains(got, mark) {
			t.Errorf("fault %v points at %q", faults[i], got)
		}
	}
	if got, want := faults[2].String(), ": no_show.attempts: numero fuori dai limiti: da 1 a 20 [out_of_range]"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want it to end with %q", got, want)
	}
}

func TestFilesThatAreNoZone(t *testing.T) {
	for name, test := range map[string]struct {
		data, rule string
	}{
		"empty":         {"", fault.RuleOneDocument},
		"a scalar":      {"prato", fault.RuleObject},
		"null":          {"~", fault.RuleObject},
		"no field":      {"{}", fault.RuleMissing},
		"not YAML":      {"zone: [", fault.RuleYAML},
		"field twice":   {"zone: prato\nzone: lucca\n", fault.RuleYAML},
		"two documents": {"zone: prato\n---\nzone: lucca\n", fault.RuleOneDocument},
		"too large":     {"zone: " + strings.Repeat("x", 70_000), fault.RuleTooLarge},
	} {
		faults := zone.Check("x.yaml", []byte(test.data))
		if len(faults) == 0 || faults[0].Rule != test.rule {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// FuzzCheck: no file makes the check panic, and what it accepts can be used.
func FuzzCheck(f *testing.F) {
	good := prato(f)
	f.Add([]byte(good))
	f.Add([]byte("zone: prato\npatron_saint: {day: 12-26}\nservices:\n  - {code: a}\n"))
	f.Add([]byte("a: &x [*x]\n<<: *x\n? b\n: !!str |\n  c\n"))
	f.Add([]byte("[[[{{{"))
	f.Add([]byte("--- \n...\n%YAML 1.2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		policy, faults := zone.Read("fuzz.yaml", data)
		if len(faults) > 0 {
			for _, fault := range faults {
				if fault.Rule == "" || fault.Text == "" {
					t.Errorf("fault without rule or text: %+v", fault)
				}
			}
			return
		}
		if _, err := calendar.New(policy); err != nil {
			t.Errorf("accepted, yet: %v", err)
		}
	})
}
