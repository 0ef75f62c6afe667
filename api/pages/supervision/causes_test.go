package supervision_test

import (
	"strings"
	"testing"

	"percorso/api/apitest"
)

// TestWhyCasesAreStuckIsCounted: each reason opens its list, and for how long what waits has done so
// is there as a file, too.
func TestWhyCasesAreStuckIsCounted(t *testing.T) {
	b := apitest.NewPages(t)
	b.LogIn(apitest.SomeSupervisor.Subject)
	page := apitest.ReadPage(t, b.Visit("/quadro/cause"))
	words := page.Main(t).Words()
	for _, want := range []string{"6 aspettano", "1 senza nessuno che possa agire", "Da quanti giorni lavorativi aspettano"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	if _, leads := page.First("a", "href", "/quadro/cause?per=agency%2Fcpi"); !leads {
		t.Error("a count leads nowhere")
	}
	if words := b.Open(t, "/quadro/cause?per=agency%2Fcpi").Words(); !strings.Contains(words, "Persona Prova 0001") {
		t.Error(words)
	}
	if status := b.Open(t, "/quadro/cause?per=altro").StatusCode; status != 422 {
		t.Error(status)
	}
	file := b.Open(t, "/quadro/cause?formato=csv")
	if kind := file.Header.Get("Content-Type"); kind != "text/csv; charset=utf-8" || !strings.HasPrefix(file.Text, "A chi tocca,Percorsi,Da 0 a 2 giorni") {
		t.Errorf("%s: %s", kind, file.Text)
	}
}
