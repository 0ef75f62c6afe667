package config

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
