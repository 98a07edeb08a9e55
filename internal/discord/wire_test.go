package discord

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/golden"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/discordtest/openapi"
)

// TestWire plays each testdata/wire/*.txtar: events go in over the gateway, and the REST calls that come out are compared. The
// section "events" holds the steps (player.steps and player.settings list them), "calls" the expected calls under the step that they
// followed, and "log" the messages of level warn and error. UPDATE_GOLDEN=1 writes both anew. When all have been played, every command and
// every component of the bot's own must have been used in success, and in a refusal of Discord's; cmd/faqbot does that for tools.
func TestWire(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/wire/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	var played lab.Coverage
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") { // else some are left out
		t.Cleanup(func() {
			for _, lack := range played.Lacks(features(t)) {
				t.Error(lack)
			}
		})
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			p := newPlayer(t)
			p.played = &played
			golden.Play(t, file, func(events string) []golden.Section {
				p.play(events)
				return []golden.Section{{Name: "calls", Text: p.calls.String()}, {Name: "log", Text: p.log.Warned()}}
			})
			if t.Failed() {
				t.Log(p.log.String())
			}
		})
	}
}

// features are what members can use of the bot without its tools.
func features(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, c := range commands(fixtureBot(t)) {
		out = append(out, "command "+c.name)
		if c.option != nil && c.option.Autocomplete {
			out = append(out, "completion "+c.name)
		}
	}
	for path := range components() {
		out = append(out, "component "+path)
	}
	slices.Sort(out)
	return out
}

// player plays one scenario.
type player struct {
	t    *testing.T
	ctx  context.Context
	fake *discordtest.Server
	log  *lab.Log

	options discordtest.Options
	config  func(*Config)
	change  func(*process) // what a test alone may do to the bot
	// unchanged runs Run itself; otherwise its two halves, so that change comes between.
	unchanged bool
	starting  bool // the calls of the start are shown
	stop      context.CancelFunc
	ended     chan error

	from    discordtest.From
	lacking int64                      // permissions that the bot does not have
	kept    map[string]json.RawMessage // messages by name
	current json.RawMessage            // the message that buttons are pressed on
	typed   []string                   // what members typed: it may stand in no log
	tokens  []string                   // of interactions
	names   namer
	shown   int      // number of the last call that is in calls
	sent    []string // features that were used in the step
	played  *lab.Coverage
	calls   bytes.Buffer
}

func newPlayer(t *testing.T) *player {
	t.Helper()
	fixtureBot(t) // learnt once, before the time counts: under the race detector that takes long
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return &player{
		t: t, ctx: ctx, log: &lab.Log{}, kept: map[string]json.RawMessage{}, ended: make(chan error, 1),
		options: discordtest.Options{Validate: openapi.Validator(t)}, config: func(*Config) {},
		change: func(*process) {}, played: &lab.Coverage{},
	}
}

// play runs the steps and then stops the bot.
func (p *player) play(events string) {
	p.t.Helper()
	var steps []string
	for line := range strings.Lines(events) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case p.fake == nil && (p.setting(line) || p.localSetting(line)):
		default:
			if p.fake == nil {
				p.start()
			}
			steps = append(steps, line)
			p.note(line)
			p.step(line)
			p.flush()
		}
	}
	if p.fake == nil {
		p.start()
	}
	p.note("stop")
	p.finish()
	p.flush()
	p.check()
}

// start starts the fake and the bot, and waits until the bot is connected.
func (p *player) start() {
	p.t.Helper()
	p.fake = discordtest.New(p.options)
	p.t.Cleanup(p.fake.Close)
	p.names = newNamer(p.fake)
	p.launch()
	if err := p.fake.Gateway.Ready(p.ctx); err != nil {
		p.t.Fatal(err, "\n", p.log.String())
	}
	if p.starting {
		p.note("start")
		p.flush()
	}
	p.shown = len(p.fake.Requests())
}

// launch starts the bot alone.
func (p *player) launch() {
	ctx, stop := context.WithCancel(p.ctx)
	p.stop = stop
	config := Config{
		ProjectURL: "https://example.org/bot",
		Bot:        fixtureBot(p.t), Token: p.fake.Token, API: p.fake.URL(), Version: "test",
		Log: slog.New(slog.NewTextHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if !p.unchanged {
		config.jitter = func() float64 { return 0 } // retries without a wait
	}
	p.config(&config)
	go func() {
		if p.unchanged {
			p.ended <- Run(ctx, config)
			return
		}
		process, err := prepare(ctx, config)
		if err == nil {
			p.change(process)
			err = process.serve(ctx)
		}
		p.ended <- err
	}()
}

// finish stops the bot as SIGTERM does.
func (p *player) finish() {
	p.t.Helper()
	p.stop()
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("the bot ended with %v", err)
		}
	case <-p.ctx.Done():
		p.t.Fatal("the bot does not stop\n", p.log.String())
	}
}

func (p *player) note(step string) { fmt.Fprintf(&p.calls, "> %s\n", step) }

// flush writes the calls since the last time.
func (p *player) flush() {
	refused := false
	for _, r := range p.fake.Requests() {
		if r.N <= p.shown {
			continue
		}
		p.shown = r.N
		refused = refused || r.Status == 0 || r.Status >= http.StatusBadRequest
		path := r.Path
		if r.Query != "" {
			path += "?" + r.Query
		}
		fmt.Fprintf(&p.calls, "%s %s -> %s\n", r.Method, p.names.replace(path), cmp.Or(strings.TrimPrefix(fmt.Sprint(r.Status), "0"), "no answer"))
		if r.Body != nil {
			p.calls.WriteString(p.names.replace(pretty(r.Body)) + "\n")
		}
	}
	for _, feature := range p.sent {
		p.played.Note(feature, refused)
	}
	p.sent = nil
}

// check looks for what may never be.
func (p *player) check() {
	p.t.Helper()
	for _, problem := range p.fake.Problems() {
		p.t.Errorf("problem: %v", problem)
	}
	log := p.log.String()
	for _, secret := range append(append([]string{p.fake.Token}, p.tokens...), p.typed...) {
		if len(secret) > 3 && strings.Contains(log, secret) {
			p.t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, r := range p.fake.Requests() {
		p.checkCall(r)
	}
}

// checkCall checks what holds for every message: a neutral first line, and that answers to interactions are for the member alone.
func (p *player) checkCall(r discordtest.Request) {
	p.t.Helper()
	callback := strings.HasSuffix(r.Path, "/callback")
	if !callback && !strings.HasSuffix(r.Path, "/messages") {
		return
	}
	var m struct {
		Type    int
		Content string
		Data    struct {
			Content string
			Flags   int
		}
	}
	if err := json.Unmarshal(r.Body, &m); err != nil {
		p.t.Error(err)
	}
	if callback && m.Type == 4 && m.Data.Flags&64 == 0 {
		p.t.Errorf("a response that everyone sees: %s", r.Body)
	}
	if content := cmp.Or(m.Content, m.Data.Content); content != "" {
		if word := newTelling(fixtureBot(p.t).Library()).find(content); word != "" {
			p.t.Errorf("the first line of %q holds %q", content, word)
		}
	} else if callback && m.Type == 4 {
		p.t.Errorf("a response without a first line: %s", r.Body)
	}
}
