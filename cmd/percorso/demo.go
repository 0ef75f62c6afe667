package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"percorso/deploy"
	"percorso/internal/care"
	"percorso/internal/client"
	"percorso/internal/walk"
	"percorso/internal/zone"
)

func init() {
	commands = append(commands, command{"demo", "", "fill the running stack with made-up people at every stage (make demo)", alone(demo)})
}

const (
	// demoParallel is how many people of a zone are walked at the same time.
	demoParallel = 4
	// demoLimit bounds the whole run, should the stack not answer.
	demoLimit = 5 * time.Minute
)

// demo fills every delivered zone, through the REST API alone and with the demo
// accounts of the one-machine stack. Each run adds.
func demo(ctx context.Context, out io.Writer) error {
	address := os.Getenv("PERCORSO_PUBLIC_URL")
	if address == "" {
		return errors.New("PERCORSO_PUBLIC_URL is not set: make demo runs this beside the stack")
	}
	policies, err := zone.Load(deploy.Zones())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, demoLimit, fmt.Errorf("not done within %s", demoLimit))
	defer cancel()
	began := time.Now()
	towns := make([]*town, 0, len(policies))
	for _, p := range policies {
		t, err := newTown(ctx, address, p.Zone)
		if err != nil {
			return err
		}
		towns = append(towns, t)
	}
	stop := showProgress(out, towns)
	group, groupCtx := errgroup.WithContext(ctx)
	for _, t := range towns {
		group.Go(func() error { return t.fill(groupCtx) })
	}
	err = group.Wait()
	stop()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Done in %.0f s: %d people with a case file in %d zones. Log in on %s.\n",
		time.Since(began).Seconds(), len(towns)*len(walk.Stories), len(towns), address)
	return err
}

// town is one zone that is being filled.
type town struct {
	*walk.Town
	first int // number of the first person that this run adds
	done  atomic.Int32
}

// newTown logs the zone's demo accounts in, and reads where its numbers stand.
func newTown(ctx context.Context, address, code string) (*town, error) {
	entered, err := walk.Enter(ctx, address, code, client.Tokens, demoParallel)
	if err != nil {
		return nil, err
	}
	t := &town{Town: entered, first: 1}
	newest, err := t.Staff[care.Supervisor].CaseFiles(ctx, 1)
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", code, err)
	}
	if len(newest.Items) > 0 {
		number := newest.Items[0].Number
		last, err := strconv.Atoi(number[strings.LastIndexByte(number, '-')+1:])
		if err != nil {
			return nil, fmt.Errorf("case number %s has no number", number)
		}
		t.first = last + 1
	}
	return t, nil
}

// fill records the contacts, and walks one person through each story.
func (t *town) fill(ctx context.Context) error {
	if err := t.contacts(ctx); err != nil {
		return fmt.Errorf("%s: a contact: %w", t.Policy.Zone, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(demoParallel)
	for i, s := range walk.Stories {
		group.Go(func() error {
			person := &walk.Person{Town: t.Town, Number: t.first + i}
			if err := s.Walk(ctx, person); err != nil {
				return fmt.Errorf("%s, %s: %w", t.Policy.Zone, s.Stage, err)
			}
			t.done.Add(1)
			return nil
		})
	}
	return group.Wait()
}

// contacts records people who only asked: a contact names nobody.
func (t *town) contacts(ctx context.Context) error {
	for i, topic := range t.Policy.Desk.Topics {
		outcome := "information"
		if i%3 == 0 {
			outcome = "consultation"
		}
		citizenship, language := walk.Origin(i)
		_, err := t.Staff[care.DeskOperator].RecordContact(ctx, "", client.NewContact{
			Topic: topic.Code, Language: language, Channel: t.Channel(i),
			Citizenship: citizenship, Outcome: outcome, Note: "Contatto di prova",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// showProgress says how far each zone is until the returned function is called:
// on a terminal in one line that changes, else in a line every few seconds.
func showProgress(out io.Writer, towns []*town) (stop func()) {
	line := func() string {
		var parts []string
		for _, t := range towns {
			parts = append(parts, fmt.Sprintf("%s %d/%d", t.Policy.Zone, t.done.Load(), len(walk.Stories)))
		}
		return strings.Join(parts, "   ")
	}
	begin, end, every := "", "\n", 5*time.Second
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		begin, end, every = "\r", "", 200*time.Millisecond
	}
	ended := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				_, _ = fmt.Fprint(out, begin, line(), "\n")
				return
			case <-ticker.C:
				_, _ = fmt.Fprint(out, begin, line(), end)
			}
		}
	})
	return func() {
		close(ended)
		shown.Wait()
	}
}
