package secret_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"percorso/internal/secret"
)

func TestEachUseHasItsOwnKey(t *testing.T) {
	root := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", secret.Size)))
	configured, err := secret.Key(root, "", "searches")
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("k", secret.Size), string(configured))
	searches, err := secret.Key("", "k1:"+root, "searches")
	require.NoError(t, err)
	require.Len(t, searches, secret.Size)
	again, err := secret.Key("", "\nk1:"+root+"\nk0:other", "searches")
	require.NoError(t, err)
	require.Equal(t, searches, again)
	links, err := secret.Key("", "k1:"+root, "one-time links")
	require.NoError(t, err)
	require.NotEqual(t, searches, links)
	for _, wrong := range [][2]string{{"short", ""}, {"", ""}, {"", "k1:short"}} {
		_, err := secret.Key(wrong[0], wrong[1], "searches")
		require.ErrorContains(t, err, "the key of searches is not the base64 of 32 bytes")
	}
}
