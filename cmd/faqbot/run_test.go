package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
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
		"FAQBOT_HTTP": "127.0.0.1:0",
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
		got, err := fake.Send(ctx, ask)
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

// TestRunLinksPrivacyPage: with a database and without one.
func TestRunLinksPrivacyPage(t *testing.T) {
	t.Parallel()
	for database, sub := range map[string][]discordtest.Arg{filepath.Join(t.TempDir(), "bot.db"): {{Name: "about"}}, t.TempDir(): nil} {
		fake := discordtest.New(discordtest.Options{})
		env := map[string]string{"FAQBOT_DATABASE": database, "FAQBOT_PRIVACY_URL": "https://example.org/privacy"}
		runAgainst(t, fake, env, func(ctx context.Context, _ *lines) {
			got, err := fake.Send(ctx, fake.Command(discordtest.From{}, "privacy", sub...))
			if err != nil || !bytes.Contains(got.Data, []byte(`"url":"https://example.org/privacy"`)) {
				t.Errorf("%v: got %s, %v", sub, got.Data, err)
			}
		})
		fake.Close()
	}
}

// served is where the log says that health checks are answered.
func served(ctx context.Context, t *testing.T, log *lines) string {
	t.Helper()
	log.wait(ctx, t, "health checks are answered")
	return regexp.MustCompile(`health checks are answered" address=(\S+)`).FindStringSubmatch(log.String())[1]
}

func TestRunServesHealth(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	var at string
	runAgainst(t, fake, nil, func(ctx context.Context, log *lines) {
		at = served(ctx, t, log)
		answers(t, fake)(ctx, log)
		// READY is sent before it is read.
		log.wait(ctx, t, "gateway session established")
		code, out, stderr := runHere(map[string]string{"FAQBOT_HTTP": at}, "health") //nolint:contextcheck // it has one of its own
		if code != exitGood || !strings.HasPrefix(out, `{"ready":true,"gateway":"connected","last_read_seconds":0,"database":"ok"}`) {
			t.Errorf("exit code %d: %s%s", code, out, stderr)
		}
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+at+"/metrics", nil)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		for _, want := range []string{`faqbot_replies_total{kind="answer"} 1`, "faqbot_gateway_up 1", "faqbot_gateway_identifies_total 1", "faqbot_database_up 1"} {
			if !bytes.Contains(body, []byte("\n"+want+"\n")) {
				t.Errorf("there is no %s in\n%s", want, body)
			}
		}
		if id := regexp.MustCompile(`[0-9]{15,}`).Find(body); id != nil {
			t.Errorf("there is an id in the metrics: %s", id)
		}
	})
	if code, _, stderr := runHere(map[string]string{"FAQBOT_HTTP": at}, "health"); code != exitFailed || !strings.Contains(stderr, "the bot does not run") {
		t.Errorf("after its end: exit code %d: %s", code, stderr)
	}
}

// TestRunWithoutHealth: an address that is taken keeps nobody from being answered.
func TestRunWithoutHealth(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	taken := strings.TrimPrefix(fake.URL(), "http://")
	if log := runAgainst(t, fake, map[string]string{"FAQBOT_HTTP": taken}, answers(t, fake)); !strings.Contains(log, "no health checks: give another address") {
		t.Error(log)
	}
	if log := runAgainst(t, fake, map[string]string{"FAQBOT_HTTP": "-"}, answers(t, fake)); strings.Contains(log, "health checks") {
		t.Error(log)
	}
}

func TestHealthOfNothing(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"-": "switched off", "nonsense": "must be an address"} {
		if code, _, stderr := runHere(map[string]string{"FAQBOT_HTTP": address}, "health"); code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d: %s", address, code, stderr)
		}
	}
}
