package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// forTests are the packages that lend something to tests and are no part of the
// product, besides those that join everything.
var forTests = []string{"internal/manual", "internal/testclock", "internal/postgres/postgrestest", "api/access/accesstest"}

// What is exported is there for the product: something besides tests names it. A
// name that another thing has too may hide one. A code may also be one that the
// migrations write.
func TestNothingIsThereForTestsAlone(t *testing.T) {
	sql := migrations(t)
	declared, named := map[string]string{}, map[string]int{}
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		ast.Inspect(source, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				named[id.Name]++
			}
			return true
		})
		if below(folder, append(forTests, joins...)...) {
			return
		}
		for name, value := range exported(source) {
			if value == "" || !strings.Contains(sql, "'"+value+"'") {
				declared[name] = folder
			}
		}
	})
	require.Contains(t, declared, "Explain")
	var unused []string
	for name, folder := range declared {
		if named[name] == 1 {
			unused = append(unused, folder+"."+name)
		}
	}
	slices.Sort(unused)
	require.Empty(t, unused)
}

// exported lists the functions, types, constants and variables that a file
// exports, of constants with their text.
func exported(source *ast.File) map[string]string {
	names := map[string]string{}
	add := func(id *ast.Ident, value string) {
		if id.IsExported() {
			names[id.Name] = value
		}
	}
	for _, d := range source.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name, "")
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name, "")
				case *ast.ValueSpec:
					for i, id := range spec.Names {
						add(id, textAt(spec.Values, i))
					}
				}
			}
		}
	}
	return names
}

// textAt is the text that is written at a place of a list of values; empty: none is.
func textAt(values []ast.Expr, i int) string {
	if i >= len(values) {
		return ""
	}
	literal, ok := values[i].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return ""
	}
	return text
}

// migrations is the text of all migrations.
func migrations(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("postgres/migrations/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}
