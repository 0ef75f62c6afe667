package rest_test

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"percorso/api/apitest"
	"percorso/internal/italian/asked"
)

// TestEachRequiredFieldSaysWhatToWrite: no field that a form of the API must have is left to
// the general word.
func TestEachRequiredFieldSaysWhatToWrite(t *testing.T) {
	described := apitest.NewRig(t).Description()
	general, found := asked.Sentence("nothing_known"), map[string]bool{}
	var walk func(s *huma.Schema, deep int)
	walk = func(s *huma.Schema, deep int) {
		if s != nil && s.Ref != "" {
			s = described.Components.Schemas.SchemaFromRef(s.Ref)
		}
		if s == nil || deep > 6 {
			return
		}
		walk(s.Items, deep+1)
		for _, name := range s.Required {
			found[name] = true
			if asked.Sentence(name) == general {
				t.Errorf("%s says only %q", name, general)
			}
		}
		for _, property := range s.Properties {
			walk(property, deep+1)
		}
	}
	for _, item := range described.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Put} {
			if op == nil || op.RequestBody == nil {
				continue
			}
			for _, content := range op.RequestBody.Content {
				walk(content.Schema, 0)
			}
		}
	}
	if len(found) < 30 {
		t.Errorf("only %d fields", len(found))
	}
}
