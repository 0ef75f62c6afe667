package internal_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A piece of code that a page of the docs says to write: a file of its own, or
// lines below one that the file has.
type piece struct {
	file, below, code string // below is empty for a new file
}

var (
	newFile = regexp.MustCompile("`([^`]+)` is new:$")
	inFile  = regexp.MustCompile("[Ii]n `([^`]+)`, below the line that begins with `(.+)`:$")
)

// piecesOf reads what a section of a page says to write.
func piecesOf(t *testing.T, page, heading string) (pieces []piece) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", page))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	require.True(t, found, "%s has no section %q", page, heading)
	section, _, _ = strings.Cut(section, "\n## ")
	var said, indent string
	var open *piece
	for line := range strings.Lines(section) {
		bare := strings.TrimSpace(line)
		switch {
		case open != nil && bare == "```":
			pieces, open, said = append(pieces, *open), nil, ""
		case open != nil:
			open.code += strings.TrimPrefix(line, indent)
		case bare == "```go", bare == "```yaml":
			indent = line[:strings.Index(line, "```")]
			open = &piece{}
			if m := newFile.FindStringSubmatch(said); m != nil {
				open.file = m[1]
			} else if m := inFile.FindStringSubmatch(said); m != nil {
				open.file, open.below = m[1], m[2]
			} else {
				require.Fail(t, "a piece of code without its place", said)
			}
		case bare != "":
			said = bare
		}
	}
	return pieces
}

// write writes the piece into a copy of the tree.
func (p piece) write(t *testing.T, tree string) {
	t.Helper()
	path := filepath.Join(tree, p.file)
	if p.below == "" {
		require.NoFileExists(t, path)
		require.NoError(t, os.WriteFile(path, []byte(p.code), 0o644))
		return
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var written strings.Builder
	places := 0
	for line := range strings.Lines(string(text)) {
		written.WriteString(line)
		if strings.HasPrefix(strings.TrimSpace(line), p.below) {
			places++
			written.WriteString(p.code)
		}
	}
	require.Equal(t, 1, places, "lines of %s that begin with %q", p.file, p.below)
	require.NoError(t, os.WriteFile(path, []byte(written.String()), 0o644))
}

// code are the folders that a copy needs to be built and tested.
var code = []string{"activities", "api", "cmd", "deploy", "internal", "worker", "workflows"}

// copyOfTheTree copies the code. What is installed beside it is linked.
func copyOfTheTree(t *testing.T) string {
	t.Helper()
	tree := t.TempDir()
	whole, err := filepath.Abs(root)
	require.NoError(t, err)
	for _, folder := range code {
		require.NoError(t, os.CopyFS(filepath.Join(tree, folder), os.DirFS(filepath.Join(whole, folder))))
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(whole, file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(tree, file), text, 0o644))
	}
	for _, folder := range []string{"node_modules", "bin"} {
		require.NoError(t, os.Symlink(filepath.Join(whole, folder), filepath.Join(tree, folder)))
	}
	return tree
}

// isText says whether a file holds texts alone.
func isText(file string) bool {
	return strings.HasPrefix(file, "internal/italian/") || strings.HasPrefix(file, "internal/message/") || file == "api/rest/told/operations.go" || strings.HasPrefix(file, "docs/")
}

// TestHowToAddAnOperation does what the page says, on a copy: the tree with the
// new operation builds, its test runs, and whoever asks for what is missing is
// content. So a new operation takes five files besides its test and the texts.
func TestHowToAddAnOperation(t *testing.T) {
	pieces := piecesOf(t, "how-to-add.md", "An operation on a case")
	files := map[string]bool{}
	for _, p := range pieces {
		if !isText(p.file) && !strings.HasSuffix(p.file, "_test.go") {
			files[p.file] = true
		}
	}
	require.Len(t, files, 5, "files that an operation takes: %v", slices.Sorted(maps.Keys(files)))

	tree := copyOfTheTree(t)
	for _, p := range pieces {
		p.write(t, tree)
	}
	goes := func(args ...string) {
		t.Helper()
		c := exec.Command("go", args...)
		c.Dir, c.Env = tree, append(os.Environ(), "GOFLAGS=-buildvcs=false -trimpath", "GOPROXY=off")
		said, err := c.CombinedOutput()
		require.NoError(t, err, "go %s\n%s", strings.Join(args, " "), said)
	}
	goes("list", "-export", "./...") // compiles, and links no commands that nobody runs
	goes("vet", "./internal/catalogue", "./internal/italian", "./api/rest", "./workflows")
	goes("test", "-ldflags=-s -w", "./internal/catalogue", "./internal/written", "./internal/italian", "./api/rest")
	goes("test", "-ldflags=-s -w", "./workflows", "-run", "^TestWhoLeavesForGoodIsClosed$")
	goes("test", "-ldflags=-s -w", "./internal/postgres/records", "-run", "^TestOneEffectKnowsEveryOperation$")
}
