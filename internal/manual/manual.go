// Package manual reads what README and docs tell people to type, so that tests
// type it. Only tests import it.
package manual

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// Command is one that people are told to type.
type Command struct {
	File string // in the module
	Line int
	Text string // as it stands, be it over several lines, but for a comment behind it
	// Prints is what a comment below it says that it prints; "…" stands for
	// anything. Empty: nothing is said.
	Prints string
}

// Root is the module's folder. The binary of a test does not know it, since it is
// built alike in every clone; it is above the package's, where a test begins.
var Root = sync.OnceValue(func() string {
	folder, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for at := folder; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
	}
	panic("no go.mod above " + folder)
})

// Files are README and the docs.
func Files(t testing.TB) []string {
	t.Helper()
	docs, err := filepath.Glob(filepath.Join(Root(), "docs", "*.md"))
	if err != nil || len(docs) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	files := []string{"README.md"}
	for _, name := range docs {
		files = append(files, filepath.Join("docs", filepath.Base(name)))
	}
	return files
}

// behind is a comment behind a command.
var behind = regexp.MustCompile(`\s+# .*$`)

// Commands are those of a file's blocks that have no language: blocks of code and
// of data name theirs. They are in the file's order, each with the lines that it
// goes on over.
func Commands(t testing.TB, file string) []Command {
	t.Helper()
	return parse(file, read(t, file))
}

func parse(file, text string) (commands []Command) {
	open, ours, goesOn := false, false, false
	for i, line := range strings.Split(text, "\n") {
		if language, fence := strings.CutPrefix(strings.TrimSpace(line), "```"); fence {
			open = !open
			ours, goesOn = open && language == "", false
			continue
		}
		if !ours || strings.TrimSpace(line) == "" {
			continue
		}
		printed, comment := strings.CutPrefix(line, "# ")
		switch {
		case goesOn:
			last := &commands[len(commands)-1]
			last.Text += "\n" + line
		case comment && len(commands) > 0:
			last := &commands[len(commands)-1]
			last.Prints = strings.TrimPrefix(last.Prints+"\n"+printed, "\n")
		default:
			commands = append(commands, Command{File: file, Line: i + 1, Text: behind.ReplaceAllString(line, "")})
		}
		goesOn = strings.HasSuffix(line, `\`)
	}
	return commands
}

// quoted is a command in the running text.
var quoted = regexp.MustCompile("`([^`\n]+)`")

// Mentioned are those of a file's running text, between backquotes, that begin with
// a program.
func Mentioned(t testing.TB, file, program string) (commands []Command) {
	t.Helper()
	for i, line := range strings.Split(read(t, file), "\n") {
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(m[1], program+" ") {
				commands = append(commands, Command{File: file, Line: i + 1, Text: m[1]})
			}
		}
	}
	return commands
}

func read(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
