// Package invitation signs the one-time links that partners without an account
// answer through. A link holds the id of what it opens and until when it is
// good; that it is used once is the record's business. The signature is made
// when the mail is sent, and kept nowhere.
package invitation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"percorso/internal/secret"
)

// Errors that callers tell apart. None quotes the link.
var (
	// ErrForged: Percorso did not make the link, or it was altered.
	ErrForged = errors.New("invitation: not a link of ours")
	// ErrExpired: the link is past its time.
	ErrExpired = errors.New("invitation: the link is past its time")
)

// KeySize is how long a signing key is, in bytes.
const KeySize = secret.Size

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

// Key gives the signing key: the one that was configured, or one derived from
// the codec's keys. Links under way are void once it changes.
func Key(configured, codecKeys string) ([]byte, error) {
	key, err := secret.Key(configured, codecKeys, "one-time links")
	if err != nil {
		return nil, fmt.Errorf("invitation: %w", err)
	}
	return key, nil
}
