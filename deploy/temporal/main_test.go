package main

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestStore(t *testing.T) {
	parsed, err := store("postgres://percorso_temporal:se%40cret@db.example/temporal?sslmode=verify-full", 7)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.ConnectAddr != "db.example:5432" || parsed.DatabaseName != "temporal" || parsed.Password != "se@cret" ||
		parsed.MaxConns != 7 || parsed.ConnectAttributes["sslmode"] != "verify-full" {
		t.Errorf("%+v", parsed)
	}
	for _, text := range []string{"", "host=db password=secret", "postgres://db/temporal", "postgres://u:secret@db:x/\n"} {
		if _, err := store(text, 1); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSettingsWantTwoDatabases(t *testing.T) {
	t.Setenv("TEMPORAL_DATABASE_URL", "postgres://u@db/temporal")
	t.Setenv("TEMPORAL_VISIBILITY_DATABASE_URL", "postgres://u@db/temporal")
	if _, err := readSettings(); err == nil {
		t.Error("one database was taken for both stores")
	}
	t.Setenv("TEMPORAL_VISIBILITY_DATABASE_URL", "postgres://u@db/visibility")
	settings, err := readSettings()
	if err != nil || settings.address != defaultAddress || settings.retention != defaultRetention {
		t.Errorf("%+v, %v", settings, err)
	}
}

func TestFreePortsDiffer(t *testing.T) {
	ports, err := freePorts("127.0.0.1", 5)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 5 {
		t.Errorf("ports %v", ports)
	}
}

func TestSocketIsPrivateAndReplacesAnOldOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ui.sock")
	for range 2 {
		listener, err := listenPrivately(path)
		if err != nil {
			t.Fatal(err)
		}
		// What a process that was killed leaves behind.
		listener.(*net.UnixListener).SetUnlinkOnClose(false)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		_ = listener.Close()
	}
}
