package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"percorso/internal/manual"
)

func TestArgumentsAreChecked(t *testing.T) {
	for typed, want := range map[string]string{ // "": they are good
		"run": "", "run -parts postgres,mail": "", "token social_worker.prato admin": "", "clean": "",
		"exec ops bin/percorso rebuild": "", "exec api go run ./deploy/bench -walks 5": "",
		"run -part postgres": "flag provided but not defined: -part", "run everything": `unexpected "everything"`, "run -parts redis": `unknown part "redis"`,
		"run -parts": "flag needs an argument", "token": "whose token?", "exec": "want: exec", "exec api": "want: exec",
		"exec apis env": `unknown part "apis"`, "exec postgres env": `unknown part "postgres"`, "clean /": `unexpected "/"`,
	} {
		name, rest, _ := strings.Cut(typed, " ")
		_, err := commands[name](strings.Fields(rest))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// told are the words of every command of README and docs that begins with a program,
// in a block or in the text.
func told(t *testing.T, program string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, file := range manual.Files(t) {
		for _, c := range append(manual.Commands(t, file), manual.Mentioned(t, file, program)...) {
			text := strings.TrimSpace(c.Text)
			if strings.HasPrefix(text, program+" ") {
				found[file+": "+text] = strings.Fields(text)[1:]
			}
		}
	}
	return found
}

// TestDocsTellWhatThereIs: a command that is renamed is renamed in the docs too.
func TestDocsTellWhatThereIs(t *testing.T) {
	stack := told(t, "bin/percorso-stack")
	if len(stack) < 8 {
		t.Fatalf("only %d commands in the docs", len(stack))
	}
	for where, words := range stack {
		parse, ok := commands[words[0]]
		if !ok {
			t.Errorf("%s: there is no %s", where, words[0])
			continue
		}
		if words[0] == "exec" && words[1] == "PART" {
			continue // any of them
		}
		if _, err := parse(words[1:]); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}

	makefile, err := os.ReadFile(filepath.Join(manual.Root(), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := told(t, "make")
	if len(targets) < 8 {
		t.Fatalf("only %d targets in the docs", len(targets))
	}
	for where, words := range targets {
		for _, word := range words {
			name, _, variable := strings.Cut(word, "=")
			switch {
			case strings.HasPrefix(word, "-"):
			case variable && !strings.Contains(string(makefile), "$("+name+")"):
				t.Errorf("%s: make does not read %s", where, name)
			case !variable && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(name)+`:`).Match(makefile):
				t.Errorf("%s: make has no %s", where, name)
			}
		}
	}
}
