package rest

import (
	"testing"

	"percorso/internal/catalogue"
)

// TestEveryOperationIsDescribed: a route without words is no use to who reads
// the description of the API.
func TestEveryOperationIsDescribed(t *testing.T) {
	described := 0
	for _, o := range catalogue.All {
		facts := o.About()
		if _, about := subjects[facts.On]; !about {
			continue
		}
		described++
		if wordsOf[facts.Code].summary == "" {
			t.Errorf("%s has no summary in wordsOf", facts.Code)
		}
	}
	if described != len(wordsOf) {
		t.Errorf("%d operations have words, %d are known", len(wordsOf), described)
	}
}
