package config

import (
	"strings"
	"testing"
)

// Where a process is looked at from outside: on this machine unless it is said, and
// measured and traced only where it is.
func TestWhereAProcessIsLookedAt(t *testing.T) {
	needed := map[string]string{"PERCORSO_DATABASE_URL": someDatabase, "PERCORSO_CODEC_KEYS": someKeys}
	set(t, needed)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	worker, err := ReadWorker()
	if err != nil || worker.Health != defaultHealth || worker.Metrics != "" || worker.Traces != "" {
		t.Errorf("%v %+v", err, worker)
	}
	if len(worker.Texts) > 0 {
		t.Error("text messages are sent unasked")
	}
	t.Setenv("PERCORSO_SMS_SECRETS", "prato=segreto, lucca=altro")
	t.Setenv("PERCORSO_HEALTH_LISTEN", "0.0.0.0:1")
	t.Setenv("PERCORSO_METRICS_LISTEN", "0.0.0.0:2")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example")
	worker, err = ReadWorker()
	if err != nil || worker.Health != "0.0.0.0:1" || worker.Metrics != "0.0.0.0:2" || worker.Traces != "collector.example:4317" || worker.Texts["prato"] != "segreto" || worker.Texts["lucca"] != "altro" {
		t.Errorf("%v %+v", err, worker)
	}
	for variable, value := range map[string]string{
		"PERCORSO_HEALTH_LISTEN": "nowhere", "PERCORSO_METRICS_LISTEN": "0.0.0.0:1", "PERCORSO_SMS_SECRETS": "prato=segreto,segreto", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector.example:4317",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, value)
			if _, err := ReadWorker(); err == nil || !strings.Contains(err.Error(), variable) || strings.Contains(err.Error(), value) {
				t.Errorf("%v", err)
			}
		})
	}
}
