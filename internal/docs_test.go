package internal_test

import (
	"go/ast"
	"go/parser"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// named finds what a page names of a package: `care.Policy`.
var named = regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w*)")

// What the docs name of our packages is there.
func TestDocsNameWhatThereIs(t *testing.T) {
	there := map[string]map[string]bool{}
	readCode(t, parser.SkipObjectResolution, func(_ string, source *ast.File, _ int) {
		names := there[source.Name.Name]
		if names == nil {
			names = map[string]bool{}
			there[source.Name.Name] = names
		}
		for _, d := range source.Decls {
			if f, ok := d.(*ast.FuncDecl); ok { // a method too
				names[f.Name.Name] = true
			}
		}
		for name := range exported(source) {
			names[name] = true
		}
	})
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	found := 0
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		var gone []string
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if names, ours := there[m[1]]; ours {
				found++
				if !names[m[2]] {
					gone = append(gone, m[1]+"."+m[2])
				}
			}
		}
		slices.Sort(gone)
		require.Empty(t, gone, page)
	}
	require.Greater(t, found, 50)
}

// pictured finds the pictures of a page: ![…](immagini/oggi-largo.png).
var pictured = regexp.MustCompile(`!\[[^\]]+\]\(([^)]+\.png)\)`)

// TestPicturesAreThereAndShown: make pictures makes those that the guides name, and none is
// left that no page shows.
func TestPicturesAreThereAndShown(t *testing.T) {
	shown := map[string]bool{}
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/guida/*.md"} {
		pages, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, m := range pictured.FindAllStringSubmatch(string(text), -1) {
				shown[filepath.Join(filepath.Dir(page), m[1])] = true
			}
		}
	}
	var there []string
	for _, pattern := range []string{"docs/guida/immagini/*"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		there = append(there, files...)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(shown)), there)
}
