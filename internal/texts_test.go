package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// aCode is one that stands in Go, SQL or a zone's file.
var aCode = regexp.MustCompile(`[a-z][a-z0-9]*([_.][a-z0-9]+)*`)

// Each code that has a text of its own is one of the product: the code stands somewhere
// besides, as a whole or as a first word with the rest. Codes are what follows, in the id of a
// message, after a group of which somebody says the words.
func TestEveryTextIsOfACode(t *testing.T) {
	codes := map[string]bool{}
	see := func(text string) {
		for _, c := range aCode.FindAllString(text, -1) {
			codes[c] = true
		}
	}
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		ast.Inspect(source, func(n ast.Node) bool {
			if below(folder, "internal/italian") {
				return false
			}
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				see(text)
			}
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				see(field.Tag.Value)
			}
			return true
		})
	})
	see(migrations(t))
	require.NoError(t, fs.WalkDir(os.DirFS(root), "deploy/zones", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		see(string(text))
		return err
	}))
	for month := time.January; month <= time.December; month++ {
		see(strings.ToLower(month.String()))
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		see(strings.ToLower(day.String()))
	}
	see("level_2.permit_missing take_over.permit_missing") // which rows of earlier versions hold
	keys := 0
	words := wordsOfCodes(t)
	for _, id := range slices.Sorted(maps.Keys(words)) {
		code := words[id]
		if codes[code] {
			keys++
			continue
		}
		for key := range strings.SplitSeq(code, ".") { // a second one says of which the first is
			if _, err := strconv.Atoi(key); err == nil { // a status of HTTP
				continue
			}
			if strings.ContainsAny(key, "%ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
				continue // of a country, or no code
			}
			keys++
			first, rest, _ := strings.Cut(strings.ReplaceAll(key, "-", "_"), "_")
			if !codes[key] && (!codes[first] || !codes[rest]) {
				t.Errorf("nothing has the code %q of %s", key, id)
			}
		}
	}
	require.Greater(t, keys, 1000)
}

// wordsOfCodes are the messages that somebody says by a code, with what follows the group.
func wordsOfCodes(t *testing.T) map[string]string {
	t.Helper()
	words, group := map[string]string{}, map[string]string{}
	written, all := messages(t), append(spokenByCode(t), spokenByTemplates(t)...)
	for _, s := range all {
		for id := range written {
			code, within := strings.CutPrefix(id, s.id+".")
			if s.group && within && len(s.id) > len(group[id]) {
				words[id], group[id] = code, s.id
			}
		}
	}
	for _, s := range all {
		if !s.group {
			delete(words, s.id)
		}
	}
	return words
}
