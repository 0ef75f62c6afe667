package zone_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/zone"
	"percorso/internal/zone/fault"
)

// demoStaff is the list that the one-machine stack comes with.
func demoStaff(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "deploy", "standalone", "staff.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// storedZones are the delivered zones, with two accounts.
func storedZones(t testing.TB) ledger.Setup {
	t.Helper()
	policies, err := zone.Load(os.DirFS(filepath.Join("..", "..", "deploy", "zones")))
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Setup{Policies: policies, Accounts: []ledger.Account{
		{Staff: care.Staff{Subject: "altrove", Zone: "pistoia"}, Active: true},
		{Staff: care.Staff{Subject: "andata", Zone: "pistoia"}},
	}}
}

// readStaff reads a list, and tells all that is wrong with it.
func readStaff(data string, stored ledger.Setup) ([]care.Staff, []fault.Fault) {
	list := zone.ReadStaff("staff.yaml", []byte(data))
	return list.Staff(), list.Faults(stored, "")
}

func TestStaffIsReadAsItStands(t *testing.T) {
	staff, faults := readStaff(demoStaff(t), storedZones(t))
	if len(faults) > 0 || len(staff) != 30 {
		t.Fatalf("%d members, %v", len(staff), faults)
	}
	want := care.Staff{
		Subject: "cpi_operator.prato", Name: "Personale Prova 03 (CPI)", Role: care.CPIOperator, Zone: "prato", Agency: "cpi",
		Email: "cpi_operator.prato@percorso.example",
	}
	if staff[2] != want {
		t.Errorf("read %+v", staff[2])
	}
	for what, text := range map[string]string{
		"an empty list":             "[]",
		"the program of the mails":  "- {subject: posta, role: mail_system, zone: prato, agency: sds, name: Posta, email: posta@ente.example}",
		"who answers for readings":  "- {subject: dpo, role: privacy_officer, zone: prato, agency: sds, name: Prova, email: dpo@ente.example}",
		"who has left another zone": "- {subject: andata, role: supervisor, zone: prato, agency: comune, name: Prova, email: a@ente.example}",
		"two accounts of one person": "- {subject: a, role: supervisor, zone: prato, agency: comune, name: Prova, email: a@ente.example, identity: prova_1}\n" +
			"- {subject: b, role: social_worker, zone: prato, agency: comune, name: Prova, email: b@ente.example, identity: prova_1}",
		"Windows' line ends": "\ufeff" + strings.ReplaceAll(demoStaff(t), "\n", "\r\n"),
	} {
		if _, faults := readStaff(text, storedZones(t)); len(faults) > 0 {
			t.Errorf("%s: %v", what, faults)
		}
	}
}

func TestEachFaultOfStaffIsTold(t *testing.T) {
	const mediator = "role: intercultural_mediator, zone: prato"
	for _, test := range []struct {
		name     string
		old, new string // in the demo staff
		field    string
		rule     string
	}{
		{"unknown role", mediator, "role: social_wroker, zone: prato", "[4].role", fault.RuleRole},
		{"unknown zone", mediator, "role: intercultural_mediator, zone: nowhere", "[4].zone", fault.RuleZone},
		{"role that the zone has not", mediator, "role: cooperative_expert, zone: prato", "[4].role", fault.RuleRoleNotInZone},
		{"role of another agency", mediator, "role: cpi_operator, zone: prato", "[4].role", fault.RuleRoleAgency},
		{"unknown agency", mediator + ", agency: comune", mediator + ", agency: coumne", "[4].agency", fault.RuleAgency},
		{"agency of another zone", mediator + ", agency: comune", mediator + ", agency: questura", "[4].agency", fault.RuleAgency},
		{"not a code", mediator, "role: intercultural_mediator, zone: PRATO", "[4].zone", fault.RuleCode},
		{"field left out", mediator, "zone: prato", "[4].role", fault.RuleMissing},
		{"field without value", mediator, "role: , zone: prato", "[4].role", fault.RuleMissing},
		{"unknown field", mediator, mediator + ", rank: 1", "[4].rank", fault.RuleUnknownField},
		{"field twice", mediator, mediator + ", zone: prato", "", fault.RuleYAML},
		{"account twice", "{subject: supervisor.prato", "{subject: desk_operator.prato", "[1].subject", fault.RuleDuplicate},
		{"account of another zone", "{subject: supervisor.prato", "{subject: altrove", "[1].subject", fault.RuleOtherZone},
		{"account named like a link", "{subject: supervisor.prato", "{subject: link/abc", "[1].subject", fault.RuleSubject},
		{"account named like a case", "{subject: supervisor.prato", "{subject: case/1", "[1].subject", fault.RuleSubject},
		{"account named like a follow-up", "{subject: supervisor.prato", "{subject: follow-up/1", "[1].subject", fault.RuleSubject},
		{"identity that is no code", mediator, mediator + ", identity: Persona Prova", "[4].identity", fault.RuleCode},
		{"codice fiscale for an identity", mediator, mediator + ", identity: prvpsn92c01z236q", "[4].identity", fault.RuleIdentity},
		{"program with an identity", mediator, "role: mail_system, zone: prato, identity: prova_1", "[4].identity", fault.RuleIdentity},
		{"account too long", "{subject: supervisor.prato", "{subject: " + strings.Repeat("a", 256), "[1].subject", fault.RuleTextLength},
		{"account that is a number", "{subject: supervisor.prato", "{subject: 4711", "[1].subject", fault.RuleText},
		{"name too long", "Personale Prova 02", strings.Repeat("Prova ", 40), "[1].name", fault.RuleTextLength},
		{"invisible", "Personale Prova 02", "Personale\\u202e Prova", "[1].name", fault.RuleIllegible},
		{"null byte", "Personale Prova 02", "Personale\\0 Prova", "[1].name", fault.RuleIllegible},
		{"address", "email: supervisor.prato@percorso.example", "email: supervisor.prato", "[1].email", fault.RuleEmail},
		{"address with a name", "email: supervisor.prato@percorso.example", "email: Prova <supervisor.prato@percorso.example>", "[1].email", fault.RuleEmail},
		{"entry that is no object", "- {subject: supervisor.prato", "- prova\n- {subject: supervisor.prato", "[1]", fault.RuleObject},
		{"empty entry", "- {subject: supervisor.prato", "-\n- {subject: supervisor.prato", "[1]", fault.RuleMissing},
		{"bytes that are no text", "Personale Prova 02", "Personale Prova \xe0", "", fault.RuleEncoding},
		{"too deep", "Personale Prova 02", strings.Repeat("[", 50), "", fault.RuleTooDeep},
		{"too large", "Personale Prova 02", strings.Repeat("Prova ", 50_000), "", fault.RuleTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			spoilt := strings.Replace(demoStaff(t), test.old, test.new, 1)
			if spoilt == demoStaff(t) {
				t.Fatal("the text to replace is not in the file")
			}
			_, faults := readStaff(spoilt, storedZones(t))
			for _, f := range faults {
				if f.Field == test.field && f.Rule == test.rule && f.Text != "" && f.File == "staff.yaml" && (f.Line > 0 || f.Field == "") {
					return
				}
			}
			t.Errorf("want %s [%s], got %v", test.field, test.rule, faults)
		})
	}
	for what, test := range map[string]struct{ text, rule string }{
		"no list": {"subject: a", fault.RuleList}, "nothing": {"", fault.RuleOneDocument}, "only a comment": {"# nessuno\n", fault.RuleOneDocument},
		"two documents": {"[]\n---\n[]\n", fault.RuleOneDocument}, "no YAML": {"- {", fault.RuleYAML},
	} {
		_, faults := readStaff(test.text, storedZones(t))
		if len(faults) != 1 || faults[0].Rule != test.rule {
			t.Errorf("%s: %v", what, faults)
		}
	}
}

// TestOneZoneIsLookedUp: what is stored of another zone hinders nobody, what is
// wrong with the file itself does.
func TestOneZoneIsLookedUp(t *testing.T) {
	list := zone.ReadStaff("staff.yaml", []byte(strings.Replace(demoStaff(t), "agency: cpi, name: \"Personale Prova 03", "agency: cip, name: \"Personale Prova 03", 1)))
	if faults := list.Faults(storedZones(t), "lucca"); len(faults) > 0 {
		t.Errorf("lucca: %v", faults)
	}
	if faults := list.Faults(storedZones(t), "prato"); len(faults) != 1 || faults[0].Rule != fault.RuleAgency || len(list.Broken()) > 0 {
		t.Errorf("prato: %v", faults)
	}
	list = zone.ReadStaff("staff.yaml", []byte(strings.Replace(demoStaff(t), "role: supervisor, zone: prato", "role: wizard, zone: prato", 1)))
	if faults := list.Faults(storedZones(t), "lucca"); len(faults) != 1 || len(list.Broken()) != 1 {
		t.Errorf("lucca: %v", faults)
	}
}

func TestAllFaultsOfStaffAreToldAtOnce(t *testing.T) {
	spoilt := strings.NewReplacer("role: supervisor, zone: prato", "role: social_wroker, zone: nowhere",
		"agency: cpi, name: \"Personale Prova 03", "agency: cip, name: \"Personale Prova 03", "email: desk_operator.lucca@percorso.example", "email: lucca").Replace(demoStaff(t))
	_, faults := readStaff(spoilt, storedZones(t))
	if len(faults) != 4 {
		t.Fatalf("%d faults, want all four at once: %v", len(faults), faults)
	}
	lines := strings.Split(spoilt, "\n")
	for i, mark := range []string{"social_wroker", "nowhere", "agency: cip", "email: lucca"} {
		if got := lines[faults[i].Line-1]; !strings.Contains(got, mark) {
			t.Errorf("fault %d: line %d is %q, want the one with %q", i, faults[i].Line, got, mark)
		}
	}
}

// FuzzReadStaff: no file makes the check panic, and every fault says what it is.
func FuzzReadStaff(f *testing.F) {
	f.Add([]byte(demoStaff(f)))
	f.Add([]byte("- {subject: a, role: supervisor}\n- &x [*x]\n- <<: *x\n"))
	f.Add([]byte("- - - {\n"))
	f.Add([]byte("\ufeff- subject: \"\\0\"\r\n"))
	stored := storedZones(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		staff, faults := readStaff(string(data), stored)
		for _, fault := range faults {
			if fault.Rule == "" || fault.Text == "" {
				t.Errorf("fault without rule or text: %+v", fault)
			}
		}
		if len(faults) > 0 {
			return
		}
		for _, s := range staff {
			if _, ok := stored.Policy(s.Zone); !ok || s.Subject == "" || s.Role == "" || s.Agency == "" || s.Name == "" || s.Email == "" {
				t.Errorf("accepted, yet incomplete: %+v", s)
			}
		}
	})
}
