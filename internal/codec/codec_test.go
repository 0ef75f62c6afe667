package codec_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"percorso/internal/codec"
)

const marker = "PersonaProva0001"

// key is an entry of the list of keys, with a random key.
func key(t testing.TB, id string) string {
	t.Helper()
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	return id + ":" + base64.StdEncoding.EncodeToString(random)
}

func open(t *testing.T, list string) *codec.Codec {
	t.Helper()
	c, err := codec.New(list)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func encode(t *testing.T, c *codec.Codec, text string) *commonpb.Payload {
	t.Helper()
	p, err := c.DataConverter().ToPayload(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEncryptsWholePayload(t *testing.T) {
	c := open(t, key(t, "k1"))
	p := encode(t, c, marker)
	raw, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte(marker)) || bytes.Contains(raw, []byte("json/plain")) {
		t.Error("payload shows its content")
	}
	if got := string(p.Metadata["encryption-key-id"]); got != "k1" {
		t.Errorf("key id %q", got)
	}
	var back string
	if err := c.DataConverter().FromPayload(p, &back); err != nil || back != marker {
		t.Errorf("decoded %q, %v", back, err)
	}
}

func TestNonceIsRandom(t *testing.T) {
	c := open(t, key(t, "k1"))
	seen := map[string]bool{}
	for range 100 {
		seen[string(encode(t, c, marker).Data)] = true
	}
	if len(seen) != 100 {
		t.Errorf("%d different ciphertexts of 100", len(seen))
	}
}

func TestRotation(t *testing.T) {
	old, fresh := key(t, "k1"), key(t, "k2")
	before := encode(t, open(t, old), marker)
	rotated := open(t, fresh+","+old)
	var back string
	if err := rotated.DataConverter().FromPayload(before, &back); err != nil || back != marker {
		t.Errorf("old payload after rotation: %q, %v", back, err)
	}
	after := encode(t, rotated, marker)
	if got := string(after.Metadata["encryption-key-id"]); got != "k2" {
		t.Errorf("encrypts with %s after rotation", got)
	}
	err := open(t, old).DataConverter().FromPayload(after, &back)
	if !errors.Is(err, codec.ErrUnknownKey) || !strings.Contains(err.Error(), "k2") {
		t.Errorf("unknown key: %v", err)
	}
}

func TestRefusesAlteredPayloads(t *testing.T) {
	c := open(t, key(t, "k1")+"\n"+key(t, "k2"))
	alter := map[string]func(*commonpb.Payload){
		"data":          func(p *commonpb.Payload) { p.Data[len(p.Data)/2] ^= 1 },
		"nonce":         func(p *commonpb.Payload) { p.Data[0] ^= 1 },
		"cut":           func(p *commonpb.Payload) { p.Data = p.Data[:5] },
		"empty":         func(p *commonpb.Payload) { p.Data = nil },
		"another key":   func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("k2") },
		"no key id":     func(p *commonpb.Payload) { delete(p.Metadata, "encryption-key-id") },
		"strange keyid": func(p *commonpb.Payload) { p.Metadata["encryption-key-id"] = []byte("\n\x00") },
	}
	for name, do := range alter {
		p := encode(t, c, marker)
		do(p)
		if _, err := c.Decode([]*commonpb.Payload{p}); !errors.Is(err, codec.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusesWhatIsNotEncrypted(t *testing.T) {
	c := open(t, key(t, "k1"))
	for name, plain := range map[string]*commonpb.Payload{
		"plain":         {Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"x"`)},
		"null":          {Metadata: map[string][]byte{"encoding": []byte("binary/null")}},
		"bytes":         {Metadata: map[string][]byte{"encoding": []byte("binary/plain")}, Data: []byte("x")},
		"no encoding":   {Data: []byte(`"x"`)},
		"key id alone":  {Metadata: map[string][]byte{"encryption-key-id": []byte("k1")}, Data: []byte(`"x"`)},
		"another's one": {Metadata: map[string][]byte{"encoding": []byte("binary/encrypted2")}, Data: []byte(`"x"`)},
	} {
		if _, err := c.Decode([]*commonpb.Payload{encode(t, c, marker), plain}); !errors.Is(err, codec.ErrPlain) {
			t.Errorf("%s: %v", name, err)
		}
		var back string
		if err := c.DataConverter().FromPayload(plain, &back); !errors.Is(err, codec.ErrPlain) || back != "" {
			t.Errorf("%s: %q, %v", name, back, err)
		}
	}
}

func TestInputsAreNotMutated(t *testing.T) {
	c := open(t, key(t, "k1"))
	in := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"x"`)}
	copied := proto.Clone(in)
	out, err := c.Encode([]*commonpb.Payload{in})
	if err != nil || !proto.Equal(in, copied) {
		t.Fatalf("encode: %v", err)
	}
	copied = proto.Clone(out[0])
	if _, err := c.Decode(out); err != nil || !proto.Equal(out[0], copied) {
		t.Fatalf("decode: %v", err)
	}
}

func TestFailuresAreEncrypted(t *testing.T) {
	f := open(t, key(t, "k1")).FailureConverter()
	failure := f.ErrorToFailure(temporal.NewApplicationError(marker, "code", marker))
	raw, err := proto.Marshal(failure)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte(marker)) {
		t.Error("failure shows its message")
	}
	if back := f.FailureToError(failure); !strings.Contains(back.Error(), marker) {
		t.Errorf("decoded %v", back)
	}
}

func TestListsOfKeys(t *testing.T) {
	good := key(t, "k1")
	for name, list := range map[string]string{
		"empty":       "",
		"only spaces": " ,\n ",
		"no colon":    "k1",
		"no id":       strings.TrimPrefix(good, "k1"),
		"odd id":      "k 1" + strings.TrimPrefix(good, "k1"),
		"not base64":  "k1:" + marker + "!",
		"too short":   "k1:c2hvcnQ=",
		"twice":       good + "," + good,
	} {
		_, err := codec.New(list)
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), marker) {
			t.Errorf("%s: error shows the key", name)
		}
	}
	if _, err := codec.New("\n" + good + "\r\n\n"); err != nil {
		t.Errorf("lines of a file: %v", err)
	}
}

func TestManyGoroutines(t *testing.T) {
	c := open(t, key(t, "k1"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				var back string
				if err := c.DataConverter().FromPayload(encode(t, c, marker), &back); err != nil || back != marker {
					t.Errorf("%q, %v", back, err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkCodec(b *testing.B) {
	c, err := codec.New(key(b, "k1"))
	if err != nil {
		b.Fatal(err)
	}
	in := []*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: bytes.Repeat([]byte("x"), 500)}}
	for b.Loop() {
		out, err := c.Encode(in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Decode(out); err != nil {
			b.Fatal(err)
		}
	}
}
