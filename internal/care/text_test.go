package care

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTextsHaveALength(t *testing.T) {
	var f Faults
	f.Text("ok", strings.Repeat("à", 10), 10)
	f.Lines("ok", strings.Repeat("\n", 10), 10)
	require.Empty(t, f)
	f.Text("name", strings.Repeat("à", 11), 10)
	f.Text("name", "a\nb", 10)
	f.Lines("note", "a\x00"+strings.Repeat("b", 10), 10)
	require.Equal(t, Faults{{"name", RuleTooLong}, {"name", RuleIllegible}, {"note", RuleIllegible}, {"note", RuleTooLong}}, f)
}
