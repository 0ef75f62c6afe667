package agenda_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/agenda"
)

func TestNoAppointmentIsLeftUnsaidAtASuspension(t *testing.T) {
	for name, test := range map[string]struct {
		stands, kept []string
		want         string
	}{
		"nothing stands":              {nil, nil, ""},
		"what was cancelled is named": {nil, []string{"a"}, ""},
		"all are kept":                {[]string{"a", "b"}, []string{"b", "a"}, ""},
		"one is not named":            {[]string{"a", "b"}, []string{"b"}, agenda.Unsaid},
		"one is being fixed":          {[]string{"a", agenda.BeingFixed}, []string{"a"}, agenda.Fixing},
		"both":                        {[]string{agenda.BeingFixed, "a"}, nil, agenda.Unsaid},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, agenda.Meanwhile(test.stands, test.kept)) })
	}
}
