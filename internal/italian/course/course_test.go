package course_test

import (
	"testing"

	"percorso/internal/care"
	"percorso/internal/italian/course"
)

// Of every stage it is said what it is for and what comes after it.
func TestEveryStageIsExplained(t *testing.T) {
	for _, s := range care.Stages {
		if help := course.Of(s); help.For == "" || help.Then == "" {
			t.Errorf("nobody says what %s is for, or what comes after it", s)
		}
	}
}
