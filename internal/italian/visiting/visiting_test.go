package visiting_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/homevisit"
	"percorso/internal/italian/visiting"
)

func TestWhatIsSaidOfAVisit(t *testing.T) {
	at := time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC) // 10.00 in Prato
	v := homevisit.Visit{
		Appointment: "x", First: "a", FirstName: "Maria Prova", Second: "b", SecondName: "Carla Esempio", Knows: "k", KnowsName: "Anna Prova", Phone: "333 0000001",
		At: at, Until: at.Add(time.Hour), AskAt: at.Add(90 * time.Minute), AlarmAt: at.Add(2 * time.Hour),
	}
	require.Equal(t, "Visita a domicilio, vanno Maria Prova e Carla Esempio, rientro atteso alle 11.30", visiting.Of([]homevisit.Visit{v}, "x", at))
	require.Empty(t, visiting.Of([]homevisit.Visit{v}, "y", at))
	require.Equal(t, "Vanno Maria Prova e Carla Esempio. Rientro atteso alle 11.30. Rispondono al 333 0000001", visiting.Today(v, "k", at))
	require.Equal(t, "Vanno Maria Prova e Carla Esempio. Quando la visita è finita, dillo qui", visiting.Today(v, "a", at))
	require.Equal(t, "Vanno Maria Prova e Carla Esempio. Siete rientrati?", visiting.Today(v, "b", v.AskAt))
	require.Equal(t, "Vanno Maria Prova e Carla Esempio. Nessuno ha detto che sono rientrati: chiama il 333 0000001. Della visita sa Anna Prova", visiting.Today(v, "s", v.AlarmAt))
	v.FirstBack = &at
	require.Equal(t, "Vanno Maria Prova e Carla Esempio. Hai detto che tu sei di ritorno: manca la risposta di chi è con te", visiting.Today(v, "a", at))
	v.Second, v.Alone = "", "Prova."
	require.Equal(t, "Visita a domicilio, va una persona sola, Maria Prova, di ritorno", visiting.Said(v, at))
	v.FirstBack = nil
	require.Equal(t, "Va una persona sola, Maria Prova: Prova. Sei di ritorno?", visiting.Today(v, "a", v.AskAt))
	require.Equal(t, "Va una persona sola, Maria Prova: Prova. Non ha detto di essere di ritorno: chiama il 333 0000001. Della visita sa Anna Prova", visiting.Today(v, "s", v.AlarmAt))
}
