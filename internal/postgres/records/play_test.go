package records_test

import (
	"os"
	"testing"

	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// play is a play of steps, with what the tests of this package do in it.
type play struct{ *postgrestest.Play }

func newPlay(t *testing.T) *play { return &play{postgrestest.NewPlay(t)} }
