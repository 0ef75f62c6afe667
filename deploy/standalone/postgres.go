package standalone

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a private PostgreSQL cluster in the data folder.
type cluster struct {
	// binaries is the folder of postgres and initdb, of this major version.
	binaries string
	major    int
	// home holds the cluster (data) and its Unix socket (run); it belongs to the user that runs it.
	home string
	// runAs is set when this process is root, which PostgreSQL refuses to run as.
	runAs    *syscall.Credential
	port     int
	password string
	// note is what people should know about where the cluster is; empty when all is as usual.
	note string
}

// debianPackage is what brings PostgreSQL's binaries to a Debian machine.
const debianPackage = "postgresql"

// findCluster looks for binaries and for a cluster that is there already. Among several versions the
// existing cluster's wins, so that an upgrade of the machine never starts an empty one instead.
func findCluster(f *folder, options *Options, password string) (*cluster, error) {
	runAs, userName, err := serverUser()
	if err != nil {
		return nil, err
	}
	installations := findInstallations(options.NodeModules)
	existing := existingClusters(f)
	for _, home := range existing {
		major := majorOf(home)
		i := slices.IndexFunc(installations, func(in installation) bool { return in.major == major })
		if i < 0 {
			continue
		}
		c := &cluster{major: major, home: home, binaries: installations[i].folder, runAs: runAs,
			port: options.Ports.Postgres, password: password}
		return c, c.bringBinaries(options.NodeModules)
	}
	if len(existing) > 0 {
		major := majorOf(existing[0])
		return nil, fmt.Errorf("the data in %s need PostgreSQL %d: apt-get install %s-%d",
			existing[0], major, debianPackage, major)
	}
	if len(installations) == 0 {
		return nil, fmt.Errorf("no PostgreSQL found: apt-get install %s, or give PERCORSO_DATABASE_URL", debianPackage)
	}

	newest := installations[0]
	c := &cluster{major: newest.major, binaries: newest.folder, runAs: runAs,
		port: options.Ports.Postgres, password: password}
	c.home = f.file(clusterPrefix + strconv.Itoa(newest.major))
	if !c.reaches(f.path) {
		c.home = filepath.Join(distantHome(f.path), clusterPrefix+strconv.Itoa(newest.major))
		c.note = fmt.Sprintf("the user %s, which PostgreSQL runs as, cannot reach %s: the database is kept in %s",
			userName, f.path, c.home)
	}
	if err := c.makeHome(f); err != nil {
		return nil, err
	}
	return c, c.bringBinaries(options.NodeModules)
}

const (
	clusterPrefix = "postgres-"
	// pointer is the file of the data folder that names a cluster kept elsewhere.
	pointer = "postgres-home"
)

// existingClusters returns the homes of initialised clusters, the newest version first.
func existingClusters(f *folder) []string {
	homes, _ := filepath.Glob(f.file(clusterPrefix + "*"))
	if elsewhere, err := os.ReadFile(f.file(pointer)); err == nil {
		homes = append(homes, strings.TrimSpace(string(elsewhere)))
	}
	homes = slices.DeleteFunc(homes, func(home string) bool {
		_, err := os.Stat(filepath.Join(home, "data", "PG_VERSION"))
		return err != nil
	})
	slices.SortFunc(homes, func(a, b string) int { return majorOf(b) - majorOf(a) })
	return homes
}

func majorOf(home string) int {
	major, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(home), clusterPrefix))
	return major
}

// distantHome is where a cluster lives whose user cannot reach the data folder: beside it in a temporary
// folder, else under /var/lib.
func distantHome(dataDir string) string {
	digest := sha256.Sum256([]byte(dataDir))
	name := "percorso-" + hex.EncodeToString(digest[:6])
	if strings.HasPrefix(dataDir, os.TempDir()+string(filepath.Separator)) {
		return filepath.Join(os.TempDir(), name)
	}
	return filepath.Join("/var/lib/percorso", name)
}

// serverUser returns whom PostgreSQL runs as: nobody special, unless this process is root.
func serverUser() (*syscall.Credential, string, error) {
	if os.Geteuid() != 0 {
		return nil, "", nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return nil, "", err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, name, nil
	}
	return nil, "", errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")
}

// as makes a command that runs as the cluster's user, with an environment in which no PG… variable of
// the caller's leads it astray.
func (c *cluster) as(name string, arguments ...string) *exec.Cmd {
	command := exec.Command(name, arguments...) // #nosec G204 -- names and arguments are the launcher's own
	command.Dir = "/"
	command.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	if c.runAs != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: c.runAs}
	}
	return command
}

// reaches says whether the cluster's user can enter the folder.
func (c *cluster) reaches(folder string) bool {
	return c.as("/bin/sh", "-c", `cd "$1"`, "sh", folder).Run() == nil
}

// makeHome makes the cluster's folder for its user alone, and notes it when it lies elsewhere.
func (c *cluster) makeHome(f *folder) error {
	if err := os.MkdirAll(filepath.Dir(c.home), 0o711); err != nil { // #nosec G301 -- the user passes through
		return err
	}
	for _, inner := range []string{c.home, c.socketFolder()} {
		if err := os.MkdirAll(inner, 0o700); err != nil {
			return err
		}
		if c.runAs == nil {
			continue
		}
		if err := os.Chown(inner, int(c.runAs.Uid), int(c.runAs.Gid)); err != nil {
			return err
		}
	}
	if filepath.Dir(c.home) == f.path {
		return nil
	}
	return writeWhole(f.file(pointer), []byte(c.home+"\n"))
}

func (c *cluster) dataFolder() string   { return filepath.Join(c.home, "data") }
func (c *cluster) socketFolder() string { return filepath.Join(c.home, "run") }

// initialise makes the cluster unless it is there. It appears under its name only when it is whole, so
// that an initialisation that was cut off is begun anew.
func (c *cluster) initialise(ctx context.Context, spawner *spawner) error {
	if _, err := os.Stat(filepath.Join(c.dataFolder(), "PG_VERSION")); err == nil {
		return nil
	}
	unfinished := c.dataFolder() + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	passwordFile := filepath.Join(c.home, "password.new")
	if err := os.WriteFile(passwordFile, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(passwordFile) }()
	if c.runAs != nil {
		if err := os.Chown(passwordFile, int(c.runAs.Uid), int(c.runAs.Gid)); err != nil {
			return err
		}
	}
	initdb := c.as(filepath.Join(c.binaries, "initdb"), "--pgdata="+unfinished, "--username="+administratorRole,
		"--pwfile="+passwordFile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8")
	var output bytes.Buffer
	initdb.Stdout, initdb.Stderr = &output, &output
	if err := spawner.start(initdb); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if err := initdb.Wait(); err != nil {
		return fmt.Errorf("initdb: %w:\n%s", err, output.Bytes())
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.Rename(unfinished, c.dataFolder())
}

// maxSocketPath is the longest path that a Unix socket can have, with room for PostgreSQL's file name.
const maxSocketPath = 107 - len("/.s.PGSQL.65535.lock")

// serve makes the command of the server.
//
// What makes a commit durable (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL sets it.
// The log never holds statements, parameters or the rows of a violated constraint: they are people's data.
func (c *cluster) serve() *exec.Cmd {
	sockets := c.socketFolder()
	if len(sockets) > maxSocketPath {
		sockets = ""
	}
	settings := []string{
		"listen_addresses=" + host,
		"port=" + strconv.Itoa(c.port),
		"unix_socket_directories=" + sockets,
		"unix_socket_permissions=0700",
		"max_connections=200",
		"shared_buffers=256MB",
		"password_encryption=scram-sha-256",
		"log_error_verbosity=terse",
		"log_min_error_statement=panic",
		"log_statement=none",
		"logging_collector=off",
		"timezone=UTC",
	}
	arguments := []string{"-D", c.dataFolder()}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	return c.as(filepath.Join(c.binaries, "postgres"), arguments...)
}

// administrator returns the URL of the cluster's superuser.
func (c *cluster) administrator() *url.URL {
	return &url.URL{
		Scheme: "postgres", User: url.UserPassword(administratorRole, c.password),
		Host: address(c.port), Path: "/postgres", RawQuery: "sslmode=disable",
	}
}

// definition says how the cluster's server is run as a part.
func (c *cluster) definition() definition {
	return definition{
		part:    Postgres,
		command: c.serve,
		ready: func(ctx context.Context) error {
			connection, err := pgx.Connect(ctx, c.administrator().String())
			if err != nil {
				return err
			}
			return connection.Close(ctx)
		},
		// After a crash the server first replays its log.
		readyLimit: 2 * time.Minute,
		// The fast shutdown: sessions are ended, transactions rolled back, a checkpoint is written.
		stopSignal: syscall.SIGINT,
		stopLimit:  30 * time.Second,
	}
}

// removeCluster deletes a cluster that is kept outside of the data folder.
func removeCluster(dataDir string) error {
	elsewhere, err := os.ReadFile(filepath.Join(dataDir, pointer))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	home := strings.TrimSpace(string(elsewhere))
	if !strings.HasPrefix(filepath.Base(home), clusterPrefix) {
		return fmt.Errorf("%s names no cluster: %s", pointer, home)
	}
	// Its folder is this data folder's alone, and empty after that.
	return errors.Join(os.RemoveAll(home), os.RemoveAll(home+"-programs"), os.Remove(filepath.Dir(home)))
}
