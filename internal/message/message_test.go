package message

import (
	"html/template"
	"testing"
	"testing/fstest"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/stretchr/testify/require"
)

// placed says messages of its own for the time of a test.
func placed(t *testing.T, lines string) {
	t.Helper()
	before := italian
	t.Cleanup(func() { italian = before })
	italian = i18n.NewLocalizer(read(fstest.MapFS{"test.it.yaml": {Data: []byte(lines)}}), "it")
}

func TestMessagesAreSaid(t *testing.T) {
	placed(t, `
place.kept: Tenuto fino alle {{.Hour}} per {{.Whom}}
place.left: {one: "{{.Count}} posto {{.When}}", other: "{{.Count}} posti {{.When}}"}
reason.other: Altro
`)
	require.Equal(t, "Tenuto fino alle 9.30 per l’ente «A & B»", Say("place.kept", "Hour", "9.30", "Whom", "l’ente «A & B»"))
	require.Equal(t, "1 posto oggi", Count("place.left", 1, "When", "oggi"))
	require.Equal(t, "0 posti oggi", Count("place.left", 0, "When", "oggi"))
	require.Equal(t, "1000000 posti oggi", Count("place.left", 1_000_000, "When", "oggi"))
	require.Equal(t, "Altro", Of("reason", "other"), "a code may be a word of the library's")
	require.Equal(t, "moved away", Of("reason", "moved_away"))
	word, ok := Find("reason", "moved_away")
	require.False(t, ok)
	require.Empty(t, word)
	require.Empty(t, Of("reason", ""))
}

func TestWhatIsPutIntoAMessageWithMarksIsEscaped(t *testing.T) {
	placed(t, `key.use: "<kbd>{{.Key}}</kbd> la apre"`)
	require.Equal(t, template.HTML("<kbd>&lt;b&gt;</kbd> la apre"), Rich("key.use", "Key", "<b>"))
}

// What goes wrong shows its id, and no half of a text.
func TestWhatCannotBeSaidIsItsId(t *testing.T) {
	placed(t, `place.kept: Tenuto fino alle {{.Hour}}`)
	require.Equal(t, "place.lost", Say("place.lost"))
	require.Equal(t, "place.kept", Say("place.kept", "Our", "9.30"))
}

func TestAFileThatCannotBeReadStopsTheProcess(t *testing.T) {
	require.Panics(t, func() { read(fstest.MapFS{"test.it.yaml": {Data: []byte("place.kept: [")}}) })
}
