// Package secret gives each use of a secret its own key, so that an installation
// has few secrets to keep.
package secret

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// Size is how long a key is, in bytes.
const Size = 32

// Key gives the key of a use: the one that was configured (base64 of Size bytes)
// or, where there is none, one derived for the use from the first of the codec's
// keys (as package codec reads them). Its errors quote no key.
func Key(configured, codecKeys, use string) ([]byte, error) {
	if configured != "" {
		return decode(configured, use)
	}
	first, _, _ := strings.Cut(strings.TrimLeft(codecKeys, ", \r\n\t"), "\n")
	first, _, _ = strings.Cut(first, ",")
	_, text, _ := strings.Cut(strings.TrimSpace(first), ":")
	root, err := decode(text, use)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, root, nil, "percorso "+use, Size)
	if err != nil {
		return nil, fmt.Errorf("the key of %s: %w", use, err)
	}
	return key, nil
}

func decode(text, use string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != Size {
		return nil, fmt.Errorf("the key of %s is not the base64 of %d bytes", use, Size)
	}
	return key, nil
}
