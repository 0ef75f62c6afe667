package standalone

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// folder is the data folder: everything that a stack keeps, and the lock that makes it one stack's.
type folder struct {
	path string
	lock *os.File
}

// ErrRunning says that a stack uses the data folder already.
var ErrRunning = errors.New("a stack is running already")

// openFolder makes the folder when it is missing, and locks it for as long as this process lives.
func openFolder(path string) (*folder, error) {
	// Another user's PostgreSQL passes through to its own folder inside, hence 0711; what is secret has
	// its own narrower mode.
	if err := os.MkdirAll(path, 0o711); err != nil { // #nosec G301 -- see above
		return nil, err
	}
	lock, err := lockFile(filepath.Join(path, "lock"))
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", path, err)
	}
	f := &folder{path: path, lock: lock}
	for _, inner := range []string{f.logs(), f.file("run"), f.file("identity"), f.file("mail")} {
		if err := os.MkdirAll(inner, 0o700); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

func lockFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, ErrRunning
	}
	return file, nil
}

// isRunning says whether a stack uses the folder.
func isRunning(path string) bool {
	lock, err := lockFile(filepath.Join(path, "lock"))
	if err == nil {
		_ = lock.Close()
	}
	return errors.Is(err, ErrRunning)
}

func (f *folder) close() { _ = f.lock.Close() }

func (f *folder) file(name ...string) string {
	return filepath.Join(append([]string{f.path}, name...)...)
}

func (f *folder) logs() string { return f.file("logs") }

func (f *folder) logFile(part Part) string { return f.file("logs", string(part)+".log") }

// maxLog is the size beyond which a log is set aside at the next start, in place of the one before.
const maxLog = 20 << 20

// openLog opens a part's log to append to it, and returns the offset at which it goes on.
func (f *folder) openLog(part Part) (*os.File, int64, error) {
	path := f.logFile(part)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, 0, err
		}
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	offset, err := log.Seek(0, io.SeekEnd)
	return log, offset, err
}

// lastLines returns the end of what a part's log has from an offset on, for a message about its failure.
func (f *folder) lastLines(part Part, offset int64, count int) string {
	content, err := os.ReadFile(f.logFile(part))
	if err != nil || offset > int64(len(content)) {
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(content[offset:]), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}

// secrets are made once for each data folder and kept readable by their owner alone.
type secrets struct {
	// Passwords of database roles, by role.
	Passwords map[string]string `json:"passwords"`
	// ClientSecrets of the OpenID clients, by client.
	ClientSecrets map[string]string `json:"client_secrets"`
}

// secrets reads the folder's secrets, and makes those that are missing.
func (f *folder) secrets() (secrets, error) {
	path := f.file("secrets.json")
	kept := secrets{Passwords: map[string]string{}, ClientSecrets: map[string]string{}}
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, &kept)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return secrets{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, role := range append([]string{administratorRole}, logins...) {
		if kept.Passwords[role] == "" {
			kept.Passwords[role] = rand.Text()
		}
	}
	for _, client := range []string{productClient, GatewayClient} {
		if kept.ClientSecrets[client] == "" {
			kept.ClientSecrets[client] = rand.Text()
		}
	}
	return kept, writeJSON(path, kept)
}

// codecKeys returns the file of the keys that encrypt workflow payloads, and makes it when missing. The
// first line encrypts; add a line in front to rotate, and keep the old ones as long as a run used them.
func (f *folder) codecKeys() (string, error) {
	path := f.file("codec-keys")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", err
	}
	line := strings.ToLower(rand.Text()[:8]) + ":" + base64.StdEncoding.EncodeToString(key) + "\n"
	return path, writeWhole(path, []byte(line))
}

func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(path, append(content, '\n'))
}

// writeWhole writes a secret file so that it is either the old one or the new one, never half of it.
func writeWhole(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
