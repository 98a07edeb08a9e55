package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"faqbot/internal/discord/discordtest"
	"faqbot/internal/discord/interact"
)

// members are who asks.
type members struct {
	fake    *discordtest.Server
	ledger  *ledger
	users   []string
	refusal string // a channel in which faults forbid the bot to write
	seed    uint64

	number  uint64
	sending sync.WaitGroup
}

const (
	manyUsers = 50
	ordinary  = 2248473465835073 // what @everyone has in a new server
	// maxPresses is how many controls in a row somebody presses.
	maxPresses = 4
	// suggest is the command on a message.
	suggest = "Answer from the FAQ"
)

func newMembers(fake *discordtest.Server, l *ledger, seed uint64) *members {
	m := &members{fake: fake, ledger: l, seed: seed, refusal: fake.NewID()}
	for range manyUsers {
		m.users = append(m.users, fake.NewID())
	}
	return m
}

// next lets one member begin; wait for all with sending.
func (m *members) next(ctx context.Context) {
	m.number++
	v := &visit{members: m, ctx: ctx, dice: rand.New(rand.NewPCG(m.seed, m.number))} //nolint:gosec // what is sent is no secret
	v.from.UserID = v.users[v.dice.IntN(len(v.users))]
	m.sending.Go(v.begin)
}

// visit is what one member does from the first question to the last press.
type visit struct {
	*members
	ctx  context.Context //nolint:containedctx // lives as long as the one visit
	dice *rand.Rand
	from discordtest.From
}

func pick[T any](v *visit, list []T) T { return list[v.dice.IntN(len(list))] }

// begin sends one thing, and then presses what came back.
func (v *visit) begin() {
	const percent = 100
	l := pick(v, lines())
	switch n := v.dice.IntN(percent); {
	case n < 35:
		v.ask(l)
	case n < 48:
		v.open()
	case n < 62:
		v.complete()
	case n < 70:
		v.moderate()
	case n < 86:
		v.mention(l)
	default:
		v.from.Place = discordtest.InDM
		v.say(direct, l, discordtest.Post{Content: l.text})
	}
}

func (v *visit) ask(l line) {
	if v.dice.IntN(4) == 0 { // where only the member has the bot
		v.from.Place = discordtest.UserInstall
	}
	v.interact(command, l.urgent, v.fake.Command(v.from, "ask", discordtest.Arg{Name: "question", Value: l.text}), 0)
}

// open uses a command that takes no question.
func (v *visit) open() {
	name := pick(v, []string{"about", "help-now", "symptoms", "coping", "faq", "symptom"})
	var args []discordtest.Arg
	switch name {
	case "faq":
		args = append(args, discordtest.Arg{Name: "topic", Value: "faq/duration"})
	case "symptom":
		args = append(args, discordtest.Arg{Name: "name", Value: "symptom/insomnia"})
	}
	v.interact(command, false, v.fake.Command(v.from, name, args...), 0)
}

func (v *visit) complete() {
	name, option := "faq", "topic"
	if v.dice.IntN(3) == 0 {
		name, option = "symptom", "name"
	}
	v.interact(completion, false, v.fake.Autocomplete(v.from, name, discordtest.Arg{Name: option, Value: pick(v, prefixes()), Focused: true}), 0)
}

// moderate uses a moderator's command, which reads or writes the database.
func (v *visit) moderate() {
	v.from.Permissions = strconv.FormatInt(ordinary|interact.PermissionManageMessages|interact.PermissionManageGuild, 10)
	sub := func(name string, options ...discordtest.Arg) []discordtest.Arg {
		return []discordtest.Arg{{Name: name, Options: options}}
	}
	type use struct {
		name string
		args []discordtest.Arg
	}
	u := pick(v, []use{
		{"settings", nil},
		{"audit", nil},
		{"stats", nil},
		{"helpline", sub("list")},
		{"privacy", sub("delete")},
		{"resource", sub("list")},
		{"resource", sub("pin", discordtest.Arg{Name: "entry", Value: "faq/duration"})},
		{suggest, nil},
	})
	if u.name == suggest {
		target := v.fake.MessageCreate(discordtest.Post{Content: pick(v, lines()).text})
		v.interact(command, false, v.fake.MessageCommand(v.from, u.name, target), 0)
		return
	}
	v.interact(command, false, v.fake.Command(v.from, u.name, u.args...), 0)
}

func (v *visit) mention(l line) {
	if v.dice.IntN(12) == 0 && !l.urgent {
		v.from.ChannelID = v.refusal
	}
	v.say(mention, l, discordtest.Post{Content: l.text, Mentions: true})
}

// say posts a message.
func (v *visit) say(k kind, l line, p discordtest.Post) {
	p.From = v.from
	m := v.fake.MessageCreate(p)
	id, _ := m["id"].(string)
	channel, _ := m["channel_id"].(string)
	it := &item{kind: k, urgent: l.urgent, channel: channel}
	v.ledger.send(id, "", it)
	v.dispatch("MESSAGE_CREATE", m, it)
}

// dispatch sends an event, now and then twice, as Discord may.
func (v *visit) dispatch(event string, payload any, it *item) {
	times := 1 + tell(v.dice.IntN(30) == 0)
	for range times {
		if v.fake.Gateway.Dispatch(event, payload) != nil {
			v.ledger.unheard(it)
		}
	}
}

// interact sends an interaction, waits for its response, and presses on.
func (v *visit) interact(k kind, urgent bool, in discordtest.Interaction, presses int) {
	it := &item{kind: k, urgent: urgent}
	v.ledger.send(in.ID, in.Token, it)
	v.dispatch("INTERACTION_CREATE", in, it)
	if k == completion || presses >= maxPresses || v.dice.IntN(2) == 0 {
		return
	}
	timeout := time.NewTimer(window)
	defer timeout.Stop()
	select {
	case <-it.settled:
		v.press(in, it, presses+1)
	case <-timeout.C:
	case <-v.ctx.Done():
	}
}

// press uses one of the controls of a response, or sends the form that it is.
func (v *visit) press(in discordtest.Interaction, it *item, presses int) {
	const asForm = 9
	if it.response == asForm {
		r, err := v.fake.Response(v.ctx, in)
		var opened struct {
			ID string `json:"custom_id"`
		}
		if err != nil || json.Unmarshal(r.Data, &opened) != nil {
			return
		}
		l := pick(v, lines())
		v.interact(form, l.urgent, v.fake.ModalSubmit(v.from, opened.ID, false, discordtest.Field{CustomID: "words", Value: l.text}), presses)
		return
	}
	message, ok := v.fake.Original(in)
	controls := controlsOf(message)
	if !ok || len(controls) == 0 {
		return
	}
	c := pick(v, controls)
	if len(c.Options) > 0 {
		v.interact(menu, false, v.fake.Select(v.from, message, c.ID, pick(v, c.Options).Value), presses)
		return
	}
	v.interact(button, false, v.fake.Button(v.from, message, c.ID), presses)
}

// control is a button or a menu of texts.
type control struct {
	ID       string `json:"custom_id"`
	Type     int
	Disabled bool
	Options  []struct{ Value string }
}

func controlsOf(message json.RawMessage) []control {
	var m struct {
		Components []struct{ Components []control }
	}
	if json.Unmarshal(message, &m) != nil {
		return nil
	}
	var all []control
	for _, row := range m.Components {
		all = append(all, row.Components...)
	}
	const aButton, aMenu = 2, 3
	const pause = "settings/set/cooldown" // who is in a pause gets no answer, and is not lost
	return slices.DeleteFunc(all, func(c control) bool {
		return c.ID == "" || c.ID == pause || c.Disabled || c.Type != aButton && c.Type != aMenu
	})
}
