package slip

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryLetterIsInTheFonts: what is printed in Arabic, Urdu and Chinese needs no font of the
// machine. The fonts are cut down to these letters when the pages' assets are made.
func TestEveryLetterIsInTheFonts(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "api", "web", "assets", "vendor", "fonts", "letters.txt"))
	require.NoError(t, err, "make assets")
	for _, language := range []string{"ar", "ur", "zh"} {
		for _, s := range sentences().Sentences {
			for _, letter := range s.in(language) {
				require.True(t, letter < 0x80 || strings.ContainsRune(string(content), letter), "%q of %s in %s: make assets", letter, s.Code, language)
			}
		}
	}
}
