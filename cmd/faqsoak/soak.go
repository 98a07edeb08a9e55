package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/guard"
	"faqbot/internal/terminal"
	"faqbot/internal/text"
)

const (
	// kept bounds what the fake remembers; warm-up fills it, so that the fake's own memory does not pass for a leak.
	kept = 512
	// warmUp is what is sent before the first sample. It fills the fake, and the pools and caches of the bot.
	warmUp = 700
	// heartbeat is far below Discord's, so that a half-open socket is found in seconds, and not in a minute.
	heartbeat  = 4 * time.Second
	warmUpRate = 100.0
)

// sample is what the process holds while nothing happens.
type sample struct {
	goroutines int
	heap       uint64 // bytes in use
}

// soak runs the bot, and returns what was found. An error is for a run that cannot be judged.
func soak(ctx context.Context, o options, stderr io.Writer) (*report, error) {
	bot, title, err := openAndCheck(o)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "faqsoak-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the database: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	copied := io.Discard
	if o.log != "" {
		f, err := os.Create(o.log)
		if err != nil {
			return nil, fmt.Errorf("make the log: %w", err)
		}
		defer func() { _ = f.Close() }()
		copied = f
	}
	book := newLedger(title)
	fake := discordtest.New(discordtest.Options{Observe: book.observe, Kept: kept, Heartbeat: heartbeat}) //nolint:contextcheck // it ends by Close
	defer fake.Close()
	logs := newLogbook(copied, secrets(fake.Token))
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	p, err := launch(context.WithoutCancel(ctx), bot, folder, fake, log)
	if err != nil {
		return nil, err
	}
	s := &session{
		options: o, fake: fake, ledger: book, members: newMembers(fake, book, o.seed), process: p,
		progress: terminal.NewProgress(stderr), details: copied,
	}
	s.trouble = &trouble{fake: fake, ledger: book, refusal: s.members.refusal, file: p.file, count: map[string]int{}}
	failed := s.run(ctx)
	s.progress.Clear()
	if err := p.finish(); failed == nil {
		failed = err
	}
	if failed != nil {
		return nil, failed
	}
	return s.report(logs), nil
}

// openAndCheck opens the bot, and sees to it that it takes the urgent lines, and no others, for urgent. Title stands on their cards.
func openAndCheck(o options) (bot *answer.Bot, title string, err error) {
	bot, err = answertest.Open(o.encoder)
	if err != nil {
		return nil, "", err //nolint:wrapcheck // it says what failed
	}
	for _, l := range lines() {
		out := bot.Ask(answer.Question{Words: text.New(l.text), Heard: answer.Addressed, At: time.Now()})
		if urgent := out.Assessment.Level() == guard.LevelUrgent; urgent != l.urgent {
			return nil, "", fmt.Errorf("the line %q is urgent to the bot: %t", l.text, urgent)
		}
		if l.urgent {
			title = out.Reply.Shown().Title()
		}
	}
	return bot, title, nil
}

// secrets are what may stand in no line of the log: the token, how every token of an interaction begins, and all that members type.
func secrets(token string) []string {
	const interactionToken = "aW50ZXJhY3Rpb246" //nolint:gosec // "interaction:" in base64
	all := []string{token, interactionToken}
	for _, l := range lines() {
		all = append(all, l.text)
	}
	return all
}

// session is one run.
type session struct {
	options
	fake     *discordtest.Server
	ledger   *ledger
	members  *members
	process  *process
	trouble  *trouble
	progress *terminal.Progress
	details  io.Writer // where to say more of a leak

	start, end sample
	began      time.Time
	took       time.Duration
}

// run warms up, takes a sample, soaks, and takes another.
func (s *session) run(ctx context.Context) error {
	connecting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.fake.Gateway.Ready(connecting); err != nil {
		return fmt.Errorf("the bot does not connect: %w", err)
	}
	s.progress.Show("warming up")
	warm, done := context.WithCancel(ctx)
	err := s.send(warm, warmUpRate, func(sent int) bool { return sent < warmUp })
	done()
	if err != nil {
		return err
	}
	s.settle()
	s.start = s.measure()

	s.began = time.Now()
	soaking, stop := context.WithTimeout(ctx, s.lasts)
	defer stop()
	troubled := make(chan error, 1)
	go func() { troubled <- s.trouble.run(soaking, s.seed) }()
	err = s.send(soaking, s.rate, func(int) bool { return true })
	stop()
	if failed := <-troubled; err == nil {
		err = failed
	}
	s.took = time.Since(s.began)
	s.fake.ClearRules()
	s.settle()
	s.ledger.judge(true)
	s.end = s.measure()
	if s.end.goroutines > s.start.goroutines+mostGoroutines {
		_ = pprof.Lookup("goroutine").WriteTo(s.details, 1) // what is in the way of reading them is no finding
	}
	return err
}

// send lets members begin at a rate until the context ends or more says no. It fails when the bot ends meanwhile.
func (s *session) send(ctx context.Context, rate float64, more func(sent int) bool) error {
	next := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer next.Stop()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	for sent := 0; more(sent); {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
			s.members.next(ctx)
			sent++
		case <-look.C:
			s.ledger.judge(false)
			if !s.began.IsZero() {
				s.show()
			}
		case err := <-s.process.ended:
			s.process.ended <- err // finish wants it, too
			return errors.New("the bot has ended by itself")
		}
	}
	return nil
}

func (s *session) show() {
	sent, answered, open := s.ledger.progress()
	s.progress.Show("%s of %s: %d sent, %d answered, %d open, %d faults", time.Since(s.began).Round(time.Second), s.lasts, sent, answered, open, s.trouble.made())
}

// settle waits until nothing is left to be answered, and what the bot does after an answer is done.
func (s *session) settle() {
	// A server takes a connection without any request for idle after 5 s.
	const patience, step, after = 25 * time.Second, 50 * time.Millisecond, 6 * time.Second
	for end := time.Now().Add(patience); s.ledger.waiting() > 0 && time.Now().Before(end); {
		time.Sleep(step)
	}
	s.members.sending.Wait()
	time.Sleep(after)
}

// measure takes a sample while nothing happens. Connections without a request on them are closed: their number is that of the busiest
// moment, and no leak.
func (s *session) measure() sample {
	const closing = 300 * time.Millisecond
	s.fake.CloseIdle()
	time.Sleep(closing)
	runtime.GC()
	runtime.GC() // what finalizers and pools let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return sample{runtime.NumGoroutine(), m.HeapAlloc}
}
