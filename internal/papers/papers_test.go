package papers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/papers"
	"percorso/internal/testclock"
)

func TestWhatADocumentIs(t *testing.T) {
	good := papers.Paper{Kind: "passport", Number: "PROVA001", Until: "2020-01-31"}
	for name, c := range map[string]struct {
		list  []papers.Paper
		field string
		rule  string // empty: they may be so
	}{
		"one that is over":   {[]papers.Paper{good, {Kind: "other", Number: "PROVA001"}}, "", ""},
		"of no kind":         {[]papers.Paper{{Number: "PROVA001"}}, "papers[0].type", care.RuleRequired},
		"of no known kind":   {[]papers.Paper{{Kind: "ticket", Number: "PROVA001"}}, "papers[0].type", care.RuleUnknownCode},
		"without a number":   {[]papers.Paper{{Kind: "passport"}}, "papers[0].number", care.RuleRequired},
		"until no day":       {[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "31/2/2030"}}, "papers[0].expires", care.RuleImplausible},
		"of long ago":        {[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "1985-01-31"}}, "", ""},
		"until far ahead":    {[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "2055-12-31"}}, "", ""},
		"until nobody lives": {[]papers.Paper{{Kind: "passport", Number: "PROVA001", Until: "2099-01-01"}}, "papers[0].expires", care.RuleImplausible},
		"the same one again": {[]papers.Paper{good, {Kind: "passport", Number: "PROVA001"}}, "papers[1].number", care.RuleDuplicate},
		"more than anybody":  {make([]papers.Paper, papers.Most+1), "papers", care.RuleTooMany},
	} {
		faults := papers.Check("papers", c.list, testclock.Monday)
		if c.rule == "" {
			require.Empty(t, faults, name)
			continue
		}
		require.Contains(t, faults, care.Fault{Field: c.field, Rule: c.rule}, name)
	}
	require.Equal(t, []papers.Paper{good}, papers.Read(papers.Text([]papers.Paper{good})))
	require.Empty(t, papers.Read("nothing"))
}
