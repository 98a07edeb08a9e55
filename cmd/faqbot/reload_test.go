package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/openapi"
)

// dreams is an entry of the test content.
const dreams = "symptom/vivid-dreams"

// running is the bot as a process of its own, which alone can be sent a signal, with content that can be edited.
type running struct {
	t       *testing.T
	ctx     context.Context //nolint:containedctx // the test's, with an end
	fake    *discordtest.Server
	content string
	process *os.Process
	log     lines
}

// startProcess runs the bot until the test ends.
func startProcess(t *testing.T) *running {
	t.Helper()
	return startOn(t, discordtest.New(discordtest.Options{Validate: openapi.Validator(t)}), filepath.Join(t.TempDir(), "faqbot.db"))
}

// startOn runs it on a fake Discord and a database.
func startOn(t *testing.T, fake *discordtest.Server, database string) *running {
	t.Helper()
	r := &running{t: t, fake: fake, content: copyContent(t)}
	t.Cleanup(r.fake.Close)
	cache := filledCache(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	r.ctx = ctx
	cmd := exec.CommandContext(ctx, "faqbot-process", "run")
	cmd.Env = append(
		os.Environ(), "FAQBOT_DISCORD_TOKEN="+r.fake.Token, "FAQBOT_DISCORD_API="+r.fake.URL(), "FAQBOT_CACHE="+cache, "FAQBOT_NO_ENCODER=true",
		"FAQBOT_FAQ="+r.content, "FAQBOT_DATABASE="+database, "FAQBOT_HTTP=-",
	)
	cmd.Stdout, cmd.Stderr = &r.log, &r.log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.process = cmd.Process
	t.Cleanup(func() {
		cancel()
		if err := cmd.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the bot ended with %v\n%s", err, r.log.String())
		}
		for _, problem := range r.fake.Problems() {
			t.Errorf("fake Discord: %v", problem)
		}
	})
	if err := r.fake.Gateway.Ready(ctx); err != nil {
		t.Fatal(err, r.log.String())
	}
	return r
}

// edit replaces a text that stands once in the entries.
func (r *running) edit(from, to string) {
	r.t.Helper()
	file := filepath.Join(r.content, "en", "entries.yaml")
	raw, err := os.ReadFile(file)
	if err != nil || bytes.Count(raw, []byte(from)) != 1 {
		r.t.Fatalf("%q does not stand once in %s (%v)", from, file, err)
	}
	if err := os.WriteFile(file, bytes.Replace(raw, []byte(from), []byte(to), 1), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *running) hangUp() {
	r.t.Helper()
	if err := r.process.Signal(syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
}

// use sends a command as a moderator and returns what is read in the end.
func (r *running) use(name string, args ...discordtest.Arg) string {
	r.t.Helper()
	in := r.fake.Command(discordtest.From{Permissions: "32"}, name, args...)
	first, err := r.fake.Send(r.ctx, in)
	if err != nil {
		r.t.Fatal(err, r.log.String())
	}
	const deferred = 5
	if first.Type != deferred {
		return string(first.Data)
	}
	change, err := r.fake.Change(r.ctx, in, 0)
	if err != nil {
		r.t.Fatal(err, r.log.String())
	}
	return string(change.Data)
}

// open opens the card of the dreams.
func (r *running) open() string {
	r.t.Helper()
	return r.use("faq", discordtest.Arg{Name: "topic", Value: dreams})
}

// pin pins the card of the dreams, and returns its message's id.
func (r *running) pin() string {
	r.t.Helper()
	said := r.use("resource", discordtest.Arg{Name: "pin", Options: []discordtest.Arg{{Name: "entry", Value: dreams}}})
	link := regexp.MustCompile(`/channels/[0-9]+/` + r.fake.ChannelID + `/([0-9]+)`).FindStringSubmatch(said)
	if link == nil {
		r.t.Fatalf("nothing is pinned: %s", said)
	}
	return link[1]
}

// wait waits for a call whose body holds a text.
func (r *running) wait(method, path, holds string) {
	r.t.Helper()
	called := discordtest.Is(method, path)
	_, err := r.fake.WaitFor(r.ctx, func(q discordtest.Request) bool { return called(q) && bytes.Contains(q.Body, []byte(holds)) })
	if err != nil {
		r.t.Fatalf("%v\n%s", err, r.log.String())
	}
}

// calls counts the calls of a method and path.
func (r *running) calls(method, path string) int {
	n := 0
	called := discordtest.Is(method, path)
	for _, q := range r.fake.Requests() {
		if called(q) {
			n++
		}
	}
	return n
}

// TestReload: after a hangup the answer, the pinned card and the choices of a command are those of the edited content.
func TestReload(t *testing.T) {
	t.Parallel()
	r := startProcess(t)
	message := r.pin()
	if got := r.open(); !strings.Contains(got, "may be vivid for a while") {
		t.Errorf("before: %s", got)
	}
	r.edit("Dreams may be vivid for a while.", "Dreams calm down.")
	r.edit("title: Sleep during withdrawal", "title: Sleep and dreams")
	r.hangUp()
	r.wait("PATCH", "/channels/*/messages/"+message, "Dreams calm down.")
	r.wait("PUT", "/applications/*/commands", `"name":"Sleep and dreams"`)
	if got := r.use("ask", discordtest.Arg{Name: "question", Value: "vivid nightmares"}); !strings.Contains(got, "Dreams calm down.") {
		t.Errorf("after: %s", got)
	}
}

// TestReloadOfBrokenContent: the old content stays until it is mended, and Discord hears nothing.
func TestReloadOfBrokenContent(t *testing.T) {
	t.Parallel()
	r := startProcess(t)
	const commands = "/applications/*/commands"
	looked := r.calls("GET", commands)
	r.edit("answer: Dreams may be vivid for a while.", "answer: [Dreams calm down.")
	r.hangUp()
	r.log.wait(r.ctx, t, "level=ERROR")
	if log := r.log.String(); !strings.Contains(log, filepath.Join(r.content, "en", "entries.yaml")+":66:") {
		t.Errorf("the log does not say where:\n%s", log)
	}
	if got := r.open(); !strings.Contains(got, "may be vivid for a while") {
		t.Errorf("answered from broken content: %s", got)
	}
	if n := r.calls("GET", commands); n != looked {
		t.Errorf("commands were looked at %d times, not %d", n, looked)
	}
	r.edit("answer: [Dreams calm down.", "answer: Dreams calm down.")
	r.hangUp()
	r.log.wait(r.ctx, t, "the new content is in use")
	if got := r.open(); !strings.Contains(got, "Dreams calm down.") {
		t.Errorf("after mending: %s", got)
	}
}

// TestReloadWithoutAPinnedEntry: the card stays where it is, and the moderators are told.
func TestReloadWithoutAPinnedEntry(t *testing.T) {
	t.Parallel()
	r := startProcess(t)
	message := r.pin()
	r.edit(", symptom/vivid-dreams]", "]")
	raw, err := os.ReadFile(filepath.Join(r.content, "en", "entries.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, entry, _ := strings.Cut(string(raw), "  - id: "+dreams)
	entry, _, _ = strings.Cut(entry, "  - id: ")
	r.edit("  - id: "+dreams+entry, "")
	r.hangUp()
	r.log.wait(r.ctx, t, "entry_gone=1")
	if got := r.open(); strings.Contains(got, "may be vivid for a while") {
		t.Errorf("an entry that is gone was shown: %s", got)
	}
	if got := r.use("resource", discordtest.Arg{Name: "list"}); !strings.Contains(got, "there is no such card any more") || !strings.Contains(got, message) {
		t.Errorf("moderators read %s", got)
	}
	if _, ok := r.fake.Message(r.fake.ChannelID, message); !ok || r.calls("PATCH", "/channels/*/messages/"+message) > 0 {
		t.Error("the message was touched")
	}
}

// reloading runs a reloader in a bubble with a log, until the test ends.
func reloading(t *testing.T, r reloader) (hangups chan os.Signal, changed chan struct{}, log *lines) {
	t.Helper()
	hangups, changed, log = make(chan os.Signal, 1), make(chan struct{}, 1), &lines{}
	r.changed, r.log = changed, slog.New(slog.NewTextHandler(log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go r.run(ctx, hangups)
	return hangups, changed, log
}

// TestHangupsDuringAReading: however many come, there is one reading more, and never two at once.
func TestHangupsDuringAReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, reading := 0, false
		hangups, _, _ := reloading(t, reloader{read: func() error {
			if reading {
				t.Error("two readings at once")
			}
			began, reading = began+1, true
			time.Sleep(time.Minute)
			reading = false
			return nil
		}})
		for range 3 {
			select { // as package signal sends
			case hangups <- syscall.SIGHUP:
			default:
			}
			time.Sleep(time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if began != 2 {
			t.Errorf("%d readings", began)
		}
	})
}

// TestReloadThatFails: nobody hears of content that was not read, and the next hangup finds somebody.
func TestReloadThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		results := []func() error{
			func() error { return errors.Join(errors.New("a.yaml:1:2: first"), errors.New("a.yaml:3:4: second")) },
			func() error { panic("out of order") },
			func() error { return nil },
		}
		hangups, changed, log := reloading(t, reloader{read: func() error {
			next := results[0]
			results = results[1:]
			return next()
		}})
		for _, want := range []struct {
			heard int
			log   []string
		}{
			{0, []string{`problem="a.yaml:1:2: first"`, `problem="a.yaml:3:4: second"`}},
			{0, []string{`panic="out of order"`}},
			{1, []string{"the new content is in use"}},
		} {
			hangups <- syscall.SIGHUP
			synctest.Wait()
			if len(changed) != want.heard {
				t.Errorf("%d heard of it, not %d", len(changed), want.heard)
			}
			for _, line := range want.log {
				if !strings.Contains(log.String(), line) {
					t.Errorf("the log does not say %s:\n%s", line, log.String())
				}
			}
		}
	})
}

func TestReloadOfBuiltInContent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangups, changed, log := reloading(t, reloader{builtIn: true})
		hangups <- syscall.SIGHUP
		synctest.Wait()
		if len(changed) > 0 || !strings.Contains(log.String(), "nothing to read again") {
			t.Error(log.String())
		}
	})
}
