package discord

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
)

// canary stands in everything that the members of TestCanary type.
const canary = "quixomander"

// TestCanary plays questions of every kind through every door and every fault, with the log at debug level: no word that a member
// typed, no token of the bot and none of an interaction stands in a line of the log.
func TestCanary(t *testing.T) {
	t.Parallel()
	doors := `
		/ask question: how long will this last QQ
		/ask question: I'm going to kill myself QQ
		/ask question: how much ket should i take QQ
		/ask question: QQ
		/faq topic: QQ
		/symptom name: QQ my friend is not breathing
		/coping topic: QQ/QQ
		/symptoms group: QQ
		/help-now country: QQ
		type /faq topic: QQ
		type /symptom name: insomina QQ
		submit QQ I said QQ
		mention how long will this last QQ
		mention I'm going to kill myself QQ
		forge entry/QQ
		forge QQ
		forge pick QQ
		garbled /ask question: QQ
		/QQ question: QQ
		late /ask question: QQ
		late type /faq topic: QQ
		lost 1 /ask question: QQ
		twice /ask question: QQ
		in a direct message
		write how long will this last QQ
		write QQ
		in a server without the bot
		/ask question: QQ`
	faults := `
		inject POST /interactions/ refused 400 50035 1
		/ask question: how long will this last QQ
		inject POST /interactions/ refused 400 50035 3
		lost 3 /ask question: how long will this last QQ
		inject POST /interactions/ hangup
		/ask question: QQ
		inject POST /interactions/ unavailable 503
		/ask question: QQ
		inject POST /interactions/ limited 20 user
		/ask question: QQ
		inject POST /channels/ refused 400 50035 1
		mention how long will this last QQ
		inject POST /channels/ refused 403 50001 1
		lost 1 mention how long will this last QQ
		unheard mention QQ
		in a direct message
		inject POST /channels/ hangup
		write QQ
		gateway drop without waiting
		write QQ
		gateway op 7
		write QQ`
	for name, script := range map[string]string{
		"doors": doors, "faults": faults,
		"handlers panic": "handlers panic\n" + "/ask question: QQ\nmention QQ\npress Where to get help",
		"core panics":    "the core panics\n" + "/ask question: QQ\nmention QQ\nin a direct message\nwrite QQ",
		"core is slow":   "the core is slow\n" + "/ask question: QQ\nmention QQ\nin a direct message\nwrite QQ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlayer(t)
			p.play(strings.ReplaceAll(script, "QQ", canary))
			if strings.Contains(strings.ToLower(p.log.String()), canary) {
				t.Errorf("the log holds what a member typed:\n%s", p.log.String())
			}
			if !strings.Contains(p.log.String(), "level=DEBUG") {
				t.Error("the log is not at debug level")
			}
			for _, r := range p.fake.Requests() {
				if strings.Contains(strings.ToLower(string(r.Body)), canary) {
					t.Errorf("a call repeats what a member typed: %s", r.Body)
				}
			}
		})
	}
}

// TestRunRefused ends Run in every way that Discord can refuse the bot: the error says what to do, and holds no token.
func TestRunRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options discordtest.Options
		token   string
		trouble func(*player)
		want    string
	}{
		"wrong token":     {token: "MTIz.wrong." + canary, want: "replace it"},
		"empty token":     {token: " ", want: "token is empty"},
		"missing intents": {options: discordtest.Options{DeniedIntents: intents}, want: "(4014)"},
		"token reset": {trouble: func(p *player) {
			p.fake.Gateway.CloseWith(4004)
		}, want: "(4004)"},
		"token reset, seen by a call": {trouble: func(p *player) {
			p.fake.Inject(discordtest.Rule{Method: "POST", Prefix: "/channels/", Answer: discordtest.Failure(401, 0, "401: Unauthorized")})
			p.dispatch("MESSAGE_CREATE", p.post(discordtest.Post{Content: canary, Mentions: true}), false)
		}, want: "replace it"},
		"registration refused": {options: discordtest.Options{Validate: nil}, trouble: func(p *player) {
			p.finish()
			p.fake.Inject(discordtest.Rule{Method: "GET", Prefix: "/applications/" + p.fake.AppID + "/commands", Answer: discordtest.Failure(403, 50001, "Missing Access")})
			p.launch()
		}, want: "register commands"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlayer(t)
			p.options, p.unchanged = c.options, true
			p.fake = discordtest.New(p.options)
			t.Cleanup(p.fake.Close)
			p.names = newNamer(p.fake)
			if c.token != "" {
				p.config = func(config *Config) { config.Token = c.token }
			}
			p.launch()
			if c.trouble != nil {
				p.live(func(st discordtest.Stats) bool { return st.Live > 0 })
				c.trouble(p)
			}
			checkRefusal(t, p, c.want)
		})
	}
}

// checkRefusal waits for the end of Run, which is to be an error with want in it and no secret.
func checkRefusal(t *testing.T, p *player, want string) {
	t.Helper()
	var err error
	select {
	case err = <-p.ended:
	case <-p.ctx.Done():
		t.Fatal("Run goes on\n", p.log.String())
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("Run = %v, want %q in it", err, want)
	}
	for _, text := range []string{err.Error(), p.log.String()} {
		if strings.Contains(text, p.fake.Token) || strings.Contains(text, canary) {
			t.Errorf("%q holds a secret", text)
		}
	}
}

// TestRunStopped stops the bot while it starts: that is no failure.
func TestRunStopped(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.unchanged = true
	p.fake = discordtest.New(p.options)
	t.Cleanup(p.fake.Close)
	p.fake.Inject(discordtest.Rule{Method: "GET", Prefix: "/users/@me", Drop: true, Times: -1})
	p.launch()
	if _, err := p.fake.WaitFor(p.ctx, discordtest.Is("GET", "/users/@me")); err != nil {
		t.Fatal(err)
	}
	p.finish()
}

// TestPanicPlace: a recovered panic says where it happened, and never its value.
func TestPanicPlace(t *testing.T) {
	t.Parallel()
	const name = "TestPanicPlace"
	for kind, boom := range map[string]func() (int, error){
		"value":       func() (int, error) { panic(canary) },
		"nil pointer": func() (int, error) { return nobody().shown, nil },
		"index":       func() (int, error) { return len(strings.Fields("")[len(name)]), nil },
	} {
		_, err := safely(boom)
		if !errors.Is(err, errPanic) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	var log lab.Log
	a := &adapter{log: slog.New(slog.NewTextHandler(&log, nil))}
	func() {
		defer a.recovered(t.Context(), "EVENT")
		panic(canary)
	}()
	if s := log.String(); !strings.Contains(s, name) || strings.Contains(s, canary) {
		t.Error(s)
	}
}

func nobody() *player { return nil }

// TestUnauthorizedMidFlight: the token is refused while somebody waits for an urgent card. That carries no token of the bot's and still
// goes out before the bot ends.
func TestUnauthorizedMidFlight(t *testing.T) {
	t.Parallel()
	p := newPlayer(t)
	p.fake = discordtest.New(p.options)
	t.Cleanup(p.fake.Close)
	p.names = newNamer(p.fake)
	asked, release := make(chan struct{}), make(chan struct{})
	p.change = func(b *process) {
		core := b.adapter.core
		var first sync.Once
		b.adapter.core = func(q answer.Question) answer.Outcome {
			first.Do(func() {
				close(asked)
				<-release
			})
			return core(q)
		}
	}
	p.launch()
	p.live(func(st discordtest.Stats) bool { return st.Live > 0 })
	in := p.fake.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: "I'm going to kill myself"})
	p.dispatch("INTERACTION_CREATE", in, false)
	<-asked
	p.fake.Inject(discordtest.Rule{Method: "POST", Prefix: "/channels/", Answer: discordtest.Failure(401, 0, "401: Unauthorized")})
	m := p.fake.MessageCreate(discordtest.Post{From: discordtest.From{Place: discordtest.InDM}, Content: "how long will this last"})
	p.dispatch("MESSAGE_CREATE", m, false)
	if _, err := p.fake.WaitFor(p.ctx, func(r discordtest.Request) bool { return r.Status == 401 }); err != nil {
		t.Fatal(err)
	}
	close(release)
	if _, err := p.fake.Response(p.ctx, in); err != nil {
		t.Error(err)
	}
	checkRefusal(t, p, "replace it")
}
