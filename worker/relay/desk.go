package relay

import (
	"sync"

	"percorso/internal/ledger"
)

// desk holds the entries that the relay has taken and not yet brought. It gives
// them out so that those of one run go one after the other, in their order, and
// those of one case take no more than a share of the hands.
type desk struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting []ledger.Wake   // in the order in which they were taken
	held    map[string]bool // ids of those waiting and those being brought
	runs    map[string]bool // that an entry is being brought to
	inHand  map[string]int  // entries by case, waiting and being brought
	brought map[string]int  // entries by case, being brought
	closed  bool
}

func newDesk() *desk {
	d := &desk{held: map[string]bool{}, runs: map[string]bool{}, inHand: map[string]int{}, brought: map[string]int{}}
	d.changed = sync.NewCond(&d.mu)
	return d
}

// put lays entries on the desk, but those that lie there already.
func (d *desk) put(wakes []ledger.Wake) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range wakes {
		if d.held[w.ID] {
			continue
		}
		d.held[w.ID] = true
		d.inHand[w.Case]++
		d.waiting = append(d.waiting, w)
	}
	d.changed.Broadcast()
}

// take waits for an entry that may be brought now; false: the desk is closed.
// Whoever takes one says done.
func (d *desk) take() (ledger.Wake, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.closed {
		for i, w := range d.waiting {
			if d.runs[w.Run] || d.brought[w.Case] >= share(hands) {
				continue
			}
			d.waiting = append(d.waiting[:i:i], d.waiting[i+1:]...)
			d.runs[w.Run] = true
			d.brought[w.Case]++
			return w, true
		}
		d.changed.Wait()
	}
	return ledger.Wake{}, false
}

// done says that an entry was brought, or could not be: then those behind it for
// the same run are put down too, so that they do not overtake it.
func (d *desk) done(w ledger.Wake, failed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.runs, w.Run)
	less(d.brought, w.Case)
	d.drop(w)
	if failed {
		kept := d.waiting[:0:0]
		for _, behind := range d.waiting {
			if behind.Run == w.Run {
				d.drop(behind)
				continue
			}
			kept = append(kept, behind)
		}
		d.waiting = kept
	}
	d.changed.Broadcast()
}

func (d *desk) drop(w ledger.Wake) {
	delete(d.held, w.ID)
	less(d.inHand, w.Case)
}

// room waits until there is room for more entries, and says for how many. Busy
// are the cases that have their share of them already.
func (d *desk) room() (free int, busy []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.closed && len(d.held) > batch/2 {
		d.changed.Wait()
	}
	for id, n := range d.inHand {
		if n >= share(batch) {
			busy = append(busy, id)
		}
	}
	return batch - len(d.held), busy
}

// close lets everybody go who waits at the desk.
func (d *desk) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.changed.Broadcast()
}

// share is what one case may have of something: a quarter.
func share(all int) int { return all / 4 }

func less(counts map[string]int, key string) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}
