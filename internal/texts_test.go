package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// aCode is one that stands in Go, SQL or a zone's file.
var aCode = regexp.MustCompile(`[a-z][a-z0-9]*([_.][a-z0-9]+)*`)

// Each code that has an Italian text of its own is one of the product: the code
// stands somewhere besides, as a whole or as a first word with the rest.
func TestEveryTextIsOfACode(t *testing.T) {
	codes := map[string]bool{}
	keys := []string{}
	see := func(text string) {
		for _, c := range aCode.FindAllString(text, -1) {
			codes[c] = true
		}
	}
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		ast.Inspect(source, func(n ast.Node) bool {
			pair, isPair := n.(*ast.KeyValueExpr)
			if folder == "internal/italian" {
				if isPair {
					if key := textAt([]ast.Expr{pair.Key}, 0); key != "" {
						keys = append(keys, key)
					}
				}
				return true
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
	require.Greater(t, len(keys), 100)
	for _, key := range keys {
		if strings.ContainsAny(key, "%ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			continue // of a country, or no code
		}
		first, rest, _ := strings.Cut(key, "_")
		require.True(t, codes[key] || codes[first] && codes[rest], "nothing has the code %q", key)
	}
}
