package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"percorso/internal/manual"
)

func TestCommandsAreFoundByTheirWords(t *testing.T) {
	for typed, want := range map[string]string{
		"api": "api", "zone check a.yaml": "zone check", "zone load": "zone load", "staff load f": "staff load",
		"zone": "", "": "", "nothing": "", "check zone": "",
	} {
		c, rest, ok := find(strings.Fields(typed))
		if c.name != want || ok != (want != "") {
			t.Errorf("%q finds %q", typed, c.name)
		}
		if ok && strings.TrimSpace(c.name+" "+strings.Join(rest, " ")) != typed {
			t.Errorf("%q leaves %v", typed, rest)
		}
	}
}

func TestExitCodes(t *testing.T) {
	before := commands
	t.Cleanup(func() { commands = before })
	commands = []command{
		{"good", "", "It is good.", alone(func(_ context.Context, out io.Writer) error { _, err := fmt.Fprint(out, "well"); return err })},
		{"bad", "", "", alone(func(context.Context, io.Writer) error { return errors.New("because") })},
		{"shown", "", "", alone(func(context.Context, io.Writer) error { return errShown })},
		{"odd", "FILE", "It is odd.", func(args []string) (work, error) {
			_, err := read(newFlags(), args, 1, 1)
			return func(context.Context, io.Writer) error { return nil }, err
		}},
	}
	for typed, want := range map[string]struct {
		code      int
		out, said string // begin with
	}{
		"good": {0, "well", ""}, "bad": {1, "", "percorso bad: because\n"}, "shown": {3, "", ""}, "": {2, "", "Usage"}, "none": {2, "", "Usage"},
		"odd f": {0, "", ""}, "odd": {2, "", "unexpected arguments\nUsage: percorso odd FILE\n"}, "odd f g": {2, "", "unexpected"},
		"odd --new f": {2, "", "unexpected arguments: flag provided but not defined: -new\n"}, "good more": {2, "", "unexpected"},
		"--help": {0, "Usage", ""}, "help": {0, "Usage", ""}, "odd --help": {0, "Usage: percorso odd FILE\nIt is odd.\n", ""}, "odd -- --new": {0, "", ""},
	} {
		var out, said strings.Builder
		code := percorso(t.Context(), strings.Fields(typed), &out, &said)
		if code != want.code || !strings.HasPrefix(out.String(), want.out) || !strings.HasPrefix(said.String(), want.said) ||
			(out.Len() > 0) != (want.out != "") || (said.Len() > 0) != (want.said != "") {
			t.Errorf("%q: %d %q %q", typed, code, out.String(), said.String())
		}
	}
	if code := percorso(t.Context(), []string{"odd", ""}, io.Discard, io.Discard); code != 2 {
		t.Errorf("an empty argument: %d", code)
	}
}

func TestFlagsStandAnywhere(t *testing.T) {
	for typed, want := range map[string]loading{
		"f":                            {from: "f"},
		"--apply f":                    {from: "f", apply: true},
		"f --apply --zone prato":       {from: "f", apply: true, zone: "prato"},
		"-zone=prato f -apply":         {from: "f", apply: true, zone: "prato"},
		"f --unless-changed m":         {from: "f", memory: "m"},
		"--zone prato -- --apply":      {from: "--apply", zone: "prato"},
		"":                             {}, // one file is wanted
		"f g":                          {},
		"f --zone":                     {},
		"f --zone=":                    {},
		"f --aply":                     {},
		"f --apply=perhaps":            {},
		"f --apply --unless-changed m": {},
	} {
		var l loading
		err := l.read(strings.Fields(typed), 1)
		if want.from == "" {
			if !errors.Is(err, errUsage) {
				t.Errorf("%q is taken", typed)
			}
			continue
		}
		if err != nil || l != want {
			t.Errorf("%q reads %+v, %v", typed, l, err)
		}
	}
}

func TestTheCommandThatAppliesCanBeTyped(t *testing.T) {
	for name, want := range map[string]string{
		"": "percorso staff load --apply --zone prato", "my/staff-2.yaml": "percorso staff load --apply --zone prato my/staff-2.yaml",
		"il personale.yaml": "percorso staff load --apply --zone prato 'il personale.yaml'", "-x": "percorso staff load --apply --zone prato './-x'",
		"l'elenco": `percorso staff load --apply --zone prato 'l'\''elenco'`,
	} {
		l := loading{command: "staff load", from: name}
		if got := l.again("prato"); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

func TestZoneCheckTellsFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prova.yaml")
	if err := os.WriteFile(file, []byte("zone: Prova\nunknown: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	if code := percorso(t.Context(), []string{"zone", "check", file}, io.Discard, &said); code != codeFailed || !strings.Contains(said.String(), "faults") {
		t.Errorf("%d, said %s", code, said.String())
	}
}

// TestCommandsAreListed keeps what operators are told to type.
func TestCommandsAreListed(t *testing.T) {
	for _, name := range []string{"api", "worker", "migrate", "zone check", "zone load", "staff load", "rebuild", "doctor", "doctor mail"} {
		if !slices.ContainsFunc(commands, func(c command) bool { return c.name == name && c.does != "" }) {
			t.Errorf("no command %s", name)
		}
	}
}

// commandOf finds what a command of the docs has percorso do: behind the settings of
// a part of the stack, or alone.
var commandOf = regexp.MustCompile(`^(?:bin/percorso-stack exec (?:api|worker|migrate|ops) )?(?:bin/)?percorso (.+)$`)

// TestDocsTellWhatThereIs: a command or a flag that is renamed is renamed in the docs too.
func TestDocsTellWhatThereIs(t *testing.T) {
	blocks, mentions := 0, 0
	for _, file := range manual.Files(t) {
		for _, c := range manual.Commands(t, file) {
			m := commandOf.FindStringSubmatch(strings.TrimSpace(c.Text))
			if m == nil {
				continue
			}
			blocks++
			found, rest, ok := find(strings.Fields(m[1]))
			if !ok {
				t.Errorf("%s:%d: there is no %s", file, c.Line, m[1])
			} else if _, err := found.parse(rest); err != nil {
				t.Errorf("%s:%d: %s: %v", file, c.Line, m[1], err)
			}
		}
		// In the running text the arguments may be left out.
		for _, c := range append(manual.Mentioned(t, file, "percorso"), manual.Mentioned(t, file, "bin/percorso")...) {
			words := strings.Fields(c.Text)[1:]
			found, rest, ok := find(words)
			if words[0] == "--help" || words[0] == "COMMAND" {
				continue
			}
			mentions++
			if !ok {
				t.Errorf("%s:%d: there is no %s", file, c.Line, c.Text)
			}
			for _, word := range rest {
				if strings.HasPrefix(word, "-") && !strings.Contains(found.args, word) {
					t.Errorf("%s:%d: %s takes no %s", file, c.Line, found.name, word)
				}
			}
		}
	}
	if blocks < 10 || mentions < 10 {
		t.Errorf("only %d commands and %d mentions in the docs", blocks, mentions)
	}
}
