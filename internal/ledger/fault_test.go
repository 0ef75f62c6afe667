package ledger

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each fault is exactly one of the three that callers tell apart.
func TestFaults(t *testing.T) {
	for what, c := range map[string]struct {
		fault Fault
		is    string
	}{
		"no connection":             {Fault{Lost: true}, "away"},
		"it broke in a statement":   {Fault{Lost: true, SQLSTATE: "57P01"}, "away"},
		"connection exception":      {Fault{SQLSTATE: "08006"}, "away"},
		"too many connections":      {Fault{SQLSTATE: "53300"}, "away"},
		"statement timeout":         {Fault{SQLSTATE: "57014"}, "away"},
		"starting up":               {Fault{SQLSTATE: "57P03"}, "away"},
		"waited for a lock":         {Fault{SQLSTATE: "55P03"}, "away"},
		"the caller had no time":    {Fault{Cause: context.DeadlineExceeded}, "away"},
		"serialization":             {Fault{SQLSTATE: "40001"}, "conflict"},
		"deadlock":                  {Fault{SQLSTATE: "40P01"}, "conflict"},
		"a date out of range":       {Fault{SQLSTATE: "22008"}, "unwritable"},
		"a zero byte":               {Fault{SQLSTATE: "22021"}, "unwritable"},
		"a constraint":              {Fault{SQLSTATE: "23505"}, "unwritable"},
		"a right":                   {Fault{SQLSTATE: "42501"}, "unwritable"},
		"a form that does not read": {Fault{Place: "the form"}, "unwritable"},
	} {
		is := map[string]bool{"away": c.fault.Away(), "conflict": c.fault.Conflict(), "unwritable": c.fault.Unwritable()}
		for name, said := range is {
			require.Equal(t, name == c.is, said, "%s: %s", what, name)
		}
		if c.fault.Cause != nil {
			require.ErrorIs(t, &c.fault, c.fault.Cause)
		}
	}
}

func TestFaultSaysWhereAndNoMore(t *testing.T) {
	require.Equal(t, "postgres: SQLSTATE 23505: table person", (&Fault{SQLSTATE: "23505", Place: "table person"}).Error())
	require.Equal(t, "postgres: no connection", (&Fault{Lost: true}).Error())
	for code, f := range map[string]Fault{
		"40001": {SQLSTATE: "40001", Cause: context.DeadlineExceeded}, "57014": {Lost: true, Cause: context.DeadlineExceeded}, "08006": {Lost: true, Place: "a type"}, CodeUnreadable: {Place: "the form"},
	} {
		require.Equal(t, code, f.Code())
	}
}
