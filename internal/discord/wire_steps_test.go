package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/discordtest/lab"
	"faqbot/internal/discord/interact"
)

// setting reads a line that says how the bot or the fake is to be before it starts; false when it is the first step.
func (p *player) setting(line string) bool {
	settings := map[string]func(){
		"show the start":         func() { p.starting = true },
		"commands in one server": func() { p.config = func(c *Config) { c.Guild = p.fake.GuildID } },
		"a page about privacy":   func() { p.config = func(c *Config) { c.PrivacyURL = "https://example.org/privacy" } },
		"the core is slow": func() {
			p.change = func(b *process) {
				b.adapter.within = 50 * time.Millisecond
				b.adapter.core = func(answer.Question) answer.Outcome {
					<-p.ctx.Done()
					return answer.Outcome{}
				}
			}
		},
		"the core panics": func() {
			p.change = func(b *process) {
				b.adapter.core = func(q answer.Question) answer.Outcome { panic(q) }
			}
		},
		"handlers panic": func() {
			p.change = func(b *process) {
				boom := func(_ context.Context, _ *adapter, in input) (response, error) { panic(fmt.Sprint(in)) }
				b.adapter.commands["ask"] = command{name: "ask", handle: boom}
				for path := range b.adapter.components {
					b.adapter.components[path] = boom
				}
			}
		},
		"moderators can be told": func() {
			p.config = func(c *Config) {
				c.Alert = func(_ context.Context, a Alert) error {
					if a.Guild == p.fake.GuildID && a.Channel != "" && a.Message != "" && a.Member == p.fake.UserID && !a.At.IsZero() && slices.Equal(a.Categories, []string{"C2"}) {
						return nil
					}
					return fmt.Errorf("told %+v", a)
				}
			}
		},
		"moderators were told already": func() {
			p.config = func(c *Config) { c.Alert = func(context.Context, Alert) error { return ErrToldAlready } }
		},
		"moderators cannot be told": func() {
			gone := func(context.Context, Alert) error { return errors.New("the channel is gone") }
			p.config = func(c *Config) { c.Alert = gone }
		},
		"telling moderators panics": func() {
			p.config = func(c *Config) { c.Alert = func(_ context.Context, a Alert) error { panic(a) } }
		},
		"all public slots are taken": func() {
			p.change = func(b *process) {
				for range maxPublic {
					b.adapter.public <- struct{}{}
				}
			}
		},
		"the gateway beats fast":    func() { p.options.Heartbeat = 200 * time.Millisecond },
		"discord is 6 hours ahead":  func() { p.options.Ahead = 6 * time.Hour },
		"discord is 6 hours behind": func() { p.options.Ahead = -6 * time.Hour },
		"a tool opens a form": func() {
			open := func(context.Context, interact.Request) (interact.Response, error) {
				return interact.Response{Modal: &api.Modal{Path: "form", Title: "Form", Fields: []api.Field{{ID: "words", Label: "Words"}}}}, nil
			}
			p.config = func(c *Config) {
				c.Tools = func(*api.Client) []interact.Tool {
					return []interact.Tool{{Paths: map[string]interact.Handler{"form": open}}}
				}
			}
		},
		"the gateway hurries": func() {
			p.config = func(c *Config) {
				c.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
			}
		},
	}
	set, ok := settings[line]
	if ok {
		set()
	}
	return ok
}

// step plays one line.
func (p *player) step(line string) {
	p.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	steps := map[string]func(string){
		"type":   func(s string) { p.interact(p.command(s, true), want{}) },
		"press":  func(s string) { p.interact(p.press(s), want{}) },
		"pick":   func(s string) { p.interact(p.pick(s), want{}) },
		"forge":  func(s string) { p.interact(p.forge(s), want{}) },
		"submit": func(s string) { p.interact(p.submit(s), want{}) },
		"write":  func(s string) { p.say(p.post(discordtest.Post{Content: s}), want{}) },
		"mention": func(s string) {
			p.say(p.post(discordtest.Post{Content: s, Mentions: true}), want{})
		},
		"answer": func(s string) { // a reply to the current message, with the ping left on
			p.say(p.post(discordtest.Post{Content: s, ReplyTo: p.current, Ping: true}), want{})
		},
		"unheard": p.unheard,
		"late":    p.late,
		"twice":   p.twice,
		"lost":    p.lost,
		"logs":    p.logs,
		"altered": p.altered,
		"garbled": func(s string) { p.interact(p.garble(p.parse(s)), want{}) },
		"inject":  p.inject,
		"as":      p.as,
		"in":      p.in,
		"without": p.without,
		"keep":    func(s string) { p.kept[s] = p.current },
		"on":      p.on,
		"remove":  p.remove,
		"gateway": p.gateway,
		"restart": func(string) {
			p.finish()
			p.launch()
			before := p.fake.Gateway.Stats().Ready
			p.live(func(st discordtest.Stats) bool { return st.Ready > before })
		},
		"change": func(string) { p.changeCommands() },
	}
	if strings.HasPrefix(line, "/") {
		p.interact(p.command(line, false), want{})
		return
	}
	play, ok := steps[verb]
	if !ok {
		p.t.Fatalf("unknown step %q", line)
	}
	play(rest)
}

// parse makes the interaction of a step without sending it.
func (p *player) parse(line string) discordtest.Interaction {
	p.t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	switch {
	case strings.HasPrefix(line, "/"):
		return p.command(line, false)
	case verb == "press":
		return p.press(rest)
	case verb == "type":
		return p.command(rest, true)
	case verb == "forge":
		return p.forge(rest)
	}
	p.t.Fatalf("no interaction: %q", line)
	panic("unreachable")
}

// command reads "/name" or "/name option: value".
func (p *player) command(line string, typing bool) discordtest.Interaction {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	var args []discordtest.Arg
	if option, value, ok := strings.Cut(rest, ":"); ok {
		value = expand(strings.TrimSpace(value))
		p.typed = append(p.typed, value)
		args = append(args, discordtest.Arg{Name: option, Value: value, Focused: typing})
	}
	if typing {
		return p.fake.Autocomplete(p.from, name, args...)
	}
	return p.fake.Command(p.from, name, args...)
}

// expand lets a script say that a word is long: "x*150".
func expand(s string) string {
	unit, times, ok := strings.Cut(s, "*")
	if n, err := strconv.Atoi(times); ok && err == nil {
		return strings.Repeat(unit, n)
	}
	return s
}

type part struct {
	Type       int
	CustomID   string `json:"custom_id"`
	Label      string
	Options    []struct{ Label, Value string }
	Components []part
}

// parts lists the components of the current message.
func (p *player) parts() []part {
	p.t.Helper()
	var m struct{ Components []part }
	if err := json.Unmarshal(p.current, &m); err != nil {
		p.t.Fatalf("there is no message to press on: %v", err)
	}
	var out []part
	for _, row := range m.Components {
		out = append(out, row.Components...)
	}
	return out
}

func (p *player) press(label string) discordtest.Interaction {
	p.t.Helper()
	for _, c := range p.parts() {
		if c.Label == label {
			return p.fake.Button(p.from, p.current, c.CustomID)
		}
	}
	p.t.Fatalf("no button %q on %s", label, p.current)
	panic("unreachable")
}

func (p *player) pick(label string) discordtest.Interaction {
	p.t.Helper()
	for _, c := range p.parts() {
		for _, o := range c.Options {
			if o.Label == label {
				return p.fake.Select(p.from, p.current, c.CustomID, o.Value)
			}
		}
	}
	p.t.Fatalf("no option %q on %s", label, p.current)
	panic("unreachable")
}

// forge reads "custom-id [value ...]": a press on something that the message does not have.
func (p *player) forge(s string) discordtest.Interaction {
	fields := strings.Fields(s)
	id := strings.ReplaceAll(fields[0], "{member}", p.fake.UserID)
	if len(fields) > 1 {
		return p.fake.Select(p.from, p.current, id, fields[1:]...)
	}
	return p.fake.Button(p.from, p.current, id)
}

// twice sends one event two times.
func (p *player) twice(s string) {
	p.t.Helper()
	verb, text, _ := strings.Cut(s, " ")
	switch verb {
	case "mention", "write":
		p.say(p.post(discordtest.Post{Content: text, Mentions: verb == "mention"}), want{twice: true})
	default:
		p.interact(p.parse(s), want{twice: true})
	}
}

// logs waits until the bot has logged a message.
func (p *player) logs(message string) {
	p.t.Helper()
	if err := p.log.Wait(p.ctx, message); err != nil {
		p.t.Fatal(err)
	}
}

// garble gives a command's option a value that no option has.
func (p *player) garble(in discordtest.Interaction) discordtest.Interaction {
	p.t.Helper()
	var data discordtest.Object
	raw, err := json.Marshal(in.Payload["data"])
	if err == nil {
		err = json.Unmarshal(raw, &data)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	data["options"] = []any{map[string]any{"name": "question", "type": 3, "value": []string{"no", "text"}, "focused": true}}
	in.Payload["data"] = data
	return in
}

func (p *player) submit(s string) discordtest.Interaction {
	id, value, _ := strings.Cut(s, " ")
	p.typed = append(p.typed, value)
	return p.fake.ModalSubmit(p.from, id, false, discordtest.Field{CustomID: "words", Value: value})
}

// want says what an event is to bring.
type want struct {
	twice bool // the event is sent twice
	calls int  // so many calls, whatever their outcome, in place of one success
}

// interact sends an interaction and waits for its response.
func (p *player) interact(in discordtest.Interaction, w want) {
	p.t.Helper()
	if p.lacking != 0 {
		has, _ := in.Payload["app_permissions"].(string)
		n, _ := strconv.ParseInt(has, 10, 64)
		in.Payload["app_permissions"] = strconv.FormatInt(n&^p.lacking, 10)
	}
	p.tokens = append(p.tokens, in.Token)
	p.sent = append(p.sent, in.Feature())
	p.names.add("interaction", in.ID)
	p.names.add("token", in.Token)
	p.dispatch("INTERACTION_CREATE", in, w.twice)
	if w.calls > 0 {
		p.count(http.MethodPost, "/interactions/"+in.ID+"/"+in.Token+"/callback", w.calls)
		return
	}
	r, err := p.fake.Response(p.ctx, in)
	if err != nil {
		p.t.Fatal(err, "\n", p.log.String())
	}
	if r.After > api.ResponseWindow {
		p.t.Errorf("the response took %s", r.After)
	}
	if m, ok := p.fake.Original(in); ok {
		p.remember(m)
		p.hideable(in, m)
	}
}

// hideable checks that what only the member sees can be put away, but for the words alone that follow a refusal.
func (p *player) hideable(in discordtest.Interaction, m json.RawMessage) {
	p.t.Helper()
	refused := slices.ContainsFunc(p.fake.Requests(), func(r discordtest.Request) bool {
		return r.Status >= http.StatusBadRequest && strings.Contains(r.Path, in.ID)
	})
	if err := lab.Hideable(m); err != nil && !refused {
		p.t.Error(err)
	}
}

func (p *player) dispatch(event string, payload any, twice bool) {
	p.t.Helper()
	for range map[bool]int{false: 1, true: 2}[twice] {
		if err := p.fake.Gateway.Dispatch(event, payload); err != nil {
			p.t.Fatal(err)
		}
	}
}

// remember makes a message the current one.
func (p *player) remember(m json.RawMessage) {
	var id struct{ ID string }
	_ = json.Unmarshal(m, &id)
	p.names.add("message", id.ID)
	p.current = m
}

func (p *player) post(post discordtest.Post) discordtest.Object {
	p.typed = append(p.typed, post.Content)
	post.From = p.from
	return p.fake.MessageCreate(post)
}

// say sends a message and waits for the reply.
func (p *player) say(m discordtest.Object, w want) {
	p.t.Helper()
	id, _ := m["id"].(string)
	channel, _ := m["channel_id"].(string)
	p.names.add("message", id)
	p.dispatch("MESSAGE_CREATE", m, w.twice)
	if w.calls > 0 {
		p.count(http.MethodPost, "/channels/"+channel+"/messages", w.calls)
		return
	}
	_, err := p.fake.WaitFor(p.ctx, func(r discordtest.Request) bool {
		return r.Method == http.MethodPost && r.Status == http.StatusOK && strings.Contains(string(r.Body), `"message_id":"`+id+`"`)
	})
	if err != nil {
		p.t.Fatal(err, "\n", p.log.String())
	}
	p.remember(p.latest(channel))
}

// latest is the bot's latest message in a channel that everyone there sees.
func (p *player) latest(channel string) json.RawMessage {
	p.t.Helper()
	for _, m := range slices.Backward(p.fake.Messages(channel)) {
		var of struct {
			Author struct{ ID string }
			Flags  int
		}
		if json.Unmarshal(m, &of) == nil && of.Author.ID == p.fake.BotID && of.Flags&64 == 0 {
			return m
		}
	}
	p.t.Fatal("the bot wrote nothing in the channel")
	panic("unreachable")
}

// unheard reads "KIND TEXT": a message that the bot is to ignore. That it did is seen when it answers a later event and nothing
// stands between.
func (p *player) unheard(s string) {
	p.t.Helper()
	kind, text, _ := strings.Cut(s, " ")
	post := discordtest.Post{Content: text}
	switch kind {
	case "bot":
		post.Bot, post.Mentions = true, true
	case "webhook":
		post.Webhook, post.Mentions = true, true
	case "talk":
	default:
		post.Mentions = true
	}
	m := p.post(post)
	if n, err := strconv.Atoi(strings.TrimPrefix(kind, "type=")); err == nil {
		m["type"] = n
	}
	author, _ := m["author"].(discordtest.Object)
	author["system"] = kind == "system"
	author["bot"] = kind == "bot" // a webhook is known by its id
	p.dispatch("MESSAGE_CREATE", m, false)
}

// late sends an interaction whose token is no longer valid.
func (p *player) late(s string) {
	p.t.Helper()
	in := p.parse(s)
	p.fake.Expire(in)
	p.interact(in, want{calls: 1})
}

// remove plays a press that takes its message away, and waits until that was tried.
func (p *player) remove(s string) {
	p.t.Helper()
	var m struct {
		ID      string `json:"id"`
		Channel string `json:"channel_id"`
	}
	if err := json.Unmarshal(p.current, &m); err != nil {
		p.t.Fatal(err)
	}
	p.interact(p.parse(s), want{})
	p.count(http.MethodDelete, "/channels/"+m.Channel+"/messages/"+m.ID, 1)
}

// lost reads "N STEP": an event whose answer fails N times.
func (p *player) lost(s string) {
	p.t.Helper()
	number, rest, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		p.t.Fatal(err)
	}
	verb, text, _ := strings.Cut(rest, " ")
	switch verb {
	case "mention":
		p.say(p.post(discordtest.Post{Content: text, Mentions: true}), want{calls: n})
	case "write":
		p.say(p.post(discordtest.Post{Content: text}), want{calls: n})
	default:
		p.interact(p.parse(rest), want{calls: n})
	}
}

// on makes a kept message the current one, or the bot's latest in the channel.
func (p *player) on(name string) {
	p.t.Helper()
	if name == "the channel" {
		p.remember(p.latest(p.fake.ChannelID))
		return
	}
	m, ok := p.kept[name]
	if !ok {
		p.t.Fatalf("no message %q", name)
	}
	p.current = m
}
