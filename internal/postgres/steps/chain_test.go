package steps_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
	"percorso/internal/ledger"
)

// Three files of one person are merged in a chain, with declarations before, between and after:
// whatever the order, the latest counts.
func TestAfterAChainOfMergesTheLatestDeclarationCounts(t *testing.T) {
	p := newPlay(t)
	rand := rand.New(rand.NewPCG(20, 26))
	for n := range 8 {
		files := make([]string, 3)
		for i := range files {
			files[i], _ = p.Begin(ledger.Person{}, ledger.Effects{})
			p.Does(files[i], p.Clock(), ledger.Effects{Stage: care.StageSecondLevel}, nil)
		}
		said, last := "", false
		given := map[string]bool{}
		declares := func(open []string) {
			for range rand.IntN(4) {
				p.Now = p.Now.Add(time.Hour)
				file := open[rand.IntN(len(open))]
				last = !given[file]
				given[file] = last
				p.declares(file, last)
				said += fmt.Sprintf(" %s:%v", file[len(file)-4:], last)
			}
		}
		merges := func(from, into string) {
			p.Now = p.Now.Add(time.Hour)
			res, _ := p.Merge("supervisor.prato", from, into)
			require.Equal(t, ledger.Recorded, res.Verdict)
			given[into] = last
			said += fmt.Sprintf(" %s->%s", from[len(from)-4:], into[len(into)-4:])
		}
		declares(files)
		order := rand.Perm(3)
		a, b, c := files[order[0]], files[order[1]], files[order[2]]
		merges(a, b)
		given[b] = p.Count(`consent WHERE case_id = $1 AND withdrawn_at IS NULL`, ledger.BareID(b)) > 0
		declares([]string{b, c})
		merges(b, c)
		file, err := p.Records.CaseFile(t.Context(), p.Accounts["supervisor.prato"], ledger.BareID(c))
		require.NoError(t, err)
		require.Equal(t, last, file.Consent != nil, "%d:%s", n, said)
	}
}
