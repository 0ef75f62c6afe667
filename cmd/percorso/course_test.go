package main

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
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
	require.Greater(t, newest, 1, "what is begun here follows course 1")
	var cases []string
	for range 3 {
		run, _ := i.Begin(ledger.Person{}, ledger.Effects{})
		cases = append(cases, ledger.BareID(run))
	}
	code, out, said := i.types("course")
	require.Equal(t, codeDone, code, said)
	require.Regexp(t, `(?m)^KIND +COURSE +OPEN RUNS +NEWEST HERE$`, out)
	require.Regexp(t, `(?m)^case +1 +3 +`+number(newest)+`$`, out)

	// They follow an older one: each is asked once, one case's first.
	for _, of := range []struct {
		typed string
		asked int
	}{{"course --move case --case " + cases[1], 1}, {"course --move case", 2}, {"course --move case", 0}} {
		code, out, said = i.types(of.typed)
		require.Equal(t, codeDone, code, said)
		require.Equal(t, number(of.asked)+" runs asked to go over to course "+number(newest)+"\n", out)
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
