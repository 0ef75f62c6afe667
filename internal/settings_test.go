package internal_test

import (
	"go/ast"
	"go/parser"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/care"
)

// sayOnly are settings of a zone's file that nothing acts by, with the reason.
var sayOnly = map[string]string{
	"Policy.Target": quoted, "Target.TakeOvers": quoted, "Target.From": quoted, "Target.To": quoted,
	"Policy.Figures": quoted, "Figure.Value": quoted, "Policy.Schedule": quoted, "Activity.Outputs": quoted,
	care.DeadlineReviewAfterPlan: "a rhythm that the file itself names in follow_ups",
}

const quoted = "what reports quote, never a gate"

// TestEverySettingOfAZoneIsRead: what stands in a zone's file does what its guide says, so
// some code names it besides what reads the file and fills in what it leaves out. A name
// that another thing has too may hide one.
func TestEverySettingOfAZoneIsRead(t *testing.T) {
	named, terms := map[string]bool{}, map[string]string{}
	names := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			named[id.Name] = true
		}
		return true
	}
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		switch {
		case below(folder, append(forTests, "internal/zone", "internal/usual", "internal/setup", "internal/italian")...):
		case folder == "internal/care": // which declares them, and lists the codes
			for name, code := range exported(source) {
				terms[code] = name
			}
			for _, d := range source.Decls {
				if f, ok := d.(*ast.FuncDecl); ok {
					ast.Inspect(f, names)
				}
			}
		default:
			ast.Inspect(source, names)
		}
	})
	var unread []string
	seen := map[reflect.Type]bool{}
	var walk func(of reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] || of == reflect.TypeFor[care.Duration]() {
			return
		}
		seen[of] = true
		for f := range of.Fields() {
			name := of.Name() + "." + f.Name
			if !named[f.Name] && !f.Anonymous && sayOnly[name] == "" {
				unread = append(unread, name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[care.Policy]())
	for _, code := range care.DeadlineCodes {
		if !named[terms[code]] && sayOnly[code] == "" {
			unread = append(unread, code)
		}
	}
	slices.Sort(unread)
	require.Empty(t, unread)
}
