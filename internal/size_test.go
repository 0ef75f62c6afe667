package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// A package or type that has grown past these holds more than one concept: find
// the one that is missing, and give it a place of its own.
const (
	maxLines   = 2000 // of a package, without its tests
	maxMethods = 25   // of a type
)

func TestNothingGrowsPastItsLimit(t *testing.T) {
	lines, methods := map[string]int{}, map[string]int{}
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, n int) {
		if below(folder, joins...) {
			return // they are no part of the product
		}
		lines[folder] += n
		for name, n := range methodsOf(source) {
			methods[folder+"."+name] += n
		}
	})
	require.Contains(t, lines, "internal/care")
	require.Contains(t, methods, "internal/care.Policy")
	require.Empty(t, oversized(lines, methods))
}

func TestSizesTellFaults(t *testing.T) {
	require.Equal(t, []string{
		"large has 2001 lines; at most 2000 are allowed",
		"wide.Type has 26 methods; at most 25 are allowed",
	}, oversized(map[string]int{"small": 2000, "large": 2001}, map[string]int{"small.Type": 25, "wide.Type": 26}))
}

// oversized lists what is past its limit.
func oversized(lines, methods map[string]int) (all []string) {
	check := func(sizes map[string]int, limit int, unit string) {
		for name, n := range sizes {
			if n > limit {
				all = append(all, fmt.Sprintf("%s has %d %s; at most %d are allowed", name, n, unit, limit))
			}
		}
	}
	check(lines, maxLines, "lines")
	check(methods, maxMethods, "methods")
	slices.Sort(all)
	return all
}

// methodsOf counts the methods that a file declares, by type; those that an
// interface asks for count too.
func methodsOf(source *ast.File) map[string]int {
	count := map[string]int{}
	for _, d := range source.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil {
				count[receiver(d.Recv.List[0].Type)]++
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				named, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if i, ok := named.Type.(*ast.InterfaceType); ok {
					count[named.Name.Name] += i.Methods.NumFields()
				}
			}
		}
	}
	return count
}

// receiver names the type that a method is of.
func receiver(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.StarExpr:
		return receiver(of.X)
	case *ast.IndexExpr: // of a type with a parameter
		return receiver(of.X)
	case *ast.IndexListExpr:
		return receiver(of.X)
	case *ast.Ident:
		return of.Name
	}
	return ""
}
