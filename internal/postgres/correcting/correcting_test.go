package correcting_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/fiscal"
	"percorso/internal/kin"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/papers"
	"percorso/internal/postgres/naming"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/protection"
	"percorso/internal/reach"
	"percorso/internal/speech"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

type play struct{ *postgrestest.Play }

func (p play) corrects(account, id string, form correction.PersonCorrection) error {
	if form.Note == "" {
		form.Note = "Prova: mostrato il passaporto"
	}
	_, err := p.Records.Assign(p.T.Context(), p.Accounts[account], catalogue.Correct.Command(uuid.NewString(), id, form).NewCommand)
	return err
}

func (p play) refused(err error, field, rule string) {
	p.T.Helper()
	var refusal *care.Refusal
	require.ErrorAs(p.T, err, &refusal)
	require.Contains(p.T, refusal.Faults, care.Fault{Field: field, Rule: rule})
}

func (p play) person(id string) ledger.Person {
	p.T.Helper()
	file, err := p.Records.CaseFile(p.T.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(p.T, err)
	return file.PersonData
}

func (p play) finds(search string) (ids []string) {
	p.T.Helper()
	found, err := p.Records.CaseFiles(p.T.Context(), p.Accounts["desk_operator.prato"], ledger.CaseFilter{Search: search}, ledger.Paging{})
	require.NoError(p.T, err)
	for _, file := range found.Items {
		ids = append(ids, file.ID)
	}
	return ids
}

func text(s string) *string { return &s }

// What is corrected holds at once, is found by what it is now, and what it was is kept
// with who, when and why.
func TestAPersonIsCorrectedAndWhatTheyWereIsKept(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Sbagliata", Languages: []string{"ur"}, Phone: "000 0000001"}, ledger.Effects{})
	id := ledger.BareID(run)
	given := p.given(run)
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{
		GivenName: text(""), FamilyName: text("Esempia"), BirthDate: text("1988"), Citizenship: text("MA"), Languages: []string{"ar", "fr"},
		Phone: text("000 0000002"), Email: text("persona@prova.invalid"), Municipality: text("Prato"), Address: text("Via di Prova 1"), FiscalCode: text("prvpsn 88c01 z236u"),
	}))
	is := p.person(id)
	require.Equal(t, ledger.Person{
		ID: is.ID, FamilyName: "Esempia", BirthDate: time.Date(1988, 1, 1, 0, 0, 0, 0, time.UTC), YearOnly: true, Citizenship: "MA", Permit: "work", Languages: []string{"ar", "fr"},
		Phone: "000 0000002", Email: "persona@prova.invalid", Municipality: "Prato", Address: "Via di Prova 1", FiscalCode: "PRVPSN88C01Z236U", Version: 2,
		Contacts: []reach.Way{{Kind: "email", Value: "persona@prova.invalid"}, {Kind: "phone", Value: "000 0000002"}},
		Linked:   []kin.Linked{}, Reads: []string{}, Speech: []string{}, Papers: []papers.Paper{},
	}, is)
	require.Equal(t, []string{id}, p.finds("esempia"))
	require.Empty(t, p.finds("sbagliata"), "of the name that it is no longer no key is left")
	require.Equal(t, []string{id}, p.finds("PRVPSN88CLMZ236X"), "with letters for digits")
	same, err := p.Records.SamePerson(t.Context(), p.Accounts["desk_operator.prato"], ledger.Person{FamilyName: "Esempya", BirthDate: is.BirthDate})
	require.NoError(t, err)
	require.Len(t, same, 1, "the likeness follows")
	require.Equal(t, "Esempia", same[0].Person)

	list, err := p.Records.Corrections(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	require.Len(t, list, 10, "what follows from telephone and email is no correction of its own")
	was := map[string]string{}
	for _, c := range list {
		was[c.Field] = c.Old + " > " + c.New
		require.Equal(t, "Prova: mostrato il passaporto", c.Why)
		require.Equal(t, care.DeskOperator, c.ByRole)
		require.True(t, p.Now.Equal(c.At))
	}
	require.Equal(t, map[string]string{
		"given_name": "Persona > ", "family_name": "Sbagliata > Esempia", "birth_date": "1992-03-01 > 1988", "citizenship": "PK > MA", "languages": "ur > ar fr",
		"phone": "000 0000001 > 000 0000002", "email": " > persona@prova.invalid", "municipality": " > Prato", "address": " > Via di Prova 1",
		"fiscal_code": " > PRVPSN88C01Z236U",
	}, was)
	require.Contains(t, p.Moments(run), "person_corrected")
	require.Equal(t, given, p.given(run), "what was given stays as it was given")
	require.Zero(t, p.Count(`record WHERE kind = 'correct_person'`), "it stands once")
	require.Zero(t, p.Count(`command WHERE operation = 'correct_person' AND (data IS NOT NULL OR answer::text LIKE '%Esempia%')`))
	require.Equal(t, 1, p.Count(`audit WHERE action = 'read_corrections'`))
}

// given is what the employment centre is given of the person, once it is asked.
func (p play) given(run string) (snapshot string) {
	p.T.Helper()
	if p.Count(`share`) == 0 {
		branch := postgrestest.NewRun(care.RunReferral)
		p.Branch(run, branch, care.Answer{Agency: "cpi"}, ledger.Effects{
			Referrals: []ledger.ReferralChange{{ID: uuid.NewString(), State: care.ReferralRequested, Agency: "cpi", Purpose: "labour"}},
		})
	}
	require.NoError(p.T, p.Owner.QueryRow(p.T.Context(), `SELECT snapshot::text FROM share`).Scan(&snapshot))
	require.Contains(p.T, snapshot, "Sbagliata")
	return snapshot
}

func TestWhoCorrectsWhat(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{Languages: []string{"ur"}, Phone: "000 0000001"}, ledger.Effects{})
	id := ledger.BareID(run)
	p.refused(p.corrects("intercultural_mediator.prato", id, correction.PersonCorrection{FamilyName: text("Altra")}), "family_name", correction.RuleNotTheirs)
	require.NoError(t, p.corrects("intercultural_mediator.prato", id, correction.PersonCorrection{Phone: text("000 0000003")}))
	require.ErrorIs(t, p.corrects("cpi_operator.prato", id, correction.PersonCorrection{Phone: text("000 0000004")}), ledger.ErrForbidden)
	require.ErrorIs(t, p.corrects("desk_operator.lucca", id, correction.PersonCorrection{Phone: text("000 0000004")}), ledger.ErrNotFound)
	_, err := p.Records.Corrections(t.Context(), p.Accounts["desk_operator.lucca"], id)
	require.ErrorIs(t, err, ledger.ErrNotFound)
	require.ErrorIs(t, p.corrects("desk_operator.prato", uuid.NewString(), correction.PersonCorrection{Phone: text("000 0000004")}), ledger.ErrNotFound)
	p.refused(p.corrects("desk_operator.prato", id, correction.PersonCorrection{Phone: text("000 0000003")}), "", correction.RuleNothing)
	p.refused(p.corrects("desk_operator.prato", id, correction.PersonCorrection{FiscalCode: text("PRVPSN88C01Z236U")}), "fiscal_code", fiscal.RuleBorn)
	require.Equal(t, "000 0000003", p.person(id).Phone)
}

// Of two who correct what they saw at the same time, one is told that it is no longer so.
func TestTwoCorrectAtOnce(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{Languages: []string{"ur"}}, ledger.Effects{})
	id := ledger.BareID(run)
	seen := p.person(id).Version
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, form := range []correction.PersonCorrection{{FamilyName: text("Prima"), Seen: seen}, {Phone: text("000 0000009"), Seen: seen}} {
		both.Go(func() { errs[i] = p.corrects("desk_operator.prato", id, form) })
	}
	both.Wait()
	if errs[0] == nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	require.NoError(t, errs[1])
	p.refused(errs[0], "", correction.RuleMeanwhile)
	list, err := p.Records.Corrections(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// A file that is merged leads to the one that stays, which has the contacts of both, is
// found by the names of both, and reads what was corrected in either.
func TestCorrectionsAfterAMerge(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	kept, _ := p.Begin(ledger.Person{Languages: []string{"ur"}}, ledger.Effects{})
	merged, _ := p.Begin(ledger.Person{Languages: []string{"ur"}}, ledger.Effects{})
	require.NoError(t, p.corrects("desk_operator.prato", ledger.BareID(merged), correction.PersonCorrection{
		GivenName: text("Prova 0001"), FamilyName: text("Persona"), Email: text("una@prova.invalid"), Municipality: text("Prato"), FiscalCode: text("PRVPSN92C41Z236U"),
	}))
	require.NoError(t, p.corrects("desk_operator.prato", ledger.BareID(kept), correction.PersonCorrection{Email: text("altra@prova.invalid"), FiscalCode: text("PRVPSN92C01Z236Q")}))
	p.Does(kept, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	vouched := catalogue.Vouch.Command(uuid.NewString(), ledger.BareID(merged), catalogue.VouchForm{Other: ledger.BareID(kept), Note: "Prova"})
	_, err := p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], vouched.NewCommand) // the codici fiscali differ
	require.NoError(t, err)
	res, _ := p.Merge("social_worker.prato", merged, kept)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	is := p.person(ledger.BareID(kept))
	require.Equal(t, []string{"altra@prova.invalid", "Prato", "PRVPSN92C01Z236Q"}, []string{is.Email, is.Municipality, is.FiscalCode})
	require.Equal(t, 1, p.Count(`set_aside WHERE field = 'fiscal_code' AND value ->> 'fiscal_code' = 'PRVPSN92C41Z236U'`))
	require.Equal(t, 1, p.Count(`set_aside WHERE field = 'email' AND value ->> 'email' = 'una@prova.invalid'`))
	p.refused(p.corrects("desk_operator.prato", ledger.BareID(merged), correction.PersonCorrection{Phone: text("1")}), "", correction.RuleMerged)
	list, err := p.Records.Corrections(t.Context(), p.Accounts["social_worker.prato"], ledger.BareID(kept))
	require.NoError(t, err)
	require.Len(t, list, 7)
	require.NoError(t, p.corrects("desk_operator.prato", ledger.BareID(kept), correction.PersonCorrection{GivenName: text("Terza"), FamilyName: text("Esempia")}))
	for _, search := range []string{"terza", "prova 0001", "PRVPSN92C01Z236Q", "PRVPSN92C41Z236U"} {
		require.Contains(t, p.finds(search), ledger.BareID(kept), search)
	}
}

// Another zone gets the contacts with the person, and what was corrected stays where it was.
func TestContactsGoWithAHandover(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{Languages: []string{"ur"}}, ledger.Effects{})
	require.NoError(t, p.corrects("desk_operator.prato", ledger.BareID(run), correction.PersonCorrection{BirthDate: text("1992"), Email: text("una@prova.invalid"), Address: text("Via di Prova 1"), FiscalCode: text("PRVPSN92C01Z236Q")}))
	transfer, next := postgrestest.NewRun(care.RunTransfer), postgrestest.NewRun(care.RunCase)
	asks := p.Ask("social_worker.prato", run, catalogue.Transfer.Command("", "", catalogue.TransferForm{Zone: "lucca", Notice: true, Note: "Prova"}))
	p.Does(run, asks, ledger.Effects{Tell: []ledger.Message{{Run: transfer, Answer: care.Answer{Operation: care.OpOpen, Zone: "lucca"}}}}, nil)
	task := postgrestest.Opens(transfer, "answer", ledger.TaskChange{Kind: care.TransferAnswer, Zone: "lucca"})
	p.Does(transfer, p.Hear(transfer, care.OpOpen), ledger.Effects{Tasks: []ledger.TaskChange{task}}, nil)
	p.Complete("social_worker.lucca", transfer, task.ID, care.Completion{Outcome: care.Accepted, Stage: care.StageFirstLevel}, ledger.Effects{Ending: care.Accepted}, nil)
	p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeTransferred, Ending: care.OutcomeTransferred,
		Handover: &ledger.Handover{Run: next, Zone: "lucca", Stage: care.StageFirstLevel}}, nil)
	require.Equal(t, map[string]any{"email": "una@prova.invalid", "address": "Via di Prova 1", "birth_year_only": true, "fiscal_code": "PRVPSN92C01Z236Q"},
		p.Row(`SELECT email, address, fiscal_code, birth_year_only FROM person WHERE case_id = $1`, ledger.BareID(next)))
	there, err := p.Records.SamePerson(t.Context(), p.Accounts["desk_operator.lucca"], ledger.Person{GivenName: "Tutt'altra", FamilyName: "Esempia", BirthDate: time.Date(1971, 7, 7, 0, 0, 0, 0, time.UTC), FiscalCode: "PRVPSN92CL1Z236B"})
	require.NoError(t, err)
	require.Len(t, there, 1, "by the codice fiscale alone, with letters for digits")
	require.Equal(t, ledger.BareID(next), there[0].ID)
	require.Equal(t, names.Likeness{Code: true, Born: names.OtherBirth}, *there[0].Like)
}

// What may be done with a number is kept, with what was known before; the file is found by
// each number, and what must not be called goes to no agency.
func TestSafeContacts(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{FamilyName: "Sbagliata", GivenName: "Persona", Languages: []string{"ur"}, Phone: "000 0000001"}, ledger.Effects{})
	id := ledger.BareID(run)
	// As code of before wrote it: the number alone.
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET contacts = '[]'`)
	require.NoError(t, err)
	require.Equal(t, []reach.Way{{Kind: "phone", Value: "000 0000001"}}, p.person(id).Reached())
	list := []reach.Way{
		{Kind: "phone", Value: "000 0000001", Whose: "own", Call: "no"}, {Kind: "phone", Value: "000 0000005", Whose: "relative", Call: "yes", Message: "no", Hours: "dopo le 18"},
	}
	require.NoError(t, p.corrects("intercultural_mediator.prato", id, correction.PersonCorrection{Contacts: &list}))
	is := p.person(id)
	require.Equal(t, list, is.Contacts)
	require.Equal(t, "000 0000005", is.Phone, "what code of before proposes")
	for _, search := range []string{"0000000001", "0000000005"} {
		require.Equal(t, []string{id}, p.finds(search), search)
	}
	given := p.given(run)
	require.Contains(t, given, "000 0000005")
	require.Contains(t, given, "dopo le 18")
	require.NotContains(t, given, "000 0000001")
	yes := true
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{NoSafeContact: &yes}))
	shown, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], id, "asl", "housing")
	require.NoError(t, err)
	require.Empty(t, shown.Snapshot.Phone)
	require.Nil(t, shown.Snapshot.PhoneTerms)
	require.Equal(t, list, p.person(id).Reached(), "none is lost")
	require.Equal(t, "1992-03-01", shown.Snapshot.BirthDate)
	history, err := p.Records.Corrections(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	require.Len(t, history, 2)

	// Of two files of one person no contact is lost, and what one of them says must not be called must not.
	other, _ := p.Begin(ledger.Person{FamilyName: "Sbagliata", GivenName: "Persona", Languages: []string{"ur"}, Phone: "000 0000001"}, ledger.Effects{})
	third := []reach.Way{{Kind: "phone", Value: "000 0000007"}, {Kind: "phone", Value: "000 0000001", Call: "yes"}}
	require.NoError(t, p.corrects("desk_operator.prato", ledger.BareID(other), correction.PersonCorrection{Contacts: &third}))
	no := false
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{NoSafeContact: &no}))
	p.Does(other, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	res, _ := p.Merge("social_worker.prato", run, other)
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
	both := p.person(ledger.BareID(other))
	require.ElementsMatch(t, []reach.Way{third[0], {Kind: "phone", Value: "000 0000001", Call: "no"}, list[1]}, both.Contacts)
	require.Equal(t, both.Phone, both.Contacts[0].Value, "the number that holds is the first")
}

// Of whom the year of birth alone is known when the file is opened, it stays a year wherever
// it goes, until somebody corrects it to a day.
func TestAYearOfBirthIsGivenAsAYear(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Annata", YearOnly: true, Languages: []string{"ti"}}, ledger.Effects{})
	id := ledger.BareID(run)
	require.True(t, p.person(id).YearOnly)
	given := func() string {
		shown, err := p.Records.Disclosure(t.Context(), p.Accounts["social_worker.prato"], id, "cpi", "labour")
		require.NoError(t, err)
		return shown.Snapshot.BirthDate
	}
	require.Equal(t, "1992", given())
	require.Equal(t, []string{id}, p.finds("Annata 1992"))
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{BirthDate: text("1992-05-12")}))
	require.Equal(t, "1992-05-12", given())
	require.False(t, p.person(id).YearOnly)
}

// Who belongs to a person, how they communicate and their documents are known to those who
// work the file alone. Of two files of one person all of it is kept, and who must not be told
// by one of them must not by both.
func TestWhatIsKnownBesides(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "Sbagliata", Languages: []string{"ur"}, Phone: "347 0000003", FiscalCode: "PRVPSN92C01Z236Q"}, ledger.Effects{})
	id := ledger.BareID(run)
	mother := kin.Linked{Name: "Madre Prova", Relation: "mother", Phone: "000 0000002", Signs: true, File: "PO-2020-99999"}
	list := []kin.Linked{mother}
	p.refused(p.corrects("desk_operator.prato", id, correction.PersonCorrection{Linked: &list}), "linked[0].file", kin.RuleFile)
	list[0].File = p.Row(`SELECT number FROM case_file`)["number"].(string)
	ways, documents, none := []string{speech.Signs, speech.NoPhone}, []papers.Paper{{Kind: "passport", Number: "PROVA001"}}, true
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{Linked: &list, Speech: &ways, Reads: []string{"en"}, Papers: &documents, NoAbode: &none}))
	p.refused(p.corrects("intercultural_mediator.prato", id, correction.PersonCorrection{Linked: &[]kin.Linked{}}), "linked", correction.RuleNotTheirs)
	is := p.person(id)
	require.Equal(t, []any{list, ways, []string{"en"}, documents, true}, []any{is.Linked, is.Speech, is.Reads, is.Papers, is.NoAbode})
	for _, theirs := range []string{"Madre", "PROVA001", "no_phone"} {
		require.NotContains(t, p.given(run), theirs, "none of it goes to another agency")
	}

	other, _ := p.Begin(ledger.Person{FamilyName: "Sbagliata", GivenName: "Persona", Languages: []string{"ur"}, Phone: "000 0000001", FiscalCode: "PRVPSN92CL1Z236B"}, ledger.Effects{})
	kept := ledger.BareID(other)
	barred := kin.Linked{Name: "Padre Prova", Relation: "father", Phone: "+39 3470000003", Barred: true, Order: "juvenile_court", Ordered: "2026-05-04"}
	their := []kin.Linked{barred, {Name: "madre prova", Relation: "mother", Barred: true, Order: "court", Ordered: "2026-06-01"}}
	require.NoError(t, p.corrects("desk_operator.prato", kept, correction.PersonCorrection{Linked: &their, Reads: []string{"ur"}, Speech: &[]string{speech.LargePrint}, Papers: &[]papers.Paper{{Kind: "licence", Number: "PROVA002"}}}))
	p.Does(other, p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
	e := p.Ask("social_worker.prato", run, catalogue.Merge.Command("", "", catalogue.MergeForm{Into: kept, Phone: "merged", FiscalCode: "merged", Note: "Prova"}))
	p.Does(run, e, ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomeMerged, Ending: care.OutcomeMerged, MergeInto: e.Answer.Case}, nil)
	both := p.person(kept)
	mother.File, mother.Signs, mother.Barred, mother.Order, mother.Ordered = list[0].File, false, true, "court", "2026-06-01"
	require.Equal(t, append(their, mother), both.Linked)
	require.ElementsMatch(t, []string{speech.Signs, speech.NoPhone, speech.LargePrint}, both.Speech)
	require.ElementsMatch(t, []string{"en", "ur"}, both.Reads)
	require.Len(t, both.Papers, 2)
	require.True(t, both.NoAbode)
	require.Equal(t, "PRVPSN92C01Z236Q", both.FiscalCode, "as it was chosen")
	require.Empty(t, both.Phone, "it is the number of who must not be told")
	require.Contains(t, both.Reached(), reach.Way{Kind: "phone", Value: "347 0000003", Call: "no"})
	require.Contains(t, p.Rows(`SELECT field, value FROM set_aside`), map[string]any{"field": "fiscal_code", "value": map[string]any{"fiscal_code": "PRVPSN92CL1Z236B"}})
}

// The number of the file of somebody who belongs to a person is read by who sees that file. Whoever
// does not reads of no file, learns nothing by typing the number, and leaves it where it is.
func TestTheFileOfARelativeIsForWhoSeesIt(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	const keeper, other = "social_worker.prato", "social_worker_2.prato"
	sister, _ := p.Begin(ledger.Person{GivenName: "Sorella", FamilyName: "Protetta"}, ledger.Effects{})
	number := p.Row(`SELECT number FROM case_file`)["number"].(string)
	run, _ := p.Begin(ledger.Person{}, ledger.Effects{})
	id := ledger.BareID(run)
	list := []kin.Linked{{Name: "Sorella Prova", Relation: "sibling", File: number}}
	require.NoError(t, p.corrects(keeper, id, correction.PersonCorrection{Linked: &list}))
	protect := catalogue.Protect.Command(uuid.NewString(), ledger.BareID(sister), protection.Form{Keeper: p.Accounts["supervisor.prato"].ID, Reason: "sought"})
	_, err := p.Records.Assign(t.Context(), p.Accounts[keeper], protect.NewCommand)
	require.NoError(t, err)

	reads := func(account string) (file string) {
		read, err := p.Records.CaseFile(t.Context(), p.Accounts[account], id)
		require.NoError(t, err)
		require.Len(t, read.PersonData.Linked, 1)
		corrected, err := p.Records.Corrections(t.Context(), p.Accounts[account], id)
		require.NoError(t, err)
		for _, c := range corrected {
			require.Equal(t, read.PersonData.Linked[0].File != "", strings.Contains(c.New, number), account)
		}
		return read.PersonData.Linked[0].File
	}
	require.Equal(t, []string{number, ""}, []string{reads(keeper), reads(other)})
	p.refused(p.corrects(other, id, correction.PersonCorrection{Linked: &list}), "linked[0].file", kin.RuleFile)
	list = []kin.Linked{{Name: "Sorella Prova", Relation: "sibling", Phone: "000 0000002"}}
	require.NoError(t, p.corrects(other, id, correction.PersonCorrection{Linked: &list}))
	require.Equal(t, []string{number, ""}, []string{reads(keeper), reads(other)})
}

// Code that knows neither contacts nor a codice fiscale corrects a name: they stay, and the file is found by the code.
func TestCodeOfBeforeLeavesWhatItDoesNotKnow(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	run, _ := p.Begin(ledger.Person{Languages: []string{"ur"}, FiscalCode: "PRVPSN92C01Z236Q", Contacts: []reach.Way{{Kind: "phone", Value: "000 0000001", Call: "yes"}}}, ledger.Effects{})
	id := ledger.BareID(run)
	is := p.person(id)
	contacts := is.Contacts
	require.Len(t, contacts, 1)
	is.FamilyName, is.FiscalCode, is.Contacts = "Esempia", "", nil // as who does not know it reads it
	kinds, keys := naming.Of(is)
	who := p.Accounts["desk_operator.prato"]
	require.NoError(t, pgx.BeginFunc(t.Context(), p.Owner, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SELECT set_config('percorso.' || w, v, true) FROM unnest(ARRAY['zone', 'staff', 'role', 'agency'], $1::text[]) u (w, v)`,
			[]string{"prato", who.ID, string(who.Role), who.Agency}); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `SELECT correct_person($1, gen_random_uuid(), $2, 3, $3, $4, '[{"field":"family_name","old":"Prova 0001","new":"Esempia"}]', 'Prova', now())`,
			id, is, kinds, keys)
		return err
	}))
	require.Equal(t, "PRVPSN92C01Z236Q", p.person(id).FiscalCode)
	require.Equal(t, contacts, p.person(id).Contacts)
	for _, search := range []string{"esempia", "PRVPSN92C01Z236Q"} {
		require.Equal(t, []string{id}, p.finds(search), search)
	}
}
