// Package zone reads the files by which an installation is set up: those of the
// zones, and the lists of their staff. A file is YAML, read strictly: every fault
// is told with its line, field and rule, and a file with a fault gives nothing at
// all. docs/zones.md is the guide to the files' sections.
package zone

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"percorso/internal/care"
	"percorso/internal/message"
	"percorso/internal/usual"
	"percorso/internal/zone/fault"
)

// Read reads and validates one zone file. With faults there is no policy.
// name only serves the faults.
func Read(name string, data []byte) (care.Policy, []fault.Fault) {
	root, doc := parse(name, data, largestZone)
	var policy care.Policy
	if root.value != nil {
		policy = root.read()
	}
	if len(doc.faults) > 0 {
		return care.Policy{}, fault.InOrder(doc.faults)
	}
	policy = usual.Completed(policy)
	policy.Version = version(policy)
	return policy, nil
}

// version is the digest of all that was resolved, whatever the file says of it:
// another comment makes no new policy, another default of the code does.
func version(p care.Policy) string {
	p.Version = ""
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // a policy is plain data
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Check tells all the faults of one zone file, in its order; none: it is good.
func Check(name string, data []byte) []fault.Fault {
	_, faults := Read(name, data)
	return faults
}

// Load reads all *.yaml files at the root of a folder, which are to be loaded
// together, in the order of their names. The error is an *fault.Invalid where files
// break rules.
func Load(folder fs.FS) ([]care.Policy, error) {
	files, err := filesOf(folder)
	if err != nil {
		return nil, err
	}
	return valid(files)
}

// filesOf reads the zone files at the root of a folder.
func filesOf(folder fs.FS) ([]file, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("zone files: %w", err)
	}
	var files []file
	for _, e := range entries {
		switch name := e.Name(); {
		case path.Ext(name) == ".yaml":
			f, err := folder.Open(name)
			if err != nil {
				return nil, fmt.Errorf("zone files: %w", err)
			}
			data, err := bounded(f)
			if err != nil {
				return nil, fmt.Errorf("zone files: %w", err)
			}
			files = append(files, file{name, data})
		case slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(path.Ext(name))):
			return nil, fmt.Errorf("zone files: %s would be left out: the names of zone files end in .yaml", name)
		}
	}
	if len(files) == 0 {
		return nil, errors.New("zone files: no *.yaml in the folder")
	}
	return files, nil
}

// LoadPath is Load for a folder by its path, or for one file.
func LoadPath(name string) ([]care.Policy, error) {
	files, err := filesAt(name)
	if err != nil {
		return nil, err
	}
	return valid(files)
}

// filesAt reads the zone files of a folder, or one file, by its path.
func filesAt(name string) ([]file, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return filesOf(os.DirFS(name))
	}
	data, err := ReadFile(name)
	if err != nil {
		return nil, err
	}
	return []file{{name, data}}, nil
}

// ReadFile reads a file of zones or staff, no further than one may go: what is
// larger is refused when it is read as YAML.
func ReadFile(name string) ([]byte, error) {
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	return bounded(f)
}

// bounded reads an open file as far as one may go, and closes it.
func bounded(f io.ReadCloser) ([]byte, error) {
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, max(largestZone, largestStaff)+1))
}

func valid(files []file) ([]care.Policy, error) {
	policies, faults := readAll(files)
	if len(faults) > 0 {
		return nil, &fault.Invalid{Faults: faults}
	}
	return policies, nil
}

type file struct {
	name string
	data []byte
}

// readAll reads files that belong together.
func readAll(files []file) ([]care.Policy, []fault.Fault) {
	var policies []care.Policy
	var faults []fault.Fault
	var lead string
	for _, f := range files {
		policy, wrong := Read(f.name, f.data)
		faults = append(faults, wrong...)
		if len(wrong) > 0 {
			continue
		}
		if slices.ContainsFunc(policies, func(p care.Policy) bool { return p.Zone == policy.Zone }) {
			faults = append(faults, fault.New(f.name, 0, "zone", fault.RuleZoneTwice, policy.Zone))
		}
		if policy.Lead && lead != "" {
			faults = append(faults, fault.New(f.name, 0, "lead", fault.RuleOneLead, lead+", "+policy.Zone))
		}
		if policy.Lead {
			lead = policy.Zone
		}
		policies = append(policies, policy)
	}
	return policies, faults
}

// Command is `percorso zone check FILE|FOLDER…`: args are the files or folders of them, checked as files
// that are loaded together. It returns the process's exit code: 0 all good,
// 1 faults (one a line on stderr), 2 no files or an unreadable one.
func Command(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		_, _ = fmt.Fprintln(stderr, message.Say("zone_check.usage"))
		return 2
	}
	var files []file
	for _, name := range args {
		more, err := filesAt(name)
		if err != nil {
			_, _ = fmt.Fprintln(stderr, message.Say("zone_check.unreadable", "File", name, "Error", err))
			return 2
		}
		files = append(files, more...)
	}
	policies, faults := readAll(files)
	for _, f := range faults {
		_, _ = fmt.Fprintln(stderr, f)
	}
	if len(faults) > 0 {
		return 1
	}
	zones := make([]string, len(policies))
	for i, p := range policies {
		zones[i] = p.Zone + " (" + p.Version + ")"
	}
	_, _ = fmt.Fprintln(stdout, message.Say("zone_check.no_fault", "Zones", strings.Join(zones, ", ")))
	return 0
}
