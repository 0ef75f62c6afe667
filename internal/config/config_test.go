package config

import (
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
	if worker.SMTPAddress != defaultSMTP || worker.SMTPTLS {
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
		worker.PublicURL != "https://percorso.example" || !worker.SMTPTLS || strings.TrimSpace(worker.Keys) != someKeys {
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
