package records_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/finding"
	"percorso/internal/ledger"
	"percorso/internal/postgres/naming"
)

// named is a case of a person of that name.
func (p *play) named(given, family string) (id string) {
	p.T.Helper()
	run, _ := p.Begin(ledger.Person{GivenName: given, FamilyName: family}, ledger.Effects{})
	return ledger.BareID(run)
}

// finds searches as an account, over pages of two.
func (p *play) finds(account, text string) (found []string) {
	p.T.Helper()
	paging := ledger.Paging{Limit: 2}
	for {
		page, err := p.Records.CaseFiles(p.T.Context(), p.Accounts[account], ledger.CaseFilter{Search: text}, paging)
		require.NoError(p.T, err)
		for _, f := range page.Items {
			found = append(found, f.ID)
		}
		if page.Next == "" {
			return found
		}
		paging.Cursor = page.Next
	}
}

func TestANameIsFoundHoweverItIsTyped(t *testing.T) {
	p := newPlay(t)
	other := p.named("Prova", "Provetta")
	id := p.named("Dalìa Esempia", "N’Finto-Provàre")
	number := p.Row(`SELECT number FROM case_file WHERE id = $1`, id)["number"].(string)
	search := func(t *testing.T) {
		for _, text := range []string{
			"Dalìa", "dalia", "DALIA ESEMPIA", "esempia dalia", "nfinto", "n'finto", "N'FINTO", "finto", "provare dalia", "prov esem dal",
			"N’Finto-Provàre", "nfintoprovare", "n finto provare", number, number[len(number)-4:], "alia", "  dalia ", "da%lia", "daliya essempya",
		} {
			require.Contains(t, p.finds("social_worker.prato", text), id, text)
		}
		for _, text := range []string{"%%", "__", "d%a", "dulio", "dalia provetta", "dalià x", "zz", "\u200b\u200b"} {
			require.NotContains(t, p.finds("social_worker.prato", text), id, text)
		}
		require.Equal(t, []string{id}, p.finds("social_worker.prato", "fin pro"))
		require.ElementsMatch(t, []string{id, other}, p.finds("social_worker.prato", "prov"))
		require.Empty(t, p.finds("supervisor.pistoia", "dalia"), "another zone's")
		require.Empty(t, p.finds("cpi_operator.prato", "dalia"), "another agency's")
	}
	t.Run("by keys", search)
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET family_name = family_name || ' '`)
	require.NoError(t, err)
	require.Equal(t, 2, p.Count(`person WHERE keys = 0`), "a name that is changed otherwise loses its keys")
	require.Zero(t, p.Count(`person_key`))
	for _, text := range []string{"Dalìa", "dalìa esempia", "provàre", "esempia n", number} {
		require.Equal(t, []string{id}, p.finds("social_worker.prato", text), "without keys by what was typed: %s", text)
	}
	made, err := naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	require.Equal(t, 2, made)
	made, err = naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	require.Zero(t, made)
	t.Run("by keys that were made later", search)
}

// A page is full, although another filter leaves out most of what is found.
func TestASearchGoesOnPastWhatFiltersLeaveOut(t *testing.T) {
	p := newPlay(t)
	var want []string
	for i := range 9 {
		id := p.named("Prova", "Filtrata")
		if i%4 == 0 {
			_, err := p.Owner.Exec(t.Context(), `UPDATE case_file SET stage = 'follow_up' WHERE id = $1`, id)
			require.NoError(t, err)
			want = append([]string{id}, want...)
		}
	}
	f := ledger.CaseFilter{Search: "filtrata", Stage: care.StageFollowUp}
	first, err := p.Records.CaseFiles(t.Context(), p.Accounts["supervisor.prato"], f, ledger.Paging{Limit: 2})
	require.NoError(t, err)
	require.Len(t, first.Items, 2)
	rest, err := p.Records.CaseFiles(t.Context(), p.Accounts["supervisor.prato"], f, ledger.Paging{Limit: 2, Cursor: first.Next})
	require.NoError(t, err)
	require.Empty(t, rest.Next)
	var found []string
	for _, file := range append(first.Items, rest.Items...) {
		found = append(found, file.ID)
	}
	require.Len(t, found, 3)
	require.ElementsMatch(t, want, found)
	_, err = p.Records.CaseFiles(t.Context(), p.Accounts["supervisor.prato"], ledger.CaseFilter{Search: "prova"}, ledger.Paging{Cursor: first.Next})
	require.ErrorIs(t, err, ledger.ErrCursor, "of another search")
}

func TestTheSamePersonHoweverTyped(t *testing.T) {
	p := newPlay(t)
	id := p.named("José Prova", "N'Diaye")
	born := p.Row(`SELECT birth_date FROM person`)["birth_date"]
	require.Equal(t, "1992-03-01", born)
	for _, person := range []ledger.Person{
		{GivenName: "Jose Prova", FamilyName: "N’Diaye"},
		{GivenName: "NDIAYE", FamilyName: "jose-prova"},
		{GivenName: "José", FamilyName: "Prova N Diaye"},
	} {
		files, err := p.Records.SamePerson(t.Context(), p.Accounts["desk_operator.prato"], person)
		require.NoError(t, err)
		require.Len(t, files, 1, person)
		require.Equal(t, id, files[0].ID)
	}
	// What is listed may be merged, by two people where something differs.
	twin := p.named("Ndiaye", "Prova José")
	_, err := p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '1990-01-01' WHERE case_id = $1`, twin)
	require.NoError(t, err)
	_, err = naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	files, err := p.Records.MergeCandidates(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	require.Len(t, files, 1)
	_, err = p.Owner.Exec(t.Context(), `UPDATE case_file SET stage = 'follow_up'`)
	require.NoError(t, err)
	_, err = p.Records.Assign(t.Context(), p.Accounts["supervisor.prato"], catalogue.Vouch.Command(uuid.NewString(), id, catalogue.VouchForm{Other: twin, Note: "Prova"}).NewCommand)
	require.NoError(t, err)
	res, _ := p.Merge("social_worker.prato", ledger.CaseRun(id), ledger.CaseRun(twin))
	require.Equal(t, ledger.Recorded, res.Verdict, res.Result.Refusal)
}

// One box finds a file by all that is known of who stands there: the names in any order,
// the day of birth also with day and month exchanged, the telephone however it is typed,
// and the number; closed files too. Each says what it was found by.
func TestFoundByWhatIsKnown(t *testing.T) {
	p := newPlay(t)
	run, _ := p.Begin(ledger.Person{GivenName: "Persona", FamilyName: "D'Esempio", Phone: "+39 347 000.0001", FiscalCode: "prvpsn92c01z236q"}, ledger.Effects{}) // born on 1 March 1992
	id := ledger.BareID(run)
	number := p.Row(`SELECT number FROM case_file WHERE id = $1`, id)["number"].(string)
	other := p.named("Tutt'altra", "Prova")
	find := func(search string) (by []finding.By) {
		t.Helper()
		found, err := p.Records.CaseFiles(t.Context(), p.Accounts["desk_operator.prato"], ledger.CaseFilter{Search: search}, ledger.Paging{})
		require.NoError(t, err)
		for _, file := range found.Items {
			if file.ID == id {
				return file.By
			}
			require.Equal(t, other, file.ID)
		}
		return nil
	}
	for _, closed := range []bool{false, true} {
		if closed {
			p.Does(run, p.Clock(), ledger.Effects{Stage: care.StageClosed, Closure: care.OutcomePlaced, Ending: care.OutcomePlaced}, nil)
		}
		for search, by := range map[string]finding.By{
			"d’esempio persona": finding.ByName, "PERSONA d esempio": finding.ByName, "esempio": finding.ByName, number: finding.ByNumber,
			"1/3/1992": finding.ByBirth, "01.03.1992": finding.ByBirth, "1992-03-01": finding.ByBirth, "3/1/1992": finding.BySwapped, "esempio 1-3-1992": finding.ByBirth,
			"1992": finding.ByBirth, "esempio, 1992": finding.ByBirth,
			"3470000001": finding.ByPhone, "347 000 0001": finding.ByPhone, "0039 347/0000001": finding.ByPhone, "+393470000001": finding.ByPhone, "347000": finding.ByPhone,
			"PRVPSN92C01Z236Q": finding.ByCode, "prv psn 92c01 z236q\n": finding.ByCode, "PRVPSN92CL1Z236B": finding.ByCode,
		} {
			require.Contains(t, find(search), by, search)
		}
		for _, search := range []string{"%%", "__", "2/3/1992", "altra 1/3/1992", "1991", "altra 1992", "3480000001", "+92 347 0000001", "70000001", "PRVPSN92C41Z236U", "01234567004"} {
			require.Empty(t, find(search), search)
		}
	}
	elsewhere, err := p.Records.CaseFiles(t.Context(), p.Accounts["desk_operator.lucca"], ledger.CaseFilter{Search: "1/3/1992"}, ledger.Paging{})
	require.NoError(t, err)
	require.Empty(t, elsewhere.Items, "another zone's people are unknown")
	require.Positive(t, p.Count(`audit WHERE action = 'search_cases' AND asked = 'by=birth,swapped' AND octet_length(searched) = 32`))
	require.Zero(t, p.Count(`audit WHERE asked LIKE '%1992%' OR asked LIKE '%347%' OR asked LIKE '%PRV%'`), "what was typed is in no line")

	// The keys of before are made anew, and a page goes on where the one before ended.
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET keys = 2`)
	require.NoError(t, err)
	_, err = p.Owner.Exec(t.Context(), `DELETE FROM person_key WHERE kind IN ('birth', 'phone', 'fiscal')`)
	require.NoError(t, err)
	require.Empty(t, find("3470000001"))
	_, err = naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	require.Contains(t, find("3470000001"), finding.ByPhone)
	require.Contains(t, find("PRVPSN92C01Z236Q"), finding.ByCode)
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '1988-01-01', birth_year_only = true, keys = 2 WHERE case_id = $1`, id)
	require.NoError(t, err)
	_, err = naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	require.Contains(t, find("Esempio 1988"), finding.ByBirth, "of whom the year alone is known")
	require.Empty(t, find("1/1/1988"))
	_, err = p.Owner.Exec(t.Context(), `UPDATE person SET birth_date = '1992-03-01', birth_year_only = false, keys = 2 WHERE case_id = $1`, id)
	require.NoError(t, err)
	_, err = naming.Complete(t.Context(), p.Owner)
	require.NoError(t, err)
	var pages []string
	for cursor := ""; ; {
		page, err := p.Records.CaseFiles(t.Context(), p.Accounts["desk_operator.prato"], ledger.CaseFilter{Search: "1992-03-01"}, ledger.Paging{Limit: 1, Cursor: cursor})
		require.NoError(t, err)
		pages = append(pages, casesIn(page)...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.ElementsMatch(t, []string{id, other}, pages)
}

func casesIn(page ledger.Page[ledger.CaseFile]) (ids []string) {
	for _, file := range page.Items {
		ids = append(ids, file.ID)
	}
	return ids
}

// Who was opened as somebody else than those who were offered may be one of them all the
// same, which the list says of them, last.
func TestWhoWasToldApartIsListedSo(t *testing.T) {
	p := newPlay(t)
	first := p.named("Persona", "Esempia")
	open := func(another bool) (id string) {
		form := ledger.CaseOpening{
			Person: ledger.Person{GivenName: "Persona", FamilyName: "Esempia", BirthDate: time.Date(1992, 3, 1, 0, 0, 0, 0, time.UTC), Citizenship: "PK"},
			Needs:  []string{"labour"}, NoticeGiven: true, AnotherPerson: another,
		}
		cmd, err := p.Records.Accept(t.Context(), p.Accounts["desk_operator.prato"], catalogue.Open.Command(uuid.NewString(), "", form).NewCommand)
		require.NoError(t, err)
		p.Does(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, ledger.Effects{Stage: care.StageFirstLevel}, nil)
		return ledger.BareID(cmd.Run)
	}
	candidates := func(id string) (ids, apart []string) {
		files, err := p.Records.MergeCandidates(t.Context(), p.Accounts["social_worker.prato"], id)
		require.NoError(t, err)
		for _, file := range files {
			require.True(t, file.Like.Any())
			if file.Apart {
				apart = append(apart, file.ID)
			} else {
				require.Empty(t, apart, "they are last")
				ids = append(ids, file.ID)
			}
		}
		return ids, apart
	}
	is := func(of string, likely, told []string) {
		ids, apart := candidates(of)
		require.ElementsMatch(t, likely, ids)
		require.Equal(t, told, apart)
	}
	second := open(true)
	is(second, nil, []string{first})
	is(first, nil, []string{second})
	third := open(false)
	is(third, []string{first, second}, nil)
	is(first, []string{third}, []string{second})
	require.Equal(t, 1, p.Count(`told_apart`))
}
