package italian_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// constants reads from the source of the language's packages the values of its constants
// of a type, so that a new one without words is found. Of untyped ones,
// "Rule*" means those whose names begin so.
func constants(t *testing.T, kind string) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{"care", "ledger", "eligibility", "health"} {
		found, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	var values []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !isOf(spec, kind) {
				return true
			}
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				value, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, value)
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("no package of the language has constants of %s", kind)
	}
	return values
}

func isOf(spec *ast.ValueSpec, kind string) bool {
	if prefix, ok := strings.CutSuffix(kind, "*"); ok {
		return spec.Type == nil && strings.HasPrefix(spec.Names[0].Name, prefix)
	}
	named, ok := spec.Type.(*ast.Ident)
	return ok && named.Name == kind
}

// machinery are operations that no person does and no page offers.
var machinery = []string{"report", "end", "mail_bounced", "clock", "adopt", "new_course"}
