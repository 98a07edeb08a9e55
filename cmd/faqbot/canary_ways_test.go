package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"faqbot/internal/discord/discordtest"
)

// offered is a command or an option as it is registered.
type offered struct {
	Type         int
	Name         string
	Autocomplete bool
	Options      []offered
}

// The types of options.
const subcommand, subcommandGroup, stringOption, integerOption = 1, 2, 3, 4

// commands uses every command that is registered, by everybody and everywhere, with the canary in every option that takes text; types it
// where the bot completes; and uses commands that there are not.
func (c *cage) commands() {
	c.Helper()
	for _, words := range sentences() {
		for _, from := range places() {
			c.ask(from, "ask", words)
		}
	}
	registered := c.fake.Commands("")
	if len(registered) < 10 {
		c.Errorf("%d commands are registered", len(registered))
	}
	for _, raw := range registered {
		var command offered
		if err := json.Unmarshal(raw, &command); err != nil {
			c.Fatal(err)
		}
		for _, from := range places() {
			c.use(from, command.Name, command.Options, func(args []discordtest.Arg) []discordtest.Arg { return args })
		}
	}
	c.send(c.fake.Command(discordtest.From{}, canary, discordtest.Arg{Name: canary, Value: canary}))
	target := c.fake.MessageCreate(discordtest.Post{Content: canary})
	c.send(c.fake.MessageCommand(discordtest.From{}, "ask", target))
	c.send(c.fake.MessageCommand(discordtest.From{}, canary, target))
	c.overrides()
}

// use uses a command, or each of its subcommands, and completes its options.
func (c *cage) use(from discordtest.From, name string, options []offered, below func([]discordtest.Arg) []discordtest.Arg) {
	c.Helper()
	var args []discordtest.Arg
	for _, o := range options {
		switch o.Type {
		case subcommand, subcommandGroup:
			c.use(from, name, o.Options, func(inner []discordtest.Arg) []discordtest.Arg {
				return below([]discordtest.Arg{{Name: o.Name, Type: o.Type, Options: inner}})
			})
		case stringOption:
			args = append(args, discordtest.Arg{Name: o.Name, Value: canary})
		case integerOption:
			args = append(args, discordtest.Arg{Name: o.Name, Value: 7})
		}
	}
	if len(options) > 0 && len(args) == 0 {
		return // it has subcommands alone
	}
	c.send(c.fake.Command(from, name, below(args)...))
	for i, o := range options {
		if o.Autocomplete {
			typing := slices.Clone(args)
			typing[i].Focused = true
			c.send(c.fake.Autocomplete(from, name, below(typing)...))
		}
	}
}

// overrides are a moderator's replacements of a help line, which are refused for what they say.
func (c *cage) overrides() {
	c.Helper()
	boss := discordtest.From{Permissions: "8"}
	got := c.send(c.fake.Autocomplete(boss, "helpline", discordtest.Arg{Name: "override", Options: []discordtest.Arg{{Name: "line", Value: "", Focused: true}}}))
	var offers struct{ Choices []struct{ Value string } }
	if err := json.Unmarshal(got.Data, &offers); err != nil || len(offers.Choices) == 0 {
		c.Fatalf("no help line is offered: %s, %v", got.Data, err)
	}
	for _, wrong := range [][3]string{{"<" + canary + ">", "12345", ""}, {"Line", canary, ""}, {"Line", "", "http://" + canary}} {
		c.send(c.fake.Command(boss, "helpline", discordtest.Arg{Name: "override", Options: []discordtest.Arg{
			{Name: "line", Value: offers.Choices[0].Value},
			{Name: "name", Value: wrong[0]},
			{Name: "days", Value: 7},
			{Name: "phone", Value: wrong[1]},
			{Name: "url", Value: wrong[2]},
		}}))
	}
}

// messages are written in every way: to the bot by mention, by reply and directly; to nobody, where it listens and where it does not; by
// a bot and a webhook; edited, and deleted.
func (c *cage) messages() {
	c.Helper()
	direct, listening := discordtest.From{Place: discordtest.InDM}, discordtest.From{ChannelID: c.listening}
	for _, words := range sentences() {
		c.say(discordtest.Post{Content: words, Mentions: true})
		c.say(discordtest.Post{From: direct, Content: words})
		c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: listening, Content: words}))
		c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{Content: words}))
		c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: listening, Content: words, Bot: true}))
		c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: listening, Content: words, Webhook: true}))
		c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: listening, Content: words, ReplyTo: c.fake.MessageCreate(discordtest.Post{Content: words})}))
	}
	c.say(discordtest.Post{From: listening, Content: canary + " I'm going to kill myself"})
	asked := c.say(discordtest.Post{Content: "how long will this last", Mentions: true})
	for _, words := range sentences() {
		c.dispatch("MESSAGE_UPDATE", c.fake.MessageUpdate(asked, "<@"+c.fake.BotID+"> "+words))
	}
	unasked := c.fake.MessageCreate(discordtest.Post{From: listening, Content: "hello"})
	c.dispatch("MESSAGE_CREATE", unasked)
	c.dispatch("MESSAGE_UPDATE", c.fake.MessageUpdate(unasked, canary))
	c.dispatch("MESSAGE_DELETE", c.fake.MessageDelete(asked))
	garbled := c.fake.MessageCreate(discordtest.Post{Content: canary, Mentions: true})
	garbled["timestamp"], garbled["author"] = canary, discordtest.Object{"id": canary, "username": canary}
	c.dispatch("MESSAGE_CREATE", garbled)
	c.dispatch("MESSAGE_CREATE", discordtest.Object{"id": []string{canary}, "content": canary, "guild_id": c.fake.GuildID, "channel_id": c.listening})
}

// presses are controls that nobody was given, with the canary in their paths and values.
func (c *cage) presses(everybody ...discordtest.From) {
	c.Helper()
	paths := strings.Fields(`entry choose pick none help country urgent alert topics topics/1 share publish dismiss vote/yes vote wrong donate stats
		stats/state stats/topic settings settings/page settings/set/country settings/set/alert-channel settings/set privacy country-keep country-forget`)
	for _, path := range append(paths, canary) {
		for _, from := range everybody {
			c.send(c.fake.Button(from, nil, path+"/"+canary))
			c.send(c.fake.Select(from, nil, path, canary))
			c.send(c.fake.ModalSubmit(from, path+"/"+canary, false, discordtest.Field{CustomID: canary, Value: canary}))
		}
	}
}

// noAnswer asks what has no answer, and returns the path to giving it away.
func (c *cage) noAnswer() (path string, message json.RawMessage) {
	c.Helper()
	got, message := c.ask(discordtest.From{}, "ask", "who won the football on sunday "+canary)
	return c.pathTo("donate/", got.Data), message
}

// forms open the form for giving a question away, and send what is refused; and once what is taken.
func (c *cage) forms() {
	c.Helper()
	member := discordtest.From{}
	path, message := c.noAnswer()
	form := c.send(c.fake.Button(member, message, path))                   // and nothing is sent
	for !bytes.Contains(form.Data, []byte(canary)) && c.ctx.Err() == nil { // the question is kept when the answer is out, unless there are too many
		path, message = c.noAnswer()
		form = c.send(c.fake.Button(member, message, path))
	}
	field := c.pathTo("words", form.Data)
	for _, refused := range []string{
		"I'm going to kill myself " + canary, "i cant do this anymore " + canary, strings.ReplaceAll(canary, " ", "@") + "@example.org", "",
		"I'm going to kill myself " + strings.Repeat(canary+" ", 100),
	} {
		for _, legacy := range []bool{false, true} {
			got := c.send(c.fake.ModalSubmit(member, path, legacy, discordtest.Field{CustomID: field, Value: refused}))
			if bytes.Contains(got.Data, []byte("What was stored")) {
				c.Errorf("%q is taken: %s", refused, got.Data)
			}
		}
	}
	c.send(c.fake.ModalSubmit(discordtest.From{Place: discordtest.InDM}, path, false, discordtest.Field{CustomID: field, Value: "how long " + canary}))
	broken := c.fake.ModalSubmit(member, path, false)
	broken.Payload["data"] = discordtest.Object{"custom_id": path, "components": []any{canary, 7, discordtest.Object{"custom_id": field, "value": []string{canary}}}}
	c.send(broken)
	if got := c.send(c.fake.ModalSubmit(member, path, false, discordtest.Field{CustomID: field, Value: given})); !bytes.Contains(got.Data, []byte("What was stored")) {
		c.Errorf("what is given on purpose is refused: %s", got.Data)
	}
}

// refusals are what Discord may do to an answer. Some of it quotes what it refuses.
func (c *cage) refusals() {
	c.Helper()
	c.refusing = true // so that words alone go out
	defer func() { c.refusing = false }()
	quoting := discordtest.Answer{Status: http.StatusBadRequest, Body: `{"code":50035,"message":"Invalid Form Body","errors":{"data":{"content":` +
		`{"_errors":[{"code":"BASE_TYPE_BAD","message":"Value \"` + canary + `\" is bad."}]}}}}`}
	for _, rule := range []discordtest.Rule{
		{Answer: quoting},
		{Answer: discordtest.Failure(http.StatusForbidden, 200000, "Message was blocked by automatic moderation")},
		{Drop: true},
		{Answer: discordtest.Unavailable(http.StatusServiceUnavailable)},
		{Answer: discordtest.RateLimited(20*time.Millisecond, "user")},
		{Answer: discordtest.Unavailable(http.StatusBadGateway), Apply: true},
		{Drop: true, Apply: true},
	} {
		rule.Method, rule.Prefix = http.MethodPost, "/interactions/"
		c.fake.Inject(rule)
		c.ask(discordtest.From{}, "ask", canary)
		c.fake.Inject(rule)
		c.dispatch("INTERACTION_CREATE", c.fake.Autocomplete(discordtest.From{}, "faq", discordtest.Arg{Name: "topic", Value: canary, Focused: true}))
		c.ask(discordtest.From{}, "faq", canary) // one of the two meets the fault
		rule.Prefix = "/channels/"
		c.fake.Inject(rule)
		c.say(discordtest.Post{Content: canary, Mentions: true})
		c.fake.ClearRules()
	}
	late := c.fake.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: canary})
	c.fake.Expire(late)
	c.dispatch("INTERACTION_CREATE", late)
	c.out.wait(c.ctx, c.T, "an interaction was not answered")
	c.fake.Inject(discordtest.Rule{Method: http.MethodPost, Prefix: "/channels/", Answer: discordtest.Failure(http.StatusForbidden, 50001, "Missing Access"), Times: -1})
	closed := discordtest.From{ChannelID: c.fake.NewID()}
	c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: closed, Content: "I'm going to kill myself " + canary, Mentions: true}))
	c.out.wait(c.ctx, c.T, "a message was not answered")
	c.fake.ClearRules()
	c.fake.Gateway.Drop()
	c.out.wait(c.ctx, c.T, "gateway connection ended")
	c.say(discordtest.Post{Content: canary, Mentions: true})
}

// without asks while the database stores nothing, of which the log says why: answers go on, and nothing that fails tells of them.
func (c *cage) without(why string) {
	c.Helper()
	path, message := c.noAnswer()
	for _, words := range sentences() {
		c.ask(discordtest.From{}, "ask", words)
		c.say(discordtest.Post{Content: words, Mentions: true})
	}
	got := c.send(c.fake.ModalSubmit(discordtest.From{}, path, false, discordtest.Field{CustomID: "words", Value: "how long will this last " + canary}))
	if bytes.Contains(got.Data, []byte("What was stored")) {
		c.Errorf("what cannot be stored is thanked for: %s", got.Data)
	}
	c.send(c.fake.Button(discordtest.From{}, message, "none/"+canary))
	c.presses(discordtest.From{Permissions: "8"})
	c.out.wait(c.ctx, c.T, why)
	c.out.wait(c.ctx, c.T, "a donation was not stored")
}

// panics asks while handlers panic with what was typed.
func (c *cage) panics() {
	c.Helper()
	switchOn := filepath.Join(c.root, poisonFile)
	if err := os.WriteFile(switchOn, nil, 0o600); err != nil {
		c.Fatal(err)
	}
	c.ask(discordtest.From{}, "ask", canary)
	c.out.wait(c.ctx, c.T, `msg="panic in the adapter" event=INTERACTION_CREATE`)
	c.say(discordtest.Post{Content: canary, Mentions: true})
	c.out.wait(c.ctx, c.T, `msg="panic in the adapter" event=MESSAGE_CREATE`)
	c.send(c.fake.Button(discordtest.From{}, nil, "vote/yes/faq/duration")) // there is no database, of which it warns
	c.out.wait(c.ctx, c.T, "a tool failed, the static card goes out")
	if err := os.Remove(switchOn); err != nil {
		c.Fatal(err)
	}
}

// crash kills the bot in the middle of its answers, so that it writes what each of its goroutines is doing.
func (c *cage) crash() {
	c.Helper()
	c.fake.Inject(discordtest.Rule{Method: http.MethodPost, Delay: time.Minute, Times: -1})
	c.dispatch("MESSAGE_CREATE", c.fake.MessageCreate(discordtest.Post{From: discordtest.From{Place: discordtest.InDM}, Content: canary}))
	for _, words := range sentences() {
		c.dispatch("INTERACTION_CREATE", c.fake.Command(discordtest.From{}, "ask", discordtest.Arg{Name: "question", Value: words}))
	}
	before := len(c.fake.Requests())
	if _, err := c.fake.WaitFor(c.ctx, func(r discordtest.Request) bool { return r.N > before && strings.HasPrefix(r.Path, "/interactions/") }); err != nil {
		c.Fatal(err)
	}
	const crashed = 2
	c.stop(syscall.SIGQUIT, crashed)
	for _, want := range []string{"SIGQUIT: quit", "goroutine "} {
		if !strings.Contains(c.out.String(), want) {
			c.Errorf("there is no %s in what the crash has left:\n%s", want, c.out)
		}
	}
	c.fake.ClearRules()
}
