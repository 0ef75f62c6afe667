package fuzz_test

import "math/rand/v2"

// choices are the bytes of an input, each of which decides something. Where they
// end the plainest is chosen, so that a shorter input is a simpler request.
type choices struct {
	bytes []byte
	taken int
}

// below chooses a number from 0 to n-1.
func (c *choices) below(n int) int {
	if n <= 1 {
		return 0
	}
	chosen := 0
	for size := 1; size < n; size *= 256 {
		chosen = chosen*256 + int(c.next())
	}
	return chosen % n
}

func (c *choices) next() byte {
	if c.taken == len(c.bytes) {
		return 0
	}
	c.taken++
	return c.bytes[c.taken-1]
}

// one says yes once in n times; never where the bytes have ended.
func (c *choices) one(n int) bool { return c.below(n) == n-1 }

func pick[T any](c *choices, list []T) T { return list[c.below(len(list))] }

// random are the bytes of an input that a test draws.
func random(r *rand.Rand) []byte {
	bytes := make([]byte, 24+r.IntN(200))
	for i := range bytes {
		bytes[i] = byte(r.Uint32())
	}
	return bytes
}
