package ledger

import (
	"strings"

	"github.com/google/uuid"

	"percorso/internal/care"
)

// RunID builds the id of a run, which is also its workflow id.
func RunID(kind care.RunKind, id string) string { return string(kind) + "/" + id }

// CaseRun is the run of a case file.
func CaseRun(caseID string) string { return RunID(care.RunCase, caseID) }

// KindOf reads the kind of a run from its id.
func KindOf(run string) care.RunKind {
	kind, _, _ := strings.Cut(run, "/")
	return care.RunKind(kind)
}

// BareID is the opaque part of a run's id.
func BareID(run string) string {
	_, id, _ := strings.Cut(run, "/")
	return id
}

// space is the name space of derived ids.
var space = uuid.MustParse("b7a6e6c0-3f0e-5d1c-9a53-7065726f7273")

// DerivedID gives the id of what a run opens at a point: the same run and point
// give the same id whoever computes it and however often.
func DerivedID(run, point string) string {
	return uuid.NewSHA1(space, []byte(run+"\x00"+point)).String()
}
