// Package seal encrypts what is kept elsewhere, so that it can be read and changed here
// alone: with a browser, or in the database.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// Sealer encrypts by a key.
type Sealer struct{ aead cipher.AEAD }

// Err says that something was not sealed here, or for another use.
var Err = errors.New("not sealed here for this use")

// New makes a sealer of a key of 32 bytes. Without one it makes a key that ends
// with the process.
func New(key []byte) (Sealer, error) {
	if len(key) == 0 {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return Sealer{}, fmt.Errorf("the key of the logins: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return Sealer{}, fmt.Errorf("the key of the logins: %w", err)
	}
	return Sealer{aead}, nil
}

// Seal encrypts v for a use. What was sealed for one use opens for no other.
func (s Sealer) Seal(use string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return s.aead.Seal(nil, nil, plain, []byte(use)), nil //nolint:gosec // the nonce is random, by New
}

// Open reads into v what was sealed for a use. Err: it was not.
func (s Sealer) Open(use string, sealed []byte, v any) error {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(use))
	if err != nil {
		return Err
	}
	return json.Unmarshal(plain, v)
}

// SealText is Seal for what goes into an address or a cookie.
func (s Sealer) SealText(use string, v any) (string, error) {
	sealed, err := s.Seal(use, v)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenText is Open for what SealText made.
func (s Sealer) OpenText(use, text string, v any) error {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Err
	}
	return s.Open(use, sealed, v)
}
