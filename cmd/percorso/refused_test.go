package main

import (
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/deploy/standalone"
)

// TestAFlagIsGivenOnceAndNotEmpty, whatever command it is of.
func TestAFlagIsGivenOnceAndNotEmpty(t *testing.T) {
	for said, lines := range map[string][][]string{
		"empty": {
			{"release", "--build", ""}, {"release", "--build="}, {"release", "--build", " "}, {"release", "--wait", ""}, {"course", "--move", ""},
			{"course", "--move", "case", "--case", ""}, {"entries", "--retry", ""}, {"entries", "--refuse", " "}, {"audit", "verify", "--against", ""},
			{"zone", "load", "--zone", " "}, {"staff", "load", "--unless-changed", "", "f"}, {"staff", "load", " "}, {"rebuild", ""}, {"rebuild", "--anew="},
		},
		"twice": {
			{"release", "--build", "a", "--build", "b"}, {"release", "--force", "--force"}, {"course", "--move", "case", "--move", "case"},
			{"zone", "load", "--apply", "--apply"}, {"rebuild", "--anew", "--anew"},
		},
		"unexpected":  {{"release", "1.4.0"}, {"release", "--bild", "a"}, {"audit", "verify", "more"}, {"migrate", "more"}, {"doctor", "more"}},
		"is no build": {{"release", "--build", "a b"}, {"release", "--force", "--build", "-x"}},
		"exclude":     {{"release", "--build", "a", "--unversioned"}, {"release", "--list", "--force"}},
	} {
		for _, line := range lines {
			var messages strings.Builder
			require.Equal(t, codeUsage, percorso(t.Context(), line, io.Discard, &messages), line)
			require.Contains(t, messages.String(), said, line)
		}
	}
}

// TestAnUnfitDatabaseIsSaidInPlainWords: which setting is wrong and which role is
// needed, and neither address nor password.
func TestAnUnfitDatabaseIsSaidInPlainWords(t *testing.T) {
	i := newInstallation(t)
	fit := i.Pool(standalone.API).Config().ConnString()
	address, err := url.Parse(fit)
	require.NoError(t, err)
	wrong := func(change func(*url.URL)) string {
		u := *address
		change(&u)
		return u.String()
	}
	for said, url := range map[string]string{
		"needs the role percorso_":  fit,
		"refuses the login":         wrong(func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "segno-di-prova") }),
		"does not answer":           wrong(func(u *url.URL) { u.Host = "127.0.0.1:1" }),
		"no database of the name":   wrong(func(u *url.URL) { u.Path = "/segno-di-prova" }),
		"is no database address":    "segno-di-prova",
		"PERCORSO_DATABASE_URL is ": " ",
	} {
		t.Setenv("PERCORSO_DATABASE_URL", url)
		for _, command := range []string{"audit verify", "course", "entries", "zone load"} {
			code, out, message := i.types(command)
			require.Equal(t, codeFailed, code, command)
			require.Contains(t, message, said, command)
			require.Contains(t, message, "PERCORSO_DATABASE_URL", command)
			for _, secret := range []string{"segno-di-prova", "127.0.0.1", address.Port()} {
				require.NotContains(t, out+message, secret, command)
			}
		}
	}
}
