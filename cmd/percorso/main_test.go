package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
		{"good", "", "", func(context.Context, []string) error { return nil }},
		{"bad", "", "", func(context.Context, []string) error { return errors.New("because") }},
		{"odd", "FILE", "", func(context.Context, []string) error { return errUsage }},
	}
	for typed, want := range map[string]struct {
		code int
		said string
	}{
		"good": {0, ""}, "bad": {1, "percorso bad: because\n"}, "odd": {2, "percorso odd FILE\n"}, "": {2, "Usage"},
	} {
		var out strings.Builder
		if code := percorso(t.Context(), strings.Fields(typed), &out); code != want.code || !strings.HasPrefix(out.String(), want.said) {
			t.Errorf("%q: %d %q", typed, code, out.String())
		}
	}
}

func TestZoneCheckTellsFaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prova.yaml")
	if err := os.WriteFile(file, []byte("zone: Prova\nunknown: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := zoneCheck(t.Context(), []string{file}); err == nil || !strings.Contains(err.Error(), "faults") {
		t.Errorf("said %v", err)
	}
	if err := zoneCheck(t.Context(), nil); !errors.Is(err, errUsage) {
		t.Errorf("said %v", err)
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
