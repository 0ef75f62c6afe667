package config

import (
	"cmp"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"percorso/internal/brake"
)

// set empties the environment of our variables and sets some.
func set(t *testing.T, variables map[string]string) {
	t.Helper()
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if strings.HasPrefix(name, "PERCORSO_") || strings.HasPrefix(name, "TEMPORAL_") {
			t.Setenv(name, "")
		}
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

const (
	someDatabase = "postgres://percorso_api:parola@127.0.0.1:5432/percorso"
	someKeys     = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

func TestDefaultsAreOneMachine(t *testing.T) {
	set(t, map[string]string{"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS": someKeys})
	api, err := ReadAPI()
	if err != nil {
		t.Fatal(err)
	}
	if api.Listen != defaultListen || api.PublicURL != defaultPublicURL || api.Options.HostPort != defaultTemporal ||
		api.Options.Namespace != defaultNamespace || api.OIDC.Audience != defaultAudience || api.Keys != someKeys {
		t.Errorf("defaults: %+v", api)
	}
	worker, err := ReadWorker()
	if err != nil {
		t.Fatal(err)
	}
	if worker.SMTPAddress != defaultSMTP || worker.SMTPTLS != tlsNone {
		t.Errorf("mail on this machine: %+v", worker)
	}
}

func TestEnvironmentCounts(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte(someKeys+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set(t, map[string]string{
		"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS_FILE": keys,
		"TEMPORAL_ADDRESS": "temporal.example:7233", "TEMPORAL_NAMESPACE": "prova",
		"PERCORSO_PUBLIC_URL": "https://percorso.example/", "PERCORSO_SMTP_ADDRESS": "mail.example:587",
	})
	worker, err := ReadWorker()
	if err != nil {
		t.Fatal(err)
	}
	if worker.Options.HostPort != "temporal.example:7233" || worker.Options.Namespace != "prova" ||
		worker.PublicURL != "https://percorso.example" || worker.SMTPTLS != tlsSTARTTLS || strings.TrimSpace(worker.Keys) != someKeys {
		t.Errorf("read: %+v", worker)
	}
}

func TestFaultsNameTheVariableAndQuoteNothing(t *testing.T) {
	for name, c := range map[string]struct{ variable, value string }{
		"database":   {"PERCORSO_DATABASE_URL", "mysql://segreto@host/db"},
		"public":     {"PERCORSO_PUBLIC_URL", "segreto"},
		"issuer":     {"PERCORSO_OIDC_ISSUER", "ftp://segreto"},
		"listen":     {"PERCORSO_LISTEN", "segreto"},
		"temporal":   {"TEMPORAL_ADDRESS", "segreto"},
		"keys file":  {"PERCORSO_CODEC_KEYS_FILE", "/segreto/no/such/file"},
		"audience":   {"PERCORSO_OIDC_AUDIENCE", "percorso"},
		"no address": {"PERCORSO_DATABASE_URL", " "},
	} {
		t.Run(name, func(t *testing.T) {
			variables := map[string]string{"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS": someKeys}
			if c.variable == "PERCORSO_CODEC_KEYS_FILE" {
				delete(variables, "PERCORSO_CODEC_KEYS")
			}
			variables[c.variable] = c.value
			set(t, variables)
			_, err := ReadAPI()
			if err == nil {
				t.Fatal("no fault")
			}
			said := err.Error()
			if !strings.Contains(said, c.variable) || strings.Contains(said, "segreto") || strings.Contains(said, "\n") {
				t.Errorf("said %q", said)
			}
		})
	}
}

func TestBrakes(t *testing.T) {
	read := func(variable, value string) (API, error) {
		set(t, map[string]string{"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS": someKeys, variable: value})
		return ReadAPI()
	}
	usual, err := read("PERCORSO_BRAKE_LOGINS", "")
	if err != nil || usual.Logins != usualLogins || usual.Tokens != usualTokens || usual.Links != usualLinks || usual.Sources != usualSources || usual.Proxies != nil {
		t.Errorf("usual: %+v %v", usual.Brakes, err)
	}
	if c, err := read("PERCORSO_BRAKE_TOKENS", "5/30s"); err != nil || c.Tokens != (brake.Rate{Tries: 5, Per: 30 * time.Second}) {
		t.Errorf("a rate: %+v %v", c.Tokens, err)
	}
	if c, err := read("PERCORSO_BRAKE_LINKS", "off"); err != nil || c.Links != (brake.Rate{}) {
		t.Errorf("off: %+v %v", c.Links, err)
	}
	if c, err := read("PERCORSO_BRAKE_SOURCES", "500"); err != nil || c.Sources != 500 {
		t.Errorf("sources: %d %v", c.Sources, err)
	}
	c, err := read("PERCORSO_TRUSTED_PROXIES", "10.0.0.5, 10.1.2.3/16 fd00::1")
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::1/128")}
	if err != nil || !slices.Equal(c.Proxies, want) {
		t.Errorf("proxies: %v %v", c.Proxies, err)
	}
	for variable, values := range map[string][]string{
		"PERCORSO_BRAKE_LOGINS":    {"segreto", "60", "60/", "/1m", "0/1m", "-1/1m", "60/1ms", "60/25h", "9999999/1m", "60/1m/1m"},
		"PERCORSO_BRAKE_SOURCES":   {"segreto", "0", "99", "1000001"},
		"PERCORSO_TRUSTED_PROXIES": {"segreto", "10.0.0.5,segreto", "0.0.0.0/0", "::/0", "10.0.0.5/33", "10.0.0.5:80", "::ffff:10.0.0.5"},
	} {
		for _, value := range values {
			if _, err := read(variable, value); err == nil || !strings.Contains(err.Error(), variable) || strings.Contains(err.Error(), "segreto") {
				t.Errorf("%s=%s: %v", variable, value, err)
			}
		}
	}
}

func TestMailSettings(t *testing.T) {
	file := func(content string) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		set   map[string]string
		tls   string
		fault string // the variable that is named; empty: none
	}{
		"this machine":            {map[string]string{}, tlsNone, ""},
		"elsewhere":               {map[string]string{"PERCORSO_SMTP_ADDRESS": "mail.example:587"}, tlsSTARTTLS, ""},
		"port of implicit TLS":    {map[string]string{"PERCORSO_SMTP_ADDRESS": "mail.example:465"}, tlsImplicit, ""},
		"TLS on this machine":     {map[string]string{"PERCORSO_SMTP_TLS": "starttls"}, tlsSTARTTLS, ""},
		"with login":              {map[string]string{"PERCORSO_SMTP_USER": "percorso", "PERCORSO_SMTP_PASSWORD": "segreto"}, tlsNone, ""},
		"with a file":             {map[string]string{"PERCORSO_SMTP_USER": "percorso", "PERCORSO_SMTP_PASSWORD_FILE": file("segreto\n")}, tlsNone, ""},
		"sender with a name":      {map[string]string{"PERCORSO_MAIL_FROM": "Percorso <percorso@comune.example>"}, tlsNone, ""},
		"no encryption elsewhere": {map[string]string{"PERCORSO_SMTP_ADDRESS": "mail.example:25", "PERCORSO_SMTP_TLS": "none"}, "", "PERCORSO_SMTP_TLS"},
		"unknown encryption":      {map[string]string{"PERCORSO_SMTP_TLS": "segreto"}, "", "PERCORSO_SMTP_TLS"},
		"no port":                 {map[string]string{"PERCORSO_SMTP_ADDRESS": "segreto"}, "", "PERCORSO_SMTP_ADDRESS"},
		"a port that is none":     {map[string]string{"PERCORSO_SMTP_ADDRESS": "segreto:smtp"}, "", "PERCORSO_SMTP_ADDRESS"},
		"a port out of range":     {map[string]string{"PERCORSO_SMTP_ADDRESS": "segreto:70000"}, "", "PERCORSO_SMTP_ADDRESS"},
		"user without password":   {map[string]string{"PERCORSO_SMTP_USER": "segreto"}, "", "PERCORSO_SMTP_PASSWORD"},
		"password without user":   {map[string]string{"PERCORSO_SMTP_PASSWORD": "segreto"}, "", "PERCORSO_SMTP_USER"},
		"no such password file":   {map[string]string{"PERCORSO_SMTP_USER": "u", "PERCORSO_SMTP_PASSWORD_FILE": "/segreto"}, "", "PERCORSO_SMTP_PASSWORD_FILE"},
		"empty password file":     {map[string]string{"PERCORSO_SMTP_USER": "u", "PERCORSO_SMTP_PASSWORD_FILE": file(" \n")}, "", "PERCORSO_SMTP_PASSWORD_FILE"},
		"no certificates":         {map[string]string{"PERCORSO_SMTP_CA_FILE": file("segreto")}, "", "PERCORSO_SMTP_CA_FILE"},
		"sender is no address":    {map[string]string{"PERCORSO_MAIL_FROM": "segreto"}, "", "PERCORSO_MAIL_FROM"},
	} {
		t.Run(name, func(t *testing.T) {
			set(t, c.set)
			mail, err := ReadMail()
			if c.fault == "" {
				if err != nil || mail.SMTPTLS != c.tls {
					t.Fatalf("%+v %v", mail, err)
				}
				if mail.SMTPUser != "" && mail.SMTPPassword != "segreto" {
					t.Error("the password was not read")
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), "segreto") {
				t.Errorf("said %v", err)
			}
		})
	}
}

func TestVersionsOfTheWorker(t *testing.T) {
	for name, c := range map[string]struct {
		build, mode string
		fault       string // the variable that is named; empty: none
	}{
		"left out":        {"", "", ""},
		"by release":      {"1.4.0+prova", "release", ""},
		"off":             {"", "off", ""},
		"no such mode":    {"", "segreto", "PERCORSO_WORKER_VERSIONS"},
		"a build in two":  {"segreto segreto", "", "PERCORSO_BUILD_ID"},
		"the server's":    {"__segreto", "", "PERCORSO_BUILD_ID"},
		"a long build":    {strings.Repeat("segreto", 10), "", "PERCORSO_BUILD_ID"},
		"with a division": {"segreto:1", "", "PERCORSO_BUILD_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			set(t, map[string]string{
				"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS": someKeys,
				"PERCORSO_BUILD_ID": c.build, "PERCORSO_WORKER_VERSIONS": c.mode,
			})
			worker, err := ReadWorker()
			switch {
			case c.fault == "":
				if err != nil || worker.Build != c.build || worker.Mode != cmp.Or(c.mode, "self") {
					t.Errorf("%+v %v", worker.Versions, err)
				}
			case err == nil || !strings.Contains(err.Error(), c.fault) || strings.Contains(err.Error(), "segreto"):
				t.Errorf("said %v", err)
			}
		})
	}
}
