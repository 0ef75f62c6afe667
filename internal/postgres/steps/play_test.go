package steps_test

import (
	"os"
	"testing"
	"time"

	"percorso/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// play is a play of steps, with what the tests of this package do in it.
type play struct{ *postgrestest.Play }

func newPlay(t *testing.T) *play { return &play{postgrestest.NewPlay(t)} }

func newPlayAt(t *testing.T, now time.Time) *play {
	return &play{postgrestest.NewPlayAt(t, now)}
}

func newPlayToday(t *testing.T) *play { return &play{postgrestest.NewPlayToday(t)} }
