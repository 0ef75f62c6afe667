package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// sealer encrypts what is left with a browser, so that it can be read and changed here
// alone.
type sealer struct{ aead cipher.AEAD }

// errSeal says that something was not sealed here, or for another use.
var errSeal = errors.New("not sealed here for this use")

// newSealer makes a sealer of a key of 32 bytes. Without one it makes a key that ends
// with the process.
func newSealer(key []byte) (sealer, error) {
	if len(key) == 0 {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("the key of the logins: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fmt.Errorf("the key of the logins: %w", err)
	}
	return sealer{aead}, nil
}

// seal encrypts v for a use. What was sealed for one use opens for no other.
func (s sealer) seal(use string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.aead.Seal(nil, nil, plain, []byte(use)), nil //nolint:gosec // the nonce is random, by newSealer
}

// open reads into v what was sealed for a use. errSeal: it was not.
func (s sealer) open(use string, sealed []byte, v any) error {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(use))
	if err != nil {
		return errSeal
	}
	return json.Unmarshal(plain, v)
}

// sealText is seal for what goes into an address or a cookie.
func (s sealer) sealText(use string, v any) (string, error) {
	sealed, err := s.seal(use, v)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (s sealer) openText(use, text string, v any) error {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return errSeal
	}
	return s.open(use, sealed, v)
}
