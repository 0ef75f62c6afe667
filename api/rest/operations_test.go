package rest

import (
	"testing"

	"percorso/api/rest/told"
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
		if told.Of[facts.Code].Summary == "" {
			t.Errorf("%s has no summary in told.Of", facts.Code)
		}
	}
	if described != len(told.Of) {
		t.Errorf("%d operations have words, %d are known", len(told.Of), described)
	}
}
