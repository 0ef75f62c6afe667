// Package invitation signs the one-time links that partners without an account
// answer through. A link holds the id of what it opens and until when it is
// good; that it is used once is the record's business. The signature is made
// when the mail is sent, and kept nowhere.
package invitation

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Errors that callers tell apart. None quotes the link.
var (
	// ErrForged: Percorso did not make the link, or it was altered.
	ErrForged = errors.New("invitation: not a link of ours")
	// ErrExpired: the link is past its time.
	ErrExpired = errors.New("invitation: the link is past its time")
)

// KeySize is how long a signing key is, in bytes.
const KeySize = 32

// mostToken bounds what is looked at; a link of ours has about 90 characters.
const mostToken = 200

// Sign makes the last part of a link's address: id.expiry.signature. The expiry
// is kept to the second.
func Sign(key []byte, id string, expiry time.Time) string {
	content := id + "." + strconv.FormatInt(expiry.Unix(), 10)
	return content + "." + base64.RawURLEncoding.EncodeToString(mac(key, content))
}

// Open reads the id that a link was made for. ErrExpired comes with the id, so
// that a new link may be asked for; ErrForged without. No link is good for a key
// of another size than KeySize.
func Open(key []byte, token string, now time.Time) (id string, err error) {
	cut := strings.LastIndexByte(token, '.')
	if len(key) != KeySize || cut < 0 || len(token) > mostToken {
		return "", ErrForged
	}
	content := token[:cut]
	given, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil || !hmac.Equal(given, mac(key, content)) {
		return "", ErrForged
	}
	id, text, _ := strings.Cut(content, ".")
	expiry, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", ErrForged
	}
	if now.Unix() >= expiry {
		return id, ErrExpired
	}
	return id, nil
}

func mac(key []byte, content string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(content))
	return h.Sum(nil)
}

// Key gives the signing key: the one that was configured (base64 of KeySize
// bytes) or, where there is none, one derived from the first of the codec's keys
// (as package codec reads them), so that an installation has one secret less to
// keep. Links under way are void once it changes. Its errors quote no key.
func Key(configured, codecKeys string) ([]byte, error) {
	if configured != "" {
		return decode(configured)
	}
	first, _, _ := strings.Cut(strings.TrimLeft(codecKeys, ", \r\n\t"), "\n")
	first, _, _ = strings.Cut(first, ",")
	_, text, _ := strings.Cut(strings.TrimSpace(first), ":")
	secret, err := decode(text)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "percorso one-time links", KeySize)
	if err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	return key, nil
}

func decode(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("invitation: the key of links is not the base64 of %d bytes", KeySize)
	}
	return key, nil
}
