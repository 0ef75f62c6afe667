package cases

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/api/pages/parts"
	"percorso/api/web"
	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/catalogue/fields"
	"percorso/internal/crossing"
	"percorso/internal/ledger"
	"percorso/internal/testclock"
	"percorso/internal/working"
	"percorso/internal/zone"
)

// TestWhatTheCPIGets: before data cross the border of an agency the sender sees
// every field that the receiver will see, and no other; of the needs those that a
// placement is for.
func TestWhatTheCPIGets(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	policy := policies[slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "prato" })]
	c := ledger.Case{CaseFile: ledger.CaseFile{Number: "PO-2026-00012", Needs: []string{"labour", "housing", "immigration"}}, PersonData: ledger.Person{
		GivenName: "Persona", FamilyName: "Prova 0001", BirthDate: time.Date(1992, 5, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK",
		Languages: []string{"ur", "en"}, Phone: "000 0000001", FiscalCode: "PRVPSN92E01Z236U",
	}}
	told := working.Told{
		Answer: working.Answer{May: working.Limits, Limit: working.StudyHours}, Domicile: "Prato", PermitExpiry: "2027-06-30", Schooling: "vocational", Recognition: "recognition_asked",
		Italian: "b1", ItalianProof: "certified", WorkDone: "Magazziniere di prova", Licences: "Patente B", FreeHours: "Mattina", DID: "yes", Pact: "no", Benefits: "no",
		Asks: []working.Asked{{Text: "Corso di prova"}},
	}
	in := asked{rules: &zone.Rules{Policy: policy}, file: c, work: &told}
	ofWork := reflect.TypeFor[working.Told]().NumField() - 1 // how the level of Italian is known stands beside it
	if listed, sent := len(givenTo(catalogue.ToCPI, in).Terms), reflect.TypeFor[ledger.Snapshot]().NumField()-1+ofWork; listed != sent {
		t.Errorf("%d fields are shown, %d are sent", listed, sent)
	}
	members := givenTo(catalogue.ToMembers, asked{rules: &zone.Rules{Policy: policy}, file: c})
	if words := fmt.Sprint(members.Terms); !strings.Contains(words, "{Chi li riceve ") || strings.Contains(words, "Immigrazione") || strings.Contains(words, "PRVPSN92E01Z236U") {
		t.Errorf("an équipe's members get %s", words)
	}
	var form parts.CaseForm
	sending := actionOf(care.OpSendToCPI)
	sending.show(&form, in)
	var shown strings.Builder
	if err := web.Write(&shown, form); err != nil {
		t.Fatal(err)
	}
	page := shown.String()
	for _, want := range []string{"Persona", "Prova 0001", "Pakistan", "urdu, inglese", "000 0000001", "Come si può chiamare", "da chiedere se è sicuro", "PRVPSN92E01Z236U", "Lavoro", "Finalità", "interesse pubblico",
		"sì, con limiti: permesso per studio", "30 giugno 2027", "qualifica professionale", "B1 (certificato)", "Magazziniere di prova", "Corso di prova", "Scrivi il profilo per il lavoro"} {
		if !strings.Contains(page, want) {
			t.Errorf("the sender does not see %q", want)
		}
	}
	if strings.Contains(page, "Casa") {
		t.Error("a need is shown that a placement is not for")
	}
}

// TestWhoConvenesAsksForTheConsentOfMembers: of those alone who need one, by name.
func TestWhoConvenesAsksForTheConsentOfMembers(t *testing.T) {
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		t.Fatal(err)
	}
	policy := policies[slices.IndexFunc(policies, func(p care.Policy) bool { return p.Zone == "lucca" })]
	private := crossing.Consent{Agency: "terzo_settore", Purpose: crossing.ForEquipe}
	for name, c := range map[string]struct {
		consents []ledger.Consent
		kind     care.EquipeKind
		asks     bool
	}{
		"nobody was asked":        {nil, care.BetweenAgencies, true},
		"for something else":      {[]ledger.Consent{{Consent: crossing.Consent{Agency: "terzo_settore", Purpose: "housing"}}}, care.BetweenAgencies, true},
		"withdrawn":               {[]ledger.Consent{{Consent: private, Withdrawn: &testclock.Monday}}, care.BetweenAgencies, true},
		"in force":                {[]ledger.Consent{{Consent: private}}, care.BetweenAgencies, false},
		"one of the agency alone": {nil, care.WithinAgency, false},
	} {
		var form parts.CaseForm
		in := asked{rules: &zone.Rules{Policy: policy}, file: ledger.Case{Consents: c.consents}, today: testclock.Monday,
			lists: map[fields.List][]web.Option{fields.EquipeKinds: {{Value: string(c.kind)}}}}
		in.lists[fields.PrivateMembers] = privateMembers(in, in.lists[fields.EquipeKinds])
		actionOf(care.OpConvene).show(&form, in)
		var shown strings.Builder
		if err := web.Write(&shown, form); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`value="terzo_settore"`, "non legge dati, verbali e progetto", "«Se dici no, il resto non cambia»"} {
			if strings.Contains(shown.String(), want) != c.asks {
				t.Errorf("%s: %q", name, want)
			}
		}
	}
}
