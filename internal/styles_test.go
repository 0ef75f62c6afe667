package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	class   = regexp.MustCompile(`\.([a-z][a-z0-9-]*)`)
	word    = regexp.MustCompile(`[a-z0-9]+(-[a-z0-9]+)*`)
	made    = regexp.MustCompile(`([a-z]+)-\{\{`) // a class of which a page fills in the rest
)

// Each class that our style sheet knows is one of a page. What a page makes of two
// parts, as tag-{{.Tone}}, has its second part in the code.
func TestPagesUseTheStylesThatThereAre(t *testing.T) {
	words, begun := map[string]bool{}, map[string]bool{}
	api := filepath.Join(root, "api")
	require.NoError(t, filepath.WalkDir(api, func(file string, d fs.DirEntry, err error) error {
		source := strings.HasSuffix(file, ".html") || strings.HasSuffix(file, ".js") || strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go")
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "vendor":
			return filepath.SkipDir
		case d.IsDir() || !source:
			return nil
		}
		text, err := os.ReadFile(file)
		for _, w := range word.FindAllString(string(text), -1) {
			words[w] = true
		}
		for _, m := range made.FindAllStringSubmatch(string(text), -1) {
			begun[m[1]] = true
		}
		return err
	}))
	sheet, err := os.ReadFile(filepath.Join(api, "web", "assets", "percorso.css"))
	require.NoError(t, err)
	classes := class.FindAllStringSubmatch(comment.ReplaceAllString(string(sheet), ""), -1)
	require.Greater(t, len(classes), 50)
	for _, m := range classes {
		first, second, _ := strings.Cut(m[1], "-")
		require.True(t, words[m[1]] || begun[first] && words[second], "no page has the class %s", m[1])
	}
}

var (
	classes = regexp.MustCompile(`class="([^"]*)"`)
	icon    = regexp.MustCompile(`\bit-[a-z0-9-]+`)
)

// What the assets are cut down to holds all that pages name of the whole.
func TestAssetsHaveWhatPagesName(t *testing.T) {
	italia, vendor := filepath.Join(root, "node_modules", "bootstrap-italia", "dist"), filepath.Join(root, "api", "web", "assets", "vendor")
	read := func(file ...string) string {
		text, err := os.ReadFile(filepath.Join(file...))
		require.NoError(t, err, "make assets")
		return comment.ReplaceAllString(string(text), "")
	}
	known, kept := map[string]bool{}, map[string]bool{}
	for sheet, into := range map[string]map[string]bool{read(italia, "css", "bootstrap-italia.min.css"): known, read(vendor, "bootstrap-italia.min.css"): kept} {
		for _, m := range class.FindAllStringSubmatch(sheet, -1) {
			into[m[1]] = true
		}
	}
	sprites, named := read(vendor, "sprites.svg"), 0
	require.NoError(t, filepath.WalkDir(filepath.Join(root, "api"), func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".html" && filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text := read(file)
		for _, name := range icon.FindAllString(text, -1) {
			require.True(t, strings.Contains(sprites, `id="`+name+`"`), "the icon %s of %s: make assets", name, file)
		}
		for _, m := range classes.FindAllStringSubmatch(text, -1) {
			for _, name := range word.FindAllString(m[1], -1) {
				if known[name] {
					require.True(t, kept[name], "the class %s of %s: make assets", name, file)
					named++
				}
			}
		}
		return nil
	}))
	require.Greater(t, named, 50)
}
