package apitest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"percorso/internal/care"
	"percorso/internal/ledger"
	"percorso/internal/queue"
)

// Numbers keeps those of a desk in memory.
type Numbers struct {
	mu   sync.Mutex
	now  func() time.Time
	list []queue.Ticket
}

// Numbers lists them.
func (n *Numbers) Numbers(_ context.Context, who care.Staff) ([]queue.Ticket, error) {
	if !queue.MayCount(who) {
		return nil, ledger.ErrForbidden
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.list), nil
}

// Days has one that is over.
func (n *Numbers) Days(_ context.Context, who care.Staff) ([]queue.Day, error) {
	if !queue.MayCount(who) {
		return nil, ledger.ErrForbidden
	}
	return []queue.Day{{Day: care.DayOf(n.now().AddDate(0, 0, -1)), Taken: 3, Served: 2, Gone: 1}}, nil
}

// Take gives the next one.
func (n *Numbers) Take(_ context.Context, _ care.Staff, _ string, form queue.NewNumber) (queue.Ticket, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var topics []care.Named // those of the delivered zones
	for _, code := range []string{"immigration", "school", "social_inclusion", "labour", "housing", "training", "health", "other"} {
		topics = append(topics, care.Named{Code: code})
	}
	if faults := form.Check(care.Policy{Desk: care.Desk{Topics: topics}}); len(faults) > 0 {
		return queue.Ticket{}, care.Refuse(faults...)
	}
	t := queue.Ticket{ID: uuid.NewString(), Number: len(n.list) + 1, Topic: form.Topic, Language: form.Language, State: queue.Waiting, Taken: n.now()}
	n.list = append(n.list, t)
	return t, nil
}

// CallNext calls the first that waits.
func (n *Numbers) CallNext(ctx context.Context, who care.Staff, _ string) (queue.Ticket, error) {
	list, _ := n.Numbers(ctx, who)
	i := slices.IndexFunc(list, func(t queue.Ticket) bool { return t.State == queue.Waiting })
	if i < 0 {
		return queue.Ticket{}, care.RefuseChanged(queue.Nobody)
	}
	return n.Becomes(ctx, who, list[i].ID, queue.Called)
}

// Becomes changes one.
func (n *Numbers) Becomes(_ context.Context, _ care.Staff, id string, to queue.State) (queue.Ticket, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := slices.IndexFunc(n.list, func(t queue.Ticket) bool { return t.ID == id })
	if i < 0 {
		return queue.Ticket{}, ledger.ErrNotFound
	}
	n.list[i].State = to
	return n.list[i], nil
}
