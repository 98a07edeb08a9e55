package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"faqbot/internal/discord/discordtest"
)

// trouble makes faults, of each sort one at a time.
type trouble struct {
	fake    *discordtest.Server
	ledger  *ledger
	refusal string // the channel to forbid
	file    string // of the database

	mu    sync.Mutex
	count map[string]int // faults by name
	down  time.Duration  // without a session
}

// A fault makes its trouble, and returns when that is over.
type fault struct {
	name string
	make func(context.Context, *rand.Rand) error
}

// sort is a list of faults that take turns, with the time between two of them.
type sort struct {
	faults      []fault
	least, most time.Duration
}

// sorts lists all faults. Those of the gateway leave it time to settle: the bot takes failures within a minute for one outage, and waits
// longer each time.
func (t *trouble) sorts() []sort {
	return []sort{
		{t.callFaults(), time.Second, 6 * time.Second},
		{t.gatewayFaults(), 10 * time.Second, 70 * time.Second},
		{[]fault{{"database locked", t.lockDatabase}}, 8 * time.Second, 40 * time.Second},
	}
}

// names lists all faults in the order of the table.
func (t *trouble) names() []string {
	var all []string
	for _, s := range t.sorts() {
		for _, f := range s.faults {
			all = append(all, f.name)
		}
	}
	return all
}

// run makes faults until the context ends, and returns when the last is over.
func (t *trouble) run(ctx context.Context, seed uint64) error {
	var group sync.WaitGroup
	errs := make(chan error, len(t.sorts()))
	for i, s := range t.sorts() {
		group.Go(func() {
			errs <- t.take(ctx, s, rand.New(rand.NewPCG(seed, uint64(i)))) //nolint:gosec // what goes wrong is no secret
		})
	}
	group.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// take makes the faults of a sort: all of them in a drawn order, and again. The first comes soon, so that a short run has some, too.
func (t *trouble) take(ctx context.Context, s sort, dice *rand.Rand) error {
	wait := s.least / 2
	for {
		for _, i := range dice.Perm(len(s.faults)) {
			if !sleep(ctx, wait) {
				return nil
			}
			f := s.faults[i]
			t.mu.Lock()
			t.count[f.name]++
			t.mu.Unlock()
			if err := f.make(ctx, dice); err != nil {
				return fmt.Errorf("make the fault %q: %w", f.name, err)
			}
			wait = between(dice, s.least, s.most)
		}
	}
}

// made is how many faults there were so far.
func (t *trouble) made() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, times := range t.count {
		n += times
	}
	return n
}

// sleep waits, and reports false when the context ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func between(dice *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(dice.Int64N(int64(most-least)))
}

const (
	everything   = ""
	interactions = "/interactions/"
	channels     = "/channels/"
)

// callFaults are those of REST.
func (t *trouble) callFaults() []fault {
	limited := func(scope string, prefixes ...string) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, dice *rand.Rand) error {
			after := between(dice, 100*time.Millisecond, 1500*time.Millisecond)
			prefix := prefixes[dice.IntN(len(prefixes))]
			t.inject(ctx, dice, discordtest.Rule{Prefix: prefix, Times: 1 + dice.IntN(10), Answer: discordtest.RateLimited(after, scope)})
			return nil
		}
	}
	return []fault{
		{"429 of a bucket", limited("user", interactions, channels)},
		{"429 shared", limited("shared", interactions, channels)},
		{"429 global", t.limitAll(channels, func(after time.Duration) discordtest.Answer { return discordtest.RateLimited(after, "global") })},
		{"429 as HTML", t.limitAll(everything, discordtest.Banned)},
		{"5xx storm", t.storm(func(dice *rand.Rand) discordtest.Rule {
			status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
			return discordtest.Rule{Answer: discordtest.Unavailable(status[dice.IntN(len(status))])}
		})},
		{"slow answers", t.storm(func(dice *rand.Rand) discordtest.Rule {
			return discordtest.Rule{Delay: between(dice, 500*time.Millisecond, 2800*time.Millisecond)}
		})},
		{"hang-ups", t.storm(func(*rand.Rand) discordtest.Rule { return discordtest.Rule{Drop: true} })},
		{"answers lost", t.storm(func(*rand.Rand) discordtest.Rule { return discordtest.Rule{Drop: true, Apply: true} })},
		{"403", t.forbid},
	}
}

// inject lets a rule answer for some seconds at most, and then takes it away.
func (t *trouble) inject(ctx context.Context, dice *rand.Rand, r discordtest.Rule) {
	t.fake.Inject(r)
	sleep(ctx, between(dice, time.Second, 4*time.Second))
	t.fake.ClearRules()
}

// storm makes a fault of all calls, or of some of a hundred.
func (t *trouble) storm(rule func(*rand.Rand) discordtest.Rule) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, dice *rand.Rand) error {
		r := rule(dice)
		r.Prefix = []string{everything, interactions, channels}[dice.IntN(3)]
		r.Times = []int{-1, 1 + dice.IntN(100)}[dice.IntN(2)]
		t.inject(ctx, dice, r)
		return nil
	}
}

// limitAll answers a few calls in a way that stops others, too: the bot holds back what goes out under that limit.
func (t *trouble) limitAll(prefix string, answer func(time.Duration) discordtest.Answer) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, dice *rand.Rand) error {
		after := between(dice, time.Second, 3*time.Second)
		s := t.ledger.begin(func(it *item) bool { return prefix == everything || it.kind.message() })
		t.inject(ctx, dice, discordtest.Rule{Prefix: prefix, Times: 1 + dice.IntN(3), Answer: answer(after)})
		t.ledger.end(s, time.Now().Add(after))
		return nil
	}
}

// forbid lets the bot write nothing in one channel. The bot then leaves that alone for a minute.
func (t *trouble) forbid(ctx context.Context, dice *rand.Rand) error {
	const quiet, spare = time.Minute, time.Second
	s := t.ledger.begin(func(it *item) bool { return it.channel == t.refusal })
	const missingPermissions = 50013
	t.inject(ctx, dice, discordtest.Rule{
		Prefix: channels + t.refusal + "/", Times: -1, Answer: discordtest.Failure(http.StatusForbidden, missingPermissions, "Missing Permissions"),
	})
	t.ledger.end(s, time.Now().Add(quiet+spare))
	return nil
}

// gatewayFaults end the connection, or keep it from being one.
func (t *trouble) gatewayFaults() []fault {
	g := t.fake.Gateway
	broken := func(how func(*rand.Rand)) func(context.Context, *rand.Rand) error {
		return func(ctx context.Context, dice *rand.Rand) error { return t.outage(ctx, func() { how(dice) }) }
	}
	return []fault{
		{"gateway dropped", broken(func(*rand.Rand) { g.Drop() })},
		{"op 7", broken(func(*rand.Rand) { g.SendOp7() })},
		{"op 9, resumable", broken(func(*rand.Rand) { g.SendOp9(true) })},
		{"op 9", broken(func(*rand.Rand) { g.SendOp9(false) })},
		{"half-open socket", broken(func(*rand.Rand) { g.Halt() })},
		{"close 4000", broken(func(*rand.Rand) { g.CloseWith(4000) })},
		{"reconnect fails", broken(func(dice *rand.Rand) {
			g.NextDials([]discordtest.Dial{discordtest.DialRefused, discordtest.DialReconnect, discordtest.DialOp9}[dice.IntN(3)])
			g.Drop()
		})},
		{"event repeated", func(context.Context, *rand.Rand) error {
			g.Repeat()
			return nil
		}},
	}
}

// outage waits until the bot has a session again. What comes meanwhile arrives with a resume, or never.
func (t *trouble) outage(ctx context.Context, how func()) error {
	const patience, spare = 3 * time.Minute, 500 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience) // the end of the run is no end of the outage
	defer cancel()
	before := t.fake.Gateway.Stats()
	s := t.ledger.begin(func(*item) bool { return true })
	began := time.Now()
	how()
	_, err := t.fake.Gateway.Wait(ctx, func(st discordtest.Stats) bool {
		return st.Live > 0 && st.Ready+st.Resumed > before.Ready+before.Resumed
	})
	if err != nil {
		return fmt.Errorf("no session again within %s: %w", patience, err)
	}
	t.ledger.end(s, time.Now().Add(spare))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down += time.Since(began)
	return nil
}

// lockDatabase holds the lock that every write needs, as a backup or another program may.
func (t *trouble) lockDatabase(ctx context.Context, dice *rand.Rand) (err error) {
	db, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(t.file, "?", "%3f")) // the store has brought the driver
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer func() { _ = db.Close() }() // ends the transaction as well
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }()
	for _, statement := range []string{"PRAGMA busy_timeout = 5000", "BEGIN IMMEDIATE"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	sleep(ctx, between(dice, 500*time.Millisecond, 4*time.Second))
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		return fmt.Errorf("let go: %w", err)
	}
	return nil
}
