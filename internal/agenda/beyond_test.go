package agenda_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
	"percorso/internal/care"
)

// TestWhatIsGivenBeyond: a full slot, another hour, a day that is called off; never a day on
// which the offices are closed, the night, nor somebody who is expected somewhere else.
func TestWhatIsGivenBeyond(t *testing.T) {
	for rule, want := range map[string]string{
		agenda.NoPlace: agenda.Extra, agenda.OutsideSessions: agenda.OutOfHours, agenda.CalledOff: agenda.OutOfHours,
		agenda.OutsideHours: "", care.RuleClosedDay: "", agenda.Elsewhere: "", "": "",
	} {
		require.Equal(t, want, agenda.Beyond(rule), rule)
	}
	require.Empty(t, agenda.CheckBeyond("", ""))
	require.Empty(t, agenda.CheckBeyond("urgent", ""))
	require.Empty(t, agenda.CheckBeyond("other", "Prova"))
	require.Equal(t, care.Faults{{Field: "note", Rule: care.RuleRequired}}, agenda.CheckBeyond("other", " "))
	require.Equal(t, care.Faults{{Field: "beyond", Rule: care.RuleUnknownCode}}, agenda.CheckBeyond("so", ""))
}

func TestWhoDecidesWhenAServiceReceives(t *testing.T) {
	p := care.Policy{Zone: "prato", Services: []care.Service{{Code: "legale", Agency: "asl", Role: care.ImmigrationExpert}}}
	who := care.Staff{Zone: "prato", Agency: "asl", Role: care.ImmigrationExpert}
	require.True(t, agenda.Decides(who, p, "legale"))
	require.False(t, agenda.Decides(who, p, "another"))
	other := who
	other.Agency = "comune"
	require.False(t, agenda.Decides(other, p, "legale"))
	other.Role = care.Supervisor
	require.True(t, agenda.Decides(other, p, "legale"))
	other.Zone = "lucca"
	require.False(t, agenda.Decides(other, p, "legale"))
}
