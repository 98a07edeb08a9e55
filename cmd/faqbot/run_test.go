package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/discordtest"
)

// lines is a log that can be read, and waited for, while it is written.
type lines struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	written chan struct{} // closed by the next write
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written != nil {
		close(l.written)
		l.written = nil
	}
	return l.buf.Write(p)
}

// read returns all so far, and what tells of more.
func (l *lines) read() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written == nil {
		l.written = make(chan struct{})
	}
	return l.buf.String(), l.written
}

func (l *lines) String() string {
	s, _ := l.read()
	return s
}

// wait waits until something is in the log.
func (l *lines) wait(ctx context.Context, t *testing.T, want string) {
	t.Helper()
	for {
		s, more := l.read()
		if strings.Contains(s, want) {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("the log does not say %s:\n%s", want, s)
		}
	}
}

// runAgainst runs the bot against a fake Discord, does something once it is connected, stops it and returns the log.
func runAgainst(t *testing.T, fake *discordtest.Server, env map[string]string, connected func(context.Context, *lines)) string {
	t.Helper()
	all := map[string]string{
		"FAQBOT_DISCORD_TOKEN": fake.Token, "FAQBOT_DISCORD_API": fake.URL(), "FAQBOT_CACHE": filledCache(t), "FAQBOT_NO_ENCODER": "true",
		"FAQBOT_FAQ": testContent(t), "FAQBOT_DATABASE": filepath.Join(t.TempDir(), "faqbot.db"),
	}
	maps.Copy(all, env)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var log lines
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"run"}, func(k string) string { return all[k] }, strings.NewReader(""), &log, &log)
	}()
	if err := fake.Gateway.Ready(ctx); err != nil {
		t.Fatal(err, log.String())
	}
	connected(ctx, &log)
	cancel()
	if code := <-done; code != exitGood {
		t.Errorf("exit code %d\n%s", code, log.String())
	}
	return log.String()
}

// answers asks the bot something, and insists on an answer.
func answers(t *testing.T, fake *discordtest.Server) func(context.Context, *lines) {
	return func(ctx context.Context, _ *lines) {
		ask := fake.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: "i cant sleep"})
		if err := fake.Gateway.Dispatch("INTERACTION_CREATE", ask); err != nil {
			t.Fatal(err)
		}
		got, err := fake.Response(ctx, ask)
		if err != nil || !bytes.Contains(got.Data, []byte("nsomnia")) && !bytes.Contains(got.Data, []byte("leep")) {
			t.Errorf("got %s, %v", got.Data, err)
		}
	}
}

func TestRunOpensDatabase(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	file := filepath.Join(t.TempDir(), "bot.db")
	runAgainst(t, fake, map[string]string{"FAQBOT_DATABASE": file}, func(ctx context.Context, log *lines) {
		answers(t, fake)(ctx, log)
		log.wait(ctx, t, `msg="database opened" kind=sqlite`)
		log.wait(ctx, t, `msg="what is too old was deleted" rows=0`)
	})
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file + "-wal"); err == nil {
		t.Error("the database was not closed")
	}
}

func TestRunWithoutDatabase(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	log := runAgainst(t, fake, map[string]string{"FAQBOT_DATABASE": t.TempDir()}, answers(t, fake))
	for _, want := range []string{"level=ERROR", "no database: answers and urgent cards go on", "FAQBOT_DATABASE"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %s:\n%s", want, log)
		}
	}
}

func TestPruneDaily(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Hour)
		defer cancel()
		var log bytes.Buffer
		start, calls := time.Now(), []time.Duration{}
		pruneDaily(ctx, func(_ context.Context, at time.Time) (int64, error) {
			calls = append(calls, at.Sub(start))
			if len(calls) == 2 {
				return 0, errors.New("disk full")
			}
			return 3, nil
		}, slog.New(slog.NewTextHandler(&log, nil)))
		if len(calls) != 3 || calls[0] != 0 || calls[1] != pruneEvery || calls[2] != 2*pruneEvery {
			t.Errorf("pruned at %v", calls)
		}
		if !strings.Contains(log.String(), `error="disk full"`) || strings.Count(log.String(), "rows=3") != 2 {
			t.Error(log.String())
		}
	})
}
