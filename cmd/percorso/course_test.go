package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/workflows"
)

func number(n int) string { return strconv.Itoa(n) }

// TestAnOperatorMovesRunsToANewCourse: the courses of the open runs are shown, and those
// that follow an older one than this version knows are asked, once each.
func TestAnOperatorMovesRunsToANewCourse(t *testing.T) {
	i := newInstallation(t)
	t.Setenv("PERCORSO_DATABASE_URL", i.Pool(standalone.Ops).Config().ConnString())
	newest := workflows.Courses()["case"]
	var cases []string
	for range 3 {
		run, _ := i.Begin(ledger.Person{}, ledger.Effects{})
		cases = append(cases, ledger.BareID(run))
	}
	code, out, said := i.types("course")
	require.Equal(t, codeDone, code, said)
	require.Regexp(t, `(?m)^KIND +COURSE +OPEN RUNS +NEWEST HERE$`, out)
	require.Regexp(t, `(?m)^case +1 +3 +`+number(newest)+`$`, out)

	// All follow the newest that this version knows, so it has nobody to ask; one that
	// knows another course asks each run once, one case's first.
	code, out, said = i.types("course --move case")
	require.Equal(t, codeDone, code, said)
	require.Equal(t, "0 runs asked to go over to course "+number(newest)+"\n", out)
	for _, of := range []struct {
		caseID string
		asked  int
	}{{cases[1], 1}, {"", 2}, {"", 0}} {
		var out strings.Builder
		require.NoError(t, askForCourse(t.Context(), i.Pool(standalone.Ops), care.RunCase, newest+1, of.caseID, &out))
		require.Equal(t, number(of.asked)+" runs asked to go over to course "+number(newest+1)+"\n", out.String())
	}
	require.Equal(t, len(cases), i.Count(`command WHERE operation = 'new_course' AND state = 'accepted'`))

	for typed, want := range map[string]string{
		"course --move nothing": "KIND is one of case, ", "course --case " + cases[0]: "--case goes with --move",
		"course --move case --case 1": "takes the id of a case file", "course case": "unexpected arguments",
	} {
		code, _, said := i.types(typed)
		require.Equal(t, codeUsage, code, typed)
		require.Contains(t, said, want, typed)
	}
}
