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

// oldWords are words that pages, mails and zones said once, for things that have another
// word now. A person is no case, and a person who is hard to reach is not untraceable.
var oldWords = regexp.MustCompile(`(?i)\b(compit[oi]\b|prend\w* in carico|casi bloccati|caso bloccato|caso sospeso|(il|del|sul|al|nel) caso\b|irreperibil|giustificato motivo|bisogno grave|(da|preso|presa|prenda|prende|prendi) in? ?visione|prendi visione|collegament\w+ (ricevut|per rispondere)|ricevut\w per posta|campo obbligatorio|di sua competenza|in carico a)`)

// kept are right where they stand: the law's own words, addresses, which outlive words, and what
// administrators read of files of zones and staff.
var kept = regexp.MustCompile(`compito di interesse pubblico|manca un campo obbligatorio|compiti aperti|\(presa visione\)|/compiti|/casi-bloccati`)

func TestNothingSaysTheOldWords(t *testing.T) {
	looked := 0
	look := func(where, text string) {
		looked++
		if found := oldWords.FindString(kept.ReplaceAllString(text, "")); found != "" {
			t.Errorf("%s says %q: %.120s", where, found, text)
		}
	}
	for _, top := range []string{"api", "internal/italian", "internal/message", "internal/usual", "internal/catalogue", "deploy/zones"} {
		require.NoError(t, fs.WalkDir(os.DirFS(root), top, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.Contains(file, "vendor/") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			path := filepath.Join(root, file)
			switch filepath.Ext(file) {
			case ".html", ".yaml", ".js":
				text, err := os.ReadFile(path)
				look(file, string(text))
				return err
			case ".go":
				source, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
				if err != nil {
					return err
				}
				ast.Inspect(source, func(n ast.Node) bool {
					if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
						text, err := strconv.Unquote(literal.Value)
						require.NoError(t, err)
						look(file, text)
					}
					return true
				})
			}
			return nil
		}))
	}
	require.Greater(t, looked, 1000)
	for _, old := range []string{"Prendi in carico", "Il compito è tuo", "Persona irreperibile", "Campo obbligatorio"} {
		require.Regexp(t, oldWords, old)
	}
}

// bareDates put an article before a date that may want another one: "il 8 novembre".
var bareDates = regexp.MustCompile(`\b(il|dal|del|al) " ?\+ ?(italian\.)?(Date|Moment)\(|\b(ore|alle) " ?\+ ?italian\.Clock\(`)

// TestDatesAndHoursAreSaidAsPeopleDo: a date after its article is italian.Dated's, and an
// hour after "ore" italian.Hour's.
func TestDatesAndHoursAreSaidAsPeopleDo(t *testing.T) {
	require.Regexp(t, bareDates, `"dal " + italian.Date(x)`)
	for _, top := range []string{"api", "internal/italian"} {
		require.NoError(t, fs.WalkDir(os.DirFS(root), top, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			text, err := os.ReadFile(filepath.Join(root, file))
			for _, found := range bareDates.FindAllString(string(text), -1) {
				t.Errorf("%s: %s: use italian.Dated, italian.DatedMoment or italian.Hour", file, found)
			}
			return err
		}))
	}
}
