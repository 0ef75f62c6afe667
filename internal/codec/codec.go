// Package codec encrypts what Percorso gives Temporal to keep: the payloads of
// its processes and the messages of failures, with AES-256-GCM. Ids, names and
// search attributes are not covered, which is why they are opaque or codes.
package codec

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

const (
	encoding      = "binary/encrypted"
	metadataKeyID = "encryption-key-id"
	keySize       = 32
)

// Errors that callers tell apart. None holds a key or anything of a payload.
var (
	// ErrNoKeys: the list of keys is empty.
	ErrNoKeys = errors.New("codec: no keys; expected kid:base64 of 32 bytes")
	// ErrUnknownKey: a payload was encrypted with a key that is not in the list.
	ErrUnknownKey = errors.New("codec: payload encrypted with a key that is not configured")
	// ErrPlain: a payload is not encrypted, so anybody who reaches Temporal may have written it.
	ErrPlain = errors.New("codec: payload is not encrypted")
	// ErrDamaged: a payload is not what was encrypted.
	ErrDamaged = errors.New("codec: encrypted payload is damaged or was altered")
)

var keyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// Codec is a converter.PayloadCodec. Safe for many goroutines.
type Codec struct {
	first string // id of the key that encrypts
	keys  map[string]cipher.AEAD
}

// New reads a list of keys, "kid:base64" each, separated by commas or lines.
// The first encrypts, all decrypt: to rotate, put the new key in front, and
// keep the old one as long as a run that used it is kept.
func New(list string) (*Codec, error) {
	c := &Codec{keys: map[string]cipher.AEAD{}}
	entries := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' })
	for i, entry := range entries {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		id, text, _ := strings.Cut(entry, ":")
		if !keyID.MatchString(id) {
			return nil, fmt.Errorf("codec: key %d has no usable id before the colon", i+1)
		}
		if _, twice := c.keys[id]; twice {
			return nil, fmt.Errorf("codec: key id %s is given twice", id)
		}
		// The decoder's own error would quote the key.
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("codec: key %s is not the base64 of %d bytes", id, keySize)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("codec: key %s: %w", id, err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("codec: key %s: %w", id, err)
		}
		if c.first == "" {
			c.first = id
		}
		c.keys[id] = aead
	}
	if c.first == "" {
		return nil, ErrNoKeys
	}
	return c, nil
}

// Encode encrypts each payload, metadata and all, under a nonce of its own.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	encoded := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("codec: marshal payload: %w", err)
		}
		encoded[i] = &commonpb.Payload{
			Metadata: map[string][]byte{
				converter.MetadataEncoding: []byte(encoding),
				metadataKeyID:              []byte(c.first),
			},
			// The cipher makes its own random nonce; the key's id is authenticated
			// along with the payload.
			Data: c.keys[c.first].Seal(nil, nil, plain, []byte(c.first)), //nolint:gosec // no nonce is given
		}
	}
	return encoded, nil
}

// Decode decrypts what Encode encrypted, and refuses everything else: whoever has
// no key can give a run nothing to work. The markers that the SDK writes for
// itself do not come through here.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	decoded := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encoding {
			return nil, ErrPlain
		}
		id := string(p.GetMetadata()[metadataKeyID])
		aead, ok := c.keys[id]
		if !ok {
			if !keyID.MatchString(id) {
				return nil, ErrDamaged
			}
			return nil, fmt.Errorf("%w: %s", ErrUnknownKey, id)
		}
		plain, err := aead.Open(nil, nil, p.GetData(), []byte(id))
		if err != nil {
			return nil, ErrDamaged
		}
		decoded[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, decoded[i]); err != nil {
			return nil, ErrDamaged
		}
	}
	return decoded, nil
}

// DataConverter is the SDK's own, with every payload encrypted. Clients and
// workers must use the same.
func (c *Codec) DataConverter() converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c)
}

// FailureConverter encrypts the messages and stack traces of failures too.
func (c *Codec) FailureConverter() converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          c.DataConverter(),
		EncodeCommonAttributes: true,
	})
}
