package speech_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/speech"
)

func TestHowSomebodyCommunicates(t *testing.T) {
	require.Empty(t, speech.Check("speech", speech.Ways))
	require.Equal(t, []care.Fault{{Field: "speech", Rule: care.RuleUnknownCode}}, speech.Check("speech", []string{"telepathy"}))
	require.Equal(t, []care.Fault{{Field: "speech", Rule: care.RuleDuplicate}}, speech.Check("speech", []string{speech.Signs, speech.Signs}))
	require.True(t, speech.OnThePhone([]string{speech.LargePrint}))
	require.False(t, speech.OnThePhone([]string{speech.Signs, speech.NoPhone}))
}
