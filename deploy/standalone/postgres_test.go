package standalone

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// startCluster serves a cluster and prepares it twice, as two starts do.
func startCluster(t *testing.T, f *folder, c *cluster) *server {
	t.Helper()
	spawner := newSpawner()
	if err := c.initialise(t.Context(), spawner); err != nil {
		t.Fatal(err)
	}
	p := &process{definition: c.definition(), folder: f, spawner: spawner, say: t.Logf}
	t.Cleanup(func() {
		p.stop()
		spawner.close()
	})
	if err := p.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	secrets, err := f.secrets()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{administrator: c.administrator(), passwords: secrets.Passwords}
	for range 2 {
		if err := s.prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func openTestFolder(t *testing.T, path string) *folder {
	t.Helper()
	f, err := openFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f
}

// testOptions choose a free port; nothing else of them matters to a cluster.
func testOptions(t *testing.T) *Options {
	t.Helper()
	ports, err := FreePorts()
	if err != nil {
		t.Fatal(err)
	}
	return &Options{Ports: ports, NodeModules: filepath.Join("..", "..", "node_modules"), Out: io.Discard}
}

// TestPackagedPostgres runs the cluster from the npm package, as on a machine without PostgreSQL, in a
// folder that another user cannot reach when the tests run as root.
func TestPackagedPostgres(t *testing.T) {
	options := testOptions(t)
	nodeModules, err := filepath.Abs(options.NodeModules)
	if err != nil {
		t.Fatal(err)
	}
	packaged, ok := npmInstallation(nodeModules)
	if !ok {
		t.Skip("the optional npm package is not installed")
	}
	runAs, _, err := serverUser()
	if err != nil {
		t.Fatal(err)
	}
	f := openTestFolder(t, t.TempDir())
	c := &cluster{major: packaged.major, binaries: packaged.folder, runAs: runAs, port: options.Ports.Postgres, password: "x"}
	c.home = f.file("postgres-18")
	if runAs != nil {
		c.home = filepath.Join(distantHome(f.path), "postgres-18")
		t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(c.home)) })
	}
	if err := c.makeHome(f); err != nil {
		t.Fatal(err)
	}
	if err := c.bringBinaries(nodeModules); err != nil {
		t.Fatal(err)
	}
	startCluster(t, f, c)
}

func TestClusterOutOfReachIsKeptElsewhere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs PostgreSQL as somebody else")
	}
	parent := t.TempDir() // 0700, root's
	path := filepath.Join(parent, "data")
	f := openTestFolder(t, path)
	c, err := findCluster(f, testOptions(t), "x")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.home, os.TempDir()) || strings.HasPrefix(c.home, parent) || c.note == "" {
		t.Errorf("kept in %s, note %q", c.home, c.note)
	}
	spawner := newSpawner()
	defer spawner.close()
	if err := c.initialise(t.Context(), spawner); err != nil {
		t.Fatal(err)
	}
	again, err := findCluster(f, testOptions(t), "x")
	if err != nil || again.home != c.home {
		t.Errorf("found again in %v, %v", again, err)
	}
	if _, err := f.secrets(); err != nil {
		t.Fatal(err)
	}
	f.close()
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{path, filepath.Dir(c.home)} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
}

func TestExistingClusterIsNeverLeftForANewVersion(t *testing.T) {
	f := openTestFolder(t, t.TempDir())
	data := f.file("postgres-9", "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := findCluster(f, testOptions(t), "x")
	if err == nil || !strings.Contains(err.Error(), "need PostgreSQL 9: apt-get install postgresql-9") {
		t.Error(err)
	}
}

func TestSecretsStay(t *testing.T) {
	f := openTestFolder(t, t.TempDir())
	first, err := f.secrets()
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.secrets()
	if err != nil {
		t.Fatal(err)
	}
	for role, password := range first.Passwords {
		if password == "" || second.Passwords[role] != password {
			t.Errorf("password of %s changed", role)
		}
	}
	keys, err := f.codecKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{keys, f.file("secrets.json")} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestPortsFromTheEnvironment(t *testing.T) {
	environment := map[string]string{"PERCORSO_PORT": "9000"}
	ports, err := readPorts(func(name string) string { return environment[name] })
	if err != nil || ports.API != 9000 || ports.Temporal != 7233 {
		t.Errorf("%+v, %v", ports, err)
	}
	environment["PERCORSO_SMTP_PORT"] = "high"
	if _, err := readPorts(func(name string) string { return environment[name] }); err == nil {
		t.Error("took a port that is none")
	}
}

func TestRemoveLeavesOtherFoldersAlone(t *testing.T) {
	folder := t.TempDir()
	kept := filepath.Join(folder, "letter")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Remove(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}
