package versions

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// linked is the build id that the linker was given, as a release does:
// -ldflags "-X percorso/internal/versions.linked=1.4.0".
var linked string

// Own is the build id of this binary: the one that it was linked with, else a
// digest of the binary, so that it is the same wherever and whenever this binary runs.
func Own() (string, error) {
	if linked != "" {
		return linked, nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("which binary this is: %w", err)
	}
	binary, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading this binary: %w", err)
	}
	defer func() { _ = binary.Close() }()
	digest := sha256.New()
	if _, err := io.Copy(digest, binary); err != nil {
		return "", fmt.Errorf("reading this binary: %w", err)
	}
	return hex.EncodeToString(digest.Sum(nil))[:16], nil
}
