package main

import (
	"bytes"
	"strings"
	"testing"
)

func count(t *testing.T, input string) (*tally, string) {
	t.Helper()
	var out bytes.Buffer
	counted := &tally{out: &out, output: map[string][]string{}, failedIn: map[string]bool{}}
	if err := counted.read(strings.NewReader(input)); err != nil {
		t.Fatal(err)
	}
	return counted, out.String()
}

func TestCount(t *testing.T) {
	counted, shown := count(t, `{"Action":"run","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"quiet\n"}
{"Action":"pass","Package":"a","Test":"TestGood"}
{"Action":"skip","Package":"a","Test":"TestLater"}
{"Action":"output","Package":"a","Test":"TestBad","Output":"why it failed\n"}
{"Action":"fail","Package":"a","Test":"TestBad"}
{"Action":"fail","Package":"a"}
{"Action":"skip","Package":"without tests"}
`)
	if counted.passed != 1 || counted.failed != 1 || counted.skipped != 1 {
		t.Errorf("%d passed, %d failed, %d skipped", counted.passed, counted.failed, counted.skipped)
	}
	if !strings.Contains(shown, "why it failed") || strings.Contains(shown, "quiet") {
		t.Errorf("shown:\n%s", shown)
	}
}

func TestFailureOutsideOfTests(t *testing.T) {
	counted, shown := count(t, `{"ImportPath":"b","Action":"build-output","Output":"b.go:1: undefined\n"}
{"Action":"fail","Package":"b","FailedBuild":"b"}
{"Action":"output","Package":"c","Test":"TestStuck","Output":"panic: test timed out\n"}
{"Action":"fail","Package":"c"}
go: some message
`)
	if counted.failed != 2 {
		t.Errorf("%d failed", counted.failed)
	}
	for _, want := range []string{"undefined", "timed out", "some message"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing in:\n%s", want, shown)
		}
	}
}
