package manual

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommandsAreReadAsTheyStand(t *testing.T) {
	const text = "Prova `make demo`.\n\n```\nmake run   # starts it\n```\n\n```yaml\nmake: none\n```\n\n- in a list:\n\n  ```\n  A=$(one \"#2\")\n  two \\\n     'three'\n# {\"id\":\"…\"}\n# more\n  ```\n"
	require.Equal(t, []Command{
		{File: "a.md", Line: 4, Text: "make run"},
		{File: "a.md", Line: 14, Text: "  A=$(one \"#2\")"},
		{File: "a.md", Line: 15, Text: "  two \\\n     'three'", Prints: "{\"id\":\"…\"}\nmore"},
	}, parse("a.md", text))
}
