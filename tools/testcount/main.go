// Command testcount reads what `go test -json` says of one or more modules, shows what people need of
// it, and closes with a line that counts the tests:
//
//	12 passed, 0 failed, 1 skipped
//
// It ends with status 1 when anything failed, or when no test ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// event is one line of go test -json; see `go doc test2json`.
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// tally is what was counted so far, and the output kept back in case its test fails.
type tally struct {
	out                     io.Writer
	passed, failed, skipped int
	output                  map[string][]string // package and test -> lines
	failedIn                map[string]bool     // packages with a failed test
}

func main() {
	t := &tally{out: os.Stdout, output: map[string][]string{}, failedIn: map[string]bool{}}
	began := time.Now()
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
	fmt.Printf("tests took %s\n", time.Since(began).Round(time.Second))
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	if t.failed > 0 || t.passed == 0 {
		os.Exit(1)
	}
}

func (t *tally) read(source io.Reader) error {
	lines := bufio.NewReader(source)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				t.take(e)
			} else {
				// Not of the protocol: a message of the go command itself.
				fmt.Fprintf(t.out, "%s", line)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		t.output[key] = append(t.output[key], e.Output)
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e, key)
		}
		delete(t.output, key)
	}
}

func (t *tally) endTest(e event, key string) {
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		t.skipped++
		fmt.Fprintf(t.out, "skip  %s %s\n", e.Package, e.Test)
	case "fail":
		t.failed++
		t.failedIn[e.Package] = true
		fmt.Fprintf(t.out, "FAIL  %s %s (%.1f s)\n", e.Package, e.Test, e.Elapsed)
		t.show(key)
	}
}

// endPackage counts a package that failed outside of its tests, in its build or by a panic, as one.
func (t *tally) endPackage(e event) {
	switch e.Action {
	case "fail":
		fmt.Fprintf(t.out, "FAIL  %s (%.1f s)\n", e.Package, e.Elapsed)
		if !t.failedIn[e.Package] {
			t.failed++
			t.show(e.Package + " ")
			// A test cut off by a panic or a time-out never ended; what it said explains the failure.
			for key := range t.output {
				if len(key) > len(e.Package) && key[:len(e.Package)+1] == e.Package+" " {
					t.show(key)
				}
			}
		}
	case "pass":
		fmt.Fprintf(t.out, "ok    %s (%.1f s)\n", e.Package, e.Elapsed)
	}
}

func (t *tally) show(key string) {
	for _, line := range t.output[key] {
		fmt.Fprint(t.out, "      ", line)
	}
}
