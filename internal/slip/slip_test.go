package slip

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/legible"
)

// TestEverySentenceIsInEveryLanguage: with its edition, once, and as people read it.
func TestEverySentenceIsInEveryLanguage(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sentences().Sentences {
		require.False(t, seen[s.Code], "%s twice", s.Code)
		seen[s.Code] = true
		require.True(t, s.Edition > 0 && s.Edition <= Edition(), "%s: edition %d", s.Code, s.Edition)
		for _, l := range Languages {
			text := s.in(l.Code)
			require.NotEmpty(t, text, "%s in %s", s.Code, l.Code)
			require.True(t, legible.Line(text) && strings.TrimSpace(text) == text, "%s in %s", s.Code, l.Code)
		}
	}
	for day := range 7 {
		require.True(t, seen[strings.ToLower(time.Weekday(day).String())], time.Weekday(day))
	}
	for _, role := range care.Roles {
		if role != care.Supervisor && role != care.PrivacyOfficer { // nobody is received by them
			require.True(t, seen[string(role)], role)
		}
	}
	require.True(t, Brings("permit"))
	require.False(t, Brings("monday"))
	require.False(t, Brings("unknown"))
}

var zone = care.Policy{
	Agencies: []care.Agency{{Code: "comune", Name: "Comune di Prova", Phone: "0574 000000"}, {Code: "cpi", Phone: "0574 000001"}},
	Services: []care.Service{{Code: "pas", Name: "Punto PAS", Agency: "comune", Role: care.SocialWorker,
		Place: care.Place{Name: "Ufficio Prova", Address: "via di Prova 1", Floor: "primo", Way: "linea 1, fermata Prova"}}},
	Brings:  []care.Bring{{Matter: "school_inclusion", What: []string{"identity", "school_reports"}}},
	Checked: []care.Checking{{Language: "ur", Edition: 1, By: "Chi legge per prova", On: "2026-09-01"}},
}

func expected() Expected {
	return Expected{At: time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC), Date: "1º dicembre 2026", Hour: "9.30", Number: "417", Service: "pas", Matter: "school_inclusion"}
}

func TestSheet(t *testing.T) {
	sheet := Of(zone, expected(), "ur")
	require.True(t, sheet.Language.RightToLeft)
	require.Equal(t, Said{"martedì 1º dicembre 2026", "منگل 1/12/2026"}, sheet.When[0].Text)
	require.Equal(t, "9.30", sheet.When[1].Text.Italian)
	require.Equal(t, "417", sheet.When[2].Text.Italian)
	var facts []string
	for _, f := range sheet.Place {
		require.NotEmpty(t, f.Name.Own)
		facts = append(facts, f.Name.Italian+": "+f.Text.Italian)
	}
	require.Equal(t, []string{"Dove: Ufficio Prova, via di Prova 1", "Piano: primo", "Come si arriva: linea 1, fermata Prova",
		"Con chi: assistente sociale", "Chi chiamare: 0574 000000"}, facts)
	require.Len(t, sheet.Bring, 4)
	require.Equal(t, "documento d’identità o passaporto", sheet.Bring[0].Italian)
}

// TestASheetSaysNotWhy: neither the service's name nor the matter stands on it.
func TestASheetSaysNotWhy(t *testing.T) {
	sheet := Of(zone, expected(), "ur")
	for _, said := range append(sheet.Also, sheet.Title, sheet.Heading) {
		require.NotContains(t, said.Italian, "PAS")
	}
	for _, f := range append(sheet.When, sheet.Place...) {
		require.NotContains(t, f.Text.Italian, "PAS")
	}
}

// TestWhatNobodyHasReadIsNotPrinted: neither a language nor a sentence that changed since.
func TestWhatNobodyHasReadIsNotPrinted(t *testing.T) {
	for _, language := range []string{"ar", "it", "unknown", ""} {
		sheet := Of(zone, expected(), language)
		require.Zero(t, sheet.Language, language)
		require.Empty(t, sheet.Title.Own, language)
	}
	newer := reader{Language{Code: "ur"}, 0}
	require.Equal(t, Said{Italian: "Giorno"}, newer.say("day"))
}

// TestWhoIsCalledComesNowhere: the office telephones, and there is no way to it.
func TestWhoIsCalledComesNowhere(t *testing.T) {
	e := expected()
	e.ByPhone = true
	sheet := Of(zone, e, "")
	for _, f := range sheet.Place {
		require.NotEqual(t, "Dove", f.Name.Italian)
	}
	require.Equal(t, "Le telefoniamo noi. Tenga acceso il telefono.", sheet.Also[0].Italian)
}

// TestWhoUsesNoTelephoneIsNotAskedToTelephone: neither on the sheet nor in a message.
func TestWhoUsesNoTelephoneIsNotAskedToTelephone(t *testing.T) {
	e := expected()
	e.Unheard = true
	for _, phone := range []bool{false, true} {
		e.ByPhone = phone
		for _, said := range Of(zone, e, "ur").Also {
			require.NotContains(t, said.Italian, "telefoni.")
		}
	}
	_, text := Message(zone, e, "")
	require.Contains(t, text, "lo dica a chi può telefonare per Lei")
	require.Empty(t, Of(zone, e, "ur").Also[1].Own, "what is new has been read by nobody")
}

// TestTheEmploymentCentreIsMetOutsideOfItsServices: its telephone is its agency's.
func TestTheEmploymentCentreIsMetOutsideOfItsServices(t *testing.T) {
	e := expected()
	e.Service = "cpi"
	sheet := Of(zone, e, "")
	require.Equal(t, "0574 000001", sheet.Place[len(sheet.Place)-1].Text.Italian)
}

// A visit at home says that somebody comes, and nowhere where that is.
func TestSheetOfAVisitAtHome(t *testing.T) {
	home := expected()
	home.AtHome = true
	sheet := Of(zone, home, "")
	require.Len(t, sheet.When, 2, "nobody is called by a number")
	require.Equal(t, []string{"Dove", "Veniamo noi da Lei."}, []string{sheet.Place[0].Name.Italian, sheet.Place[0].Text.Italian})
	for _, f := range sheet.Place {
		require.NotContains(t, f.Text.Italian, "via di Prova")
	}
	for _, s := range sheet.Also {
		require.NotContains(t, s.Italian, "Arrivi")
	}
	_, text := Message(zone, home, "")
	require.Contains(t, text, "Dove: Veniamo noi da Lei.")
	require.NotContains(t, text, "via di Prova")
}
