package speech_test

import (
	"testing"
	"time"

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

// Who interpreted is one of a list on which there is no child; what says that one did is refused.
func TestAChildNeverInterprets(t *testing.T) {
	for by, want := range map[string][]care.Fault{
		"": nil, speech.Relative: nil, speech.NotNeeded: nil,
		speech.Minor: {{Field: "interpreted", Rule: speech.RuleNeverAChild}},
		"nobody":     {{Field: "interpreted", Rule: care.RuleUnknownCode}},
	} {
		require.Equal(t, want, speech.CheckInterpreter("interpreted", by), by)
	}
	require.NotContains(t, speech.Interpreters, speech.Minor)
}

// What a relative interpreted is to be repeated until another conversation was held without them.
func TestWhatARelativeInterpretedIsRepeated(t *testing.T) {
	day := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	relative, mediator := speech.Held{At: day, By: speech.Relative}, speech.Held{At: day.AddDate(0, 0, 7), By: speech.Mediator}
	require.Nil(t, speech.ToRepeat(nil))
	require.Equal(t, &relative, speech.ToRepeat([]speech.Held{relative}))
	require.Nil(t, speech.ToRepeat([]speech.Held{mediator, relative}))
}
