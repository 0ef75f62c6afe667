package invitation_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"percorso/internal/invitation"
)

const someID = "0197f4e2-0000-7000-8000-000000000001"

var (
	key  = []byte(strings.Repeat("k", invitation.KeySize))
	then = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

func TestLinkOpensWhatItWasMadeFor(t *testing.T) {
	token := invitation.Sign(key, someID, then)
	require.Regexp(t, `^[0-9a-f-]{36}\.[0-9]+\.[A-Za-z0-9_-]{43}$`, token)
	id, err := invitation.Open(key, token, then.Add(-time.Second))
	require.NoError(t, err)
	require.Equal(t, someID, id)
}

func TestLinkPastItsTimeStillSaysWhatItWasFor(t *testing.T) {
	id, err := invitation.Open(key, invitation.Sign(key, someID, then), then)
	require.ErrorIs(t, err, invitation.ErrExpired)
	require.Equal(t, someID, id)
}

func TestForgedLinks(t *testing.T) {
	good := invitation.Sign(key, someID, then)
	later := strings.Replace(good, ".17", ".27", 1)
	require.NotEqual(t, good, later)
	for _, forged := range []string{
		"", ".", "..", someID, good[:len(good)-1], good + "A", later, "x" + good, strings.Repeat("a", 5000),
		strings.Replace(good, "0001.", "0002.", 1), invitation.Sign([]byte("another key"), someID, then),
	} {
		id, err := invitation.Open(key, forged, then.Add(-time.Hour))
		require.ErrorIs(t, err, invitation.ErrForged, forged)
		require.Empty(t, id)
	}
}

func TestNoKeyOpensNothing(t *testing.T) {
	_, err := invitation.Open(nil, invitation.Sign(nil, someID, then), then.Add(-time.Hour))
	require.ErrorIs(t, err, invitation.ErrForged)
}

func TestKey(t *testing.T) {
	text := base64.StdEncoding.EncodeToString(key)
	own, err := invitation.Key(text, "")
	require.NoError(t, err)
	require.Equal(t, key, own)

	derived, err := invitation.Key("", "k1:"+text)
	require.NoError(t, err)
	require.Len(t, derived, invitation.KeySize)
	require.NotEqual(t, key, derived, "the codec's key signs no links itself")
	for _, list := range []string{"\n k1:" + text + "\nk2:other", "k1:" + text + ",k2:other"} {
		same, err := invitation.Key("", list)
		require.NoError(t, err)
		require.Equal(t, derived, same, "the first key counts")
	}

	for _, wrong := range [][2]string{{"geheim", ""}, {"", ""}, {"", "k1:geheim"}} {
		_, err := invitation.Key(wrong[0], wrong[1])
		require.Error(t, err)
		require.NotContains(t, err.Error(), "geheim")
	}
}
