package actors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/actors"
	"percorso/internal/care"
)

func TestWhereAReferralIsRedirected(t *testing.T) {
	chain := []string{"cpi", "cpia", "asl"}
	for _, c := range []struct {
		name  string
		asked []string
		to    string
		rule  string
	}{
		{"to somebody else", chain[:1], "cpia", ""},
		{"on from there", chain[:2], "asl", ""},
		{"to itself", chain[:1], "cpi", care.RuleToItself},
		{"to itself, after a redirection", chain, "asl", care.RuleToItself},
		{"back to the sender", chain[:1], "comune", care.RuleToSender},
		{"back to the sender, after a redirection", chain, "comune", care.RuleToSender},
		{"back to who redirected it", chain, "cpia", care.RuleAskedBefore},
		{"back to the first", chain, "cpi", care.RuleAskedBefore},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.rule, actors.Asked{Sender: "comune", Addressees: c.asked}.Redirect(c.to))
		})
	}
}
