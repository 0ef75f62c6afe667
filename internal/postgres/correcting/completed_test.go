package correcting_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/catalogue"
	"percorso/internal/correction"
	"percorso/internal/ledger"
	"percorso/internal/names"
	"percorso/internal/postgres/postgrestest"
	"percorso/internal/privacy"
)

// Of whom the name alone is known a file is opened; it is offered to who opens another one,
// waits for no birthday, and gives no agency a day that is none. What becomes known is a
// correction, which sets the clock of a minor, and is never taken away again.
func TestWhoIsHardlyKnownIsOpenedAndCompletedLater(t *testing.T) {
	p := play{postgrestest.NewPlay(t)}
	desk := p.Accounts["desk_operator.prato"]
	opens := func(person ledger.Person, effects ledger.Effects) string {
		cmd, err := p.Records.Accept(t.Context(), desk, catalogue.Open.Command(uuid.NewString(), "", ledger.CaseOpening{
			Person: person, Note: "Chiede un corso", NoticeGiven: true, Notice: privacy.Notice{Way: privacy.ReadAloud, Language: "ur"}}).NewCommand)
		require.NoError(t, err)
		effects.Stage = care.StageFirstLevel
		p.Does(cmd.Run, ledger.Entry{ID: cmd.ID, Answer: cmd.Answer}, effects, nil)
		return cmd.Run
	}
	waits := ledger.Effects{Waits: []ledger.Wait{{Point: "birthday", Deadline: care.TurnsSixteen}}}
	run := opens(ledger.Person{GivenName: "Mohamed", FamilyName: "Provassi"}, waits)
	id := ledger.BareID(run)
	is := p.person(id)
	require.True(t, is.BirthDate.IsZero())
	require.Empty(t, is.Citizenship)
	require.Equal(t, []string{"ur"}, is.Languages, "the language in which they were told")
	require.Equal(t, 1, p.Count(`record WHERE kind = 'open' AND data ->> 'NoticeWay' = 'read_aloud' AND data ->> 'NoticeLanguage' = 'ur'`))
	require.Zero(t, p.Count(`wait WHERE due_at IS NOT NULL`), "no birthday is waited for")

	for name, person := range map[string]ledger.Person{
		"with a day": {GivenName: "Muhammad", FamilyName: "Provassi", BirthDate: time.Date(1990, 5, 12, 0, 0, 0, 0, time.UTC)},
		"without":    {GivenName: "Provassi", FamilyName: "Mohamed"},
	} {
		same, err := p.Records.SamePerson(t.Context(), desk, person)
		require.NoError(t, err)
		require.Len(t, same, 1, name)
		require.Equal(t, names.UnknownBirth, same[0].Like.Born, name)
	}
	same, err := p.Records.SamePerson(t.Context(), desk, ledger.Person{GivenName: "Ahmed", FamilyName: "Provassi"})
	require.NoError(t, err)
	require.Empty(t, same, "two who are not known are not born on one day")
	opens(ledger.Person{GivenName: "Ahmed", FamilyName: "Provassi"}, ledger.Effects{})
	require.Zero(t, p.Count(`alike`), "and no pair of theirs is kept")
	require.Empty(t, p.finds("1/1/0001"))

	born := p.Now.AddDate(-15, 0, 0).Format(time.DateOnly)
	require.NoError(t, p.corrects("desk_operator.prato", id, correction.PersonCorrection{BirthDate: &born, Citizenship: text("MA")}))
	list, err := p.Records.Corrections(t.Context(), p.Accounts["social_worker.prato"], id)
	require.NoError(t, err)
	was := map[string]string{}
	for _, c := range list {
		was[c.Field] = c.Old + " > " + c.New
	}
	require.Equal(t, map[string]string{"birth_date": " > " + born, "citizenship": " > MA"}, was)
	require.Equal(t, 1, p.Count(`command WHERE operation = 'correct_person' AND caller LIKE 'case/%' OR operation = 'corrected'`), "the case hears of the day of birth")
	p.refused(p.corrects("desk_operator.prato", id, correction.PersonCorrection{Citizenship: text("")}), "citizenship", care.RuleRequired)
}
