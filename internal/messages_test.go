package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// inside are the folders whose texts people read: outside of the messages they hold none.
var inside = []string{"api", "internal/italian", "internal/zone", "internal/setup", "worker/post"}

// notForPeople are folders whose words are for engineers and machines: what tests need, the
// description of the API, and the names that browsers give themselves.
var notForPeople = []string{"api/apitest", "api/rest", "api/access/device"}

func looksInside(folder string) bool {
	within := func(folders []string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return folder == f || strings.HasPrefix(folder, f+"/") })
	}
	return within(inside) && !within(notForPeople)
}

// anArgument is one that a message names.
var anArgument = regexp.MustCompile(`\{\{[^}]*?\.([A-Z]\w*)`)

// messages are the texts of all files, by id: the words of a message, or of each of its plurals.
func messages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob(filepath.Join(root, "internal/message/*.yaml"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var lines yaml.MapSlice
		require.NoError(t, yaml.Unmarshal(text, &lines), file)
		for _, line := range lines {
			id := line.Key.(string)
			require.NotContains(t, all, id, "two messages have one id, the second is in %s", file)
			require.Regexp(t, `^[a-z][a-z0-9_]*\.[A-Za-z0-9_.:-]+$`, id, file)
			switch said := line.Value.(type) {
			case string:
				all[id] = said
			case map[string]any:
				require.Len(t, said, 2, "%s of %s has a one and an other", id, file)
				all[id] = said["one"].(string) + " " + said["other"].(string)
			default:
				t.Fatalf("%s of %s is no text", id, file)
			}
			require.NotEmpty(t, strings.TrimSpace(all[id]), "%s of %s says nothing", id, file)
		}
	}
	return all
}

// spoken is a message that somebody says.
type spoken struct {
	where, id string
	group     bool     // all whose id begins with this one and a dot
	given     []string // names of its arguments
	rich      bool     // with marks of HTML
}

func TestEachMessageIsSaidAsItIsWritten(t *testing.T) {
	written := messages(t)
	used := map[string]bool{}
	for _, s := range append(spokenByCode(t), spokenByTemplates(t)...) {
		if s.group {
			found := false
			for id := range written {
				if strings.HasPrefix(id, s.id+".") {
					used[id], found = true, true
				}
			}
			require.True(t, found, "%s says words of %q, and there are none", s.where, s.id)
			continue
		}
		text, ok := written[s.id]
		require.True(t, ok, "%s says %q, which is no message", s.where, s.id)
		used[s.id] = true
		require.Equal(t, s.rich, strings.Contains(text, "<"), "%s says %q: rich is for messages with marks, and for them alone", s.where, s.id)
		var named []string
		for _, argument := range anArgument.FindAllStringSubmatch(text, -1) {
			if argument[1] != "Count" && !slices.Contains(named, argument[1]) {
				named = append(named, argument[1])
			}
		}
		require.ElementsMatch(t, named, s.given, "%s says %q with other arguments than it names", s.where, s.id)
	}
	for id := range written {
		require.True(t, used[id], "nobody says %q", id)
	}
}

// sayingInCode are the functions that say messages.
var sayingInCode = []string{"Say", "Count", "Rich", "Of", "Find"}

// spokenByCode are the calls of the package of messages.
func spokenByCode(t *testing.T) []spoken {
	t.Helper()
	var all []spoken
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		ast.Inspect(source, func(n ast.Node) bool {
			call, isCall := n.(*ast.CallExpr)
			if !isCall || folder == "internal/message" {
				return true
			}
			called, _ := call.Fun.(*ast.SelectorExpr)
			if called == nil {
				return true
			}
			if from, ok := called.X.(*ast.Ident); !ok || from.Name != "message" || !slices.Contains(sayingInCode, called.Sel.Name) {
				return true
			}
			where := folder + " (" + source.Name.Name + ")"
			s := spoken{where: where, id: textAt(call.Args, 0), group: called.Sel.Name == "Of" || called.Sel.Name == "Find", rich: called.Sel.Name == "Rich"}
			first := 1
			if called.Sel.Name == "Count" {
				first = 2
			}
			if sum, ok := call.Args[0].(*ast.BinaryExpr); ok { // "group." + code
				s.id, s.group = strings.TrimSuffix(textAt([]ast.Expr{sum.X}, 0), "."), true
			}
			require.NotEmpty(t, s.id, "%s says a message whose id cannot be read", where)
			if !s.group && call.Ellipsis == token.NoPos {
				for i := first; i < len(call.Args); i += 2 {
					s.given = append(s.given, textAt(call.Args, i))
				}
			}
			all = append(all, s)
			return true
		})
	})
	return all
}

// templates are the trees of all pages' templates, each defined one by itself.
func templates(t *testing.T, see func(file string, tree *parse.Tree)) {
	t.Helper()
	require.NoError(t, fs.WalkDir(os.DirFS(root), "api", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".html" || strings.Contains(file, "vendor/") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return err
		}
		trees := map[string]*parse.Tree{}
		top := parse.New(file)
		top.Mode = parse.SkipFuncCheck
		if _, err := top.Parse(string(text), "", "", trees); err != nil {
			return err
		}
		for _, tree := range trees {
			see(file, tree)
		}
		return nil
	}))
}

// each visits a node of a template and what it holds.
func each(n parse.Node, see func(parse.Node)) {
	if n == nil {
		return
	}
	see(n)
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, inner := range l.Nodes {
				each(inner, see)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		each(b.Pipe, see)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		each(n.Pipe, see)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			each(n.Pipe, see)
		}
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			each(command, see)
		}
	case *parse.CommandNode:
		for _, argument := range n.Args {
			each(argument, see)
		}
	}
}

// saying are the functions of templates that say messages.
var saying = []string{"say", "count", "rich"}

// spokenByTemplates are the messages that pages say.
func spokenByTemplates(t *testing.T) []spoken {
	t.Helper()
	var all []spoken
	templates(t, func(file string, tree *parse.Tree) {
		each(tree.Root, func(n parse.Node) {
			command, ok := n.(*parse.CommandNode)
			if !ok || len(command.Args) < 2 {
				return
			}
			name, _ := command.Args[0].(*parse.IdentifierNode)
			if name == nil || !slices.Contains(saying, name.Ident) {
				return
			}
			id, ok := command.Args[1].(*parse.StringNode)
			require.True(t, ok, "%s says a message whose id cannot be read", file)
			s, first := spoken{where: file, id: id.Text, rich: name.Ident == "rich"}, 2
			if name.Ident == "count" {
				first = 3
			}
			for i := first; i < len(command.Args); i += 2 {
				s.given = append(s.given, command.Args[i].(*parse.StringNode).Text)
			}
			all = append(all, s)
		})
	})
	return all
}

// readAloud are attributes whose values people read or hear.
var readAloud = []string{"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription"}

var (
	// noscript is left out, since its content is read as one text where scripts run.
	noscript = strings.NewReplacer("<noscript>", "", "</noscript>", "")
	// attributesAlone are pieces that a page puts into its tags.
	attributesAlone = regexp.MustCompile(`^(\s*[a-z-]+="[^"]*")+\s*$`)
)

func hasLetters(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }

func TestPagesHoldNoTexts(t *testing.T) {
	templates(t, func(file string, tree *parse.Tree) {
		if !looksInside(filepath.Dir(file)) {
			return
		}
		var shown strings.Builder
		arguments := map[parse.Node]bool{} // of what says messages, and the names in a dict
		each(tree.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TextNode:
				shown.Write(n.Text)
			case *parse.ActionNode, *parse.TemplateNode:
				shown.WriteByte('1') // stands for what is put in
			case *parse.CommandNode:
				name, _ := n.Args[0].(*parse.IdentifierNode)
				for i, argument := range n.Args {
					arguments[argument] = name != nil && (slices.Contains(saying, name.Ident) || name.Ident == "dict" && i%2 == 1)
				}
			case *parse.StringNode:
				if !arguments[n] && readsAsText(n.Text) {
					t.Errorf("%s says %q, which is no message", file, n.Text)
				}
			}
		})
		tokens, within := html.NewTokenizer(strings.NewReader(noscript.Replace(shown.String()))), ""
		for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
			token := tokens.Token()
			switch kind {
			case html.TextToken:
				if hasLetters(token.Data) && within != "script" && within != "style" && !attributesAlone.MatchString(token.Data) {
					t.Errorf("%s says %q, which is no message", file, strings.TrimSpace(token.Data))
				}
			case html.StartTagToken, html.SelfClosingTagToken:
				within = token.Data
				for _, a := range token.Attr {
					if slices.Contains(readAloud, a.Key) && hasLetters(a.Val) {
						t.Errorf("%s says %q, which is no message", file, a.Val)
					}
				}
			case html.EndTagToken:
				within = ""
			}
		}
	})
}

// The script of the pages says what they hand it.
func TestTheScriptHoldsNoTexts(t *testing.T) {
	script, err := os.ReadFile(filepath.Join(root, "api/web/assets/percorso.js"))
	require.NoError(t, err)
	for _, quoted := range regexp.MustCompile(`"([^"\n]*)"`).FindAllSubmatch(script, -1) {
		if text := string(quoted[1]); readsAsText(text) && !slices.Contains(noTexts, text) {
			t.Errorf("percorso.js says %q, which is no message", text)
		}
	}
}

var (
	// italianWords stand in nearly every Italian text of more than a word or two.
	italianWords = regexp.MustCompile(`[àèéìòùÈ«»’]|\b(il|la|lo|gli|che|non|di|del|della|dei|per|con|una|un|sono|si|da|dal|nel|nella|questa|questo|alla|al|ai|ha|hai)\b`)
	// aWord begins with a capital letter and goes on with small ones, as labels do.
	aWord = regexp.MustCompile(`^[A-ZÈ][a-zàèéìòù]+([ .,:;!?…’)]|$)`)
	// particles alone are the grammar by which a name or a day is put into a sentence.
	particles = regexp.MustCompile(`^(il|lo|la|l’|a|da|di) ?$`)
	// statements are for the database, and English is for engineers.
	statements = regexp.MustCompile(`\b(SELECT|FROM|WHERE|INSERT|UPDATE|SET)\b|\b(the|of|is|not|an|to|for|and|with|cannot|which|by|are|has)\b`)
)

// readsAsText says whether a text is for people.
func readsAsText(text string) bool {
	if statements.MatchString(text) || particles.MatchString(text) {
		return false
	}
	return aWord.MatchString(text) || strings.Contains(text, " ") && italianWords.MatchString(text) || strings.ContainsAny(text, "àèéìòù«»’")
}

// noTexts look like texts and are for machines: headers, a key, and the first line of a stream.
var noTexts = []string{"Allow", "Accept", "Location", "Authorization", "Bearer", "Vary", "Origin", "Host", "Cookie", "Digest", "Forwarded", "Referer", "Link", "Precedence", `Bearer error="invalid_token"`, "Escape", ": ci sono"}

func TestCodeHoldsNoTexts(t *testing.T) {
	readCode(t, parser.SkipObjectResolution, func(folder string, source *ast.File, _ int) {
		if !looksInside(folder) {
			return
		}
		names := map[ast.Node]bool{} // what is no text: names of arguments, keys, tags, imports
		ast.Inspect(source, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.Field:
				if n.Tag != nil {
					names[n.Tag] = true
				}
			case *ast.KeyValueExpr:
				names[n.Key] = true
			case *ast.CallExpr:
				if called, ok := n.Fun.(*ast.SelectorExpr); ok {
					if from, ok := called.X.(*ast.Ident); ok && (from.Name == "message" || called.Sel.Name == "MustCompile") {
						for _, argument := range n.Args {
							names[argument] = true
						}
					}
				}
			case *ast.BasicLit:
				if n.Kind != token.STRING || names[n] {
					return true
				}
				text, err := strconv.Unquote(n.Value)
				require.NoError(t, err)
				if readsAsText(text) && !slices.Contains(noTexts, text) {
					t.Errorf("%s says %q, which is no message", folder, text)
				}
			}
			return true
		})
	})
}
