package agenda

import (
	"slices"
	"time"
)

// busy are the times that are taken, in their order: so a slot is compared with those around
// it, however many there are in the weeks that are looked at.
type busy struct {
	taken   []Taken
	longest time.Duration
}

func busyWith(taken []Taken) busy {
	b := busy{taken: slices.SortedFunc(slices.Values(taken), func(x, y Taken) int { return x.At.Compare(y.At) })}
	for _, t := range taken {
		b.longest = max(b.longest, t.Until.Sub(t.At))
	}
	return b
}

// around are those that may fall into a slot, and some besides.
func (b busy) around(s Slot) []Taken {
	begins := func(t Taken, at time.Time) int { return t.At.Compare(at) }
	from, _ := slices.BinarySearchFunc(b.taken, s.At.Add(-b.longest), begins)
	to, _ := slices.BinarySearchFunc(b.taken, s.Until, begins)
	return b.taken[from:to]
}
