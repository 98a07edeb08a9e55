package pins

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// Names of the command and its parts.
const (
	commandName = "resource"
	subPin      = "pin"
	subUnpin    = "unpin"
	subList     = "list"
	subRefresh  = "refresh"
	optionEntry = "entry"
)

// Types of commands and options, and where commands are used and installed.
const (
	typeChat, typeSub, typeString = 1, 1, 3
	inGuild, byGuild              = 0, 0
)

// Permission bits that interact does not name.
const (
	permissionView         int64 = 1 << 10
	permissionSend         int64 = 1 << 11
	permissionEmbed        int64 = 1 << 14
	permissionHistory      int64 = 1 << 16
	permissionSendInThread int64 = 1 << 38
	permissionPin          int64 = 1 << 51
)

// Tool is /resource. By default Discord shows it to those who may delete others' messages, because it knows nothing of moderators by role; a
// server can show it to others. Who may use it is checked every time, and is decided otherwise: it counts for the whole server.
func (p *Pins) Tool() interact.Tool {
	entry := []*api.Option{{
		Type: typeString, Name: optionEntry, Description: aboutEntry, Required: true, Autocomplete: true, MaxLength: api.MaxChoiceRunes,
	}}
	return interact.Tool{Changed: p.Changed, Commands: []interact.Command{{
		Command: api.Command{
			Type: typeChat, Name: commandName, Description: aboutCommand,
			Contexts: []int{inGuild}, IntegrationTypes: []int{byGuild},
			Permissions: fmt.Sprint(interact.PermissionManageMessages),
			Options: []*api.Option{
				{Type: typeSub, Name: subPin, Description: aboutPin, Options: entry},
				{Type: typeSub, Name: subUnpin, Description: aboutUnpin, Options: entry},
				{Type: typeSub, Name: subList, Description: aboutList},
				{Type: typeSub, Name: subRefresh, Description: aboutRefresh},
			},
		},
		Handle: p.handle, Complete: p.complete,
	}}}
}

func say(format string, args ...any) api.Body {
	return api.Body{Content: api.Cut(fmt.Sprintf(format, args...), api.MaxContentRunes)}
}

func now(body api.Body) (interact.Response, error) { return interact.Response{Body: body}, nil }

// trouble says that the database failed a command.
func (p *Pins) trouble(ctx context.Context, err error) api.Body {
	p.log.ErrorContext(ctx, "the database failed a moderator's command on pins", "error", err)
	return say(textTrouble)
}

// later makes a response of work of several calls, which waits for its turn. It fails where the database does.
func (p *Pins) later(work func(context.Context) (api.Body, error)) (interact.Response, error) {
	return interact.Response{Later: func(ctx context.Context) api.Body {
		if err := p.enter(ctx); err != nil {
			p.log.WarnContext(ctx, "a moderator's command on pins did not get its turn", "error", err)
			return say(textBusy)
		}
		defer p.leave()
		body, err := work(ctx)
		if err != nil {
			return p.trouble(ctx, err)
		}
		return body
	}}, nil
}

// handle answers /resource.
func (p *Pins) handle(ctx context.Context, r interact.Request) (interact.Response, error) {
	if ok, err := p.allowed(ctx, r); err != nil {
		return now(p.trouble(ctx, err))
	} else if !ok {
		return now(say(textModerators))
	}
	switch r.Sub {
	case subPin:
		return p.commandPin(r)
	case subUnpin:
		return p.later(func(ctx context.Context) (api.Body, error) { return p.unpin(ctx, r) })
	case subList:
		return p.list(ctx, r)
	case subRefresh:
		return p.later(func(ctx context.Context) (api.Body, error) { return p.refresh(ctx, r) })
	}
	return now(say(textPick))
}

// allowed reports whether the member is one of the server's moderators.
func (p *Pins) allowed(ctx context.Context, r interact.Request) (bool, error) {
	if r.Guild == "" {
		return false, nil
	}
	settings, err := p.records.Settings(ctx, r.Guild)
	if err != nil {
		return false, fmt.Errorf("read who moderates: %w", err)
	}
	return r.IsModerator(settings.ModeratorRoles), nil
}

// commandPin checks what needs no call, and then pins.
func (p *Pins) commandPin(r interact.Request) (interact.Response, error) {
	out, ok := p.bot().Entry(r.Options[optionEntry], answer.Question{At: p.now()})
	if !ok {
		return now(say(textPick))
	}
	if lacking := missing(r.BotPermissions); len(lacking) > 0 {
		return now(say(textMissing, strings.Join(lacking, ", ")))
	}
	card := out.Reply.Shown().ID()
	return p.later(func(ctx context.Context) (api.Body, error) { return p.pin(ctx, r, card) })
}

// missing names the permissions that the bot lacks for pinning.
func missing(has int64) []string {
	if has&interact.PermissionAdministrator != 0 {
		return nil
	}
	var out []string
	for _, need := range []struct {
		anyOf int64
		name  string
	}{
		{permissionView, nameView},
		{permissionSend | permissionSendInThread, nameSend}, // which of them counts depends on the channel: Discord judges
		{permissionEmbed, nameEmbed},
		{permissionHistory, nameHistory},
		{permissionPin, namePin},
	} {
		if has&need.anyOf == 0 {
			out = append(out, need.name)
		}
	}
	return out
}

// pin pins a card where the command was used. That somebody asked for it is noted first, because Run may be what ends it.
func (p *Pins) pin(ctx context.Context, r interact.Request, card string) (api.Body, error) {
	known, ok, err := p.in(ctx, r.Guild, r.Channel, card)
	if err != nil {
		return api.Body{}, err
	}
	if ok {
		card = known.Card
	}
	if ok && known.Message != "" && known.State != store.PinPending {
		if f, err := p.check(ctx, known); f != deleted {
			return p.again(ctx, r, known, f, err)
		}
	}
	if err := p.note(ctx, r.Guild, r.User, store.ActionPin, card); err != nil {
		return api.Body{}, err
	}
	pin, created, err := p.records.BeginPin(ctx, r.Guild, r.Channel, card, p.now())
	if err != nil {
		return api.Body{}, fmt.Errorf("begin a pin: %w", err)
	}
	if pin.State != store.PinPending {
		if pin, err = p.reopen(ctx, pin); err != nil {
			return api.Body{}, err
		}
	}
	f, cause := p.settle(ctx, pin)
	if f == refused && created {
		if err := p.forget(ctx, pin, ""); err != nil {
			return api.Body{}, err
		}
	}
	return p.settled(ctx, pin, f, cause)
}

// settled says what came of a pin.
func (p *Pins) settled(ctx context.Context, pin store.Pin, f finding, cause error) (api.Body, error) {
	switch f {
	case refused:
		p.log.WarnContext(ctx, "discord refused a pin", "channel_id", pin.Channel, "error", cause)
		return say("%s %s", explain(cause), textNothingNoted), nil
	case postponed:
		p.log.WarnContext(ctx, "a pin is postponed", "channel_id", pin.Channel, "error", cause)
		return say(textLater), nil
	case asShould, posted, edited, unpinned, deleted, entryGone:
	}
	now, ok, err := p.in(ctx, pin.Guild, pin.Channel, pin.Card)
	if err != nil || !ok || now.State != store.PinLive {
		return say(textLater), err
	}
	p.log.InfoContext(ctx, "a card is pinned", "channel_id", now.Channel, "message_id", now.Message)
	return say(textPinned, linkTo(now)), nil
}

// again answers for a card that has a message already: twice pinned stays one.
func (p *Pins) again(ctx context.Context, r interact.Request, pin store.Pin, f finding, cause error) (api.Body, error) {
	if f != unpinned {
		if cause != nil {
			p.log.WarnContext(ctx, "a pinned card could not be looked at", "channel_id", pin.Channel, "message_id", pin.Message, "error", cause)
			return say("%s", explain(cause)), nil
		}
		return say(textAlready, linkTo(pin)), nil
	}
	if err := p.note(ctx, r.Guild, r.User, store.ActionPin, pin.Card); err != nil {
		return api.Body{}, err
	}
	if err := p.calls.Pin(ctx, pin.Channel, pin.Message, reasonPin); err != nil {
		p.log.WarnContext(ctx, "discord refused a pin", "channel_id", pin.Channel, "message_id", pin.Message, "error", err)
		return say("%s", explain(err)), nil
	}
	if err := p.records.SetPinState(ctx, pin.Channel, pin.Card, store.PinLive, p.now()); err != nil {
		return api.Body{}, fmt.Errorf("note a pin: %w", err)
	}
	return say(textAgain, linkTo(pin)), nil
}

// forget ends a pin. The note comes first: a stop between the two may double it, and cannot lose it.
func (p *Pins) forget(ctx context.Context, pin store.Pin, actor string) error {
	if err := p.note(ctx, pin.Guild, actor, store.ActionUnpin, pin.Card); err != nil {
		return err
	}
	if err := p.records.DeletePin(ctx, pin.Channel, pin.Card); err != nil {
		return fmt.Errorf("forget a pin: %w", err)
	}
	return nil
}

// unpin takes a card away, of this channel or of the one that the value names.
func (p *Pins) unpin(ctx context.Context, r interact.Request) (api.Body, error) {
	channel, card := r.Channel, r.Options[optionEntry]
	if first, rest, ok := strings.Cut(card, "/"); ok && strings.Trim(first, "0123456789") == "" {
		channel, card = first, rest
	}
	pin, ok, err := p.in(ctx, r.Guild, channel, card)
	if err != nil {
		return api.Body{}, err
	}
	if !ok {
		return say(textNotPinned), nil
	}
	left, err := p.remove(ctx, pin)
	if err != nil {
		p.log.WarnContext(ctx, "a pinned card could not be taken away", "channel_id", pin.Channel, "message_id", pin.Message, "error", err)
		return say(textBusy), nil
	}
	if err := p.forget(ctx, pin, r.User); err != nil {
		return api.Body{}, err
	}
	if left {
		return say(textLeft, linkTo(pin)), nil
	}
	return say(textUnpinned), nil
}

// list shows a server's pins as of the last look at them.
func (p *Pins) list(ctx context.Context, r interact.Request) (interact.Response, error) {
	pins, err := p.records.Pins(ctx, r.Guild)
	if err != nil {
		return now(p.trouble(ctx, fmt.Errorf("list pins: %w", err)))
	}
	if len(pins) == 0 {
		return now(say(textNone))
	}
	var lines []string
	for _, pin := range pins {
		lines = append(lines, fmt.Sprintf(textListLine, p.title(pin.Card), pin.Channel, strings.TrimSuffix(p.words(pin), "."), p.review(pin.Card), linkTo(pin)))
	}
	return now(lay(textList, lines))
}

// review says in words when a card was reviewed; nothing for one that is gone.
func (p *Pins) review(card string) string {
	if out, ok := p.bot().Entry(card, answer.Question{At: p.now()}); ok {
		return out.Reply.Shown().Review()
	}
	return ""
}

// lay sets lines under a heading, as many as fit into a message.
func lay(heading string, lines []string) api.Body {
	const reserve = 50 // for textMore
	text := heading
	for i, line := range lines {
		if utf8.RuneCountInString(text)+1+utf8.RuneCountInString(line) > api.MaxContentRunes-reserve {
			return say("%s\n"+textMore, text, len(lines)-i)
		}
		text += "\n" + line
	}
	return say("%s", text)
}

// refresh looks at all pins of a server, as long as there is time, and says what is wrong.
func (p *Pins) refresh(ctx context.Context, r interact.Request) (api.Body, error) {
	pins, err := p.records.Pins(ctx, r.Guild)
	if err != nil {
		return api.Body{}, fmt.Errorf("list pins: %w", err)
	}
	if len(pins) == 0 {
		return say(textNone), nil
	}
	good, seen := 0, 0
	var lines []string
	for _, pin := range pins {
		if ctx.Err() != nil {
			break
		}
		seen++
		words, err := p.wrong(ctx, pin)
		if err != nil {
			p.log.WarnContext(ctx, "a pinned card could not be looked after", "channel_id", pin.Channel, "message_id", pin.Message, "error", err)
		}
		if words == "" {
			good++
			continue
		}
		lines = append(lines, fmt.Sprintf(textProblemLine, p.title(pin.Card), pin.Channel, words, linkTo(pin)))
	}
	heading := fmt.Sprintf(textGood, good, len(pins))
	if seen < len(pins) {
		heading += " " + fmt.Sprintf(textUnfinished, len(pins)-seen)
	}
	if len(lines) > 0 {
		heading += "\n" + textProblems
	}
	return lay(heading, lines), nil
}

// wrong looks at a pin and says what is wrong with it; empty for nothing.
func (p *Pins) wrong(ctx context.Context, pin store.Pin) (string, error) {
	f, err := p.look(ctx, pin)
	switch f {
	case asShould, posted, edited:
		return "", err
	case unpinned:
		return textUnpinnedByHand, err
	case deleted:
		return textDeletedByHand, err
	case entryGone:
		return textEntryGone, err
	case refused:
		if err == nil {
			return stateWords(store.PinForbidden), nil
		}
		return explain(err), err
	case postponed:
		return explain(err), err
	}
	return "", err
}

// complete offers cards to pin, or what is pinned.
func (p *Pins) complete(ctx context.Context, r interact.Request, _, typed string) []api.Choice {
	if r.Sub == subUnpin {
		return p.completePinned(ctx, r, typed)
	}
	found := p.bot().Complete(typed, api.MaxChoices)
	if typed != "" {
		return choices(found)
	}
	var first []answer.Option
	for _, id := range []string{cardHelplines, cardSymptoms} {
		if out, ok := p.bot().Entry(id, answer.Question{At: p.now()}); ok {
			first = append(first, answer.Option{ID: id, Title: out.Reply.Shown().Title()})
		}
	}
	found = slices.DeleteFunc(found, func(o answer.Option) bool { return o.ID == cardHelplines || o.ID == cardSymptoms })
	return choices(append(first, found...))
}

// completePinned offers moderators the pins of this channel, and behind them those of other channels, some of which may be gone.
func (p *Pins) completePinned(ctx context.Context, r interact.Request, typed string) []api.Choice {
	if ok, err := p.allowed(ctx, r); err != nil || !ok {
		return nil // others may not see every channel
	}
	pins, err := p.records.Pins(ctx, r.Guild)
	if err != nil {
		p.log.ErrorContext(ctx, "autocomplete of pins failed, it offers nothing", "error", err)
		return nil
	}
	var here, there []api.Choice
	for _, pin := range pins {
		title := p.title(pin.Card)
		value := pin.Channel + "/" + pin.Card
		switch {
		case !strings.Contains(strings.ToLower(title), strings.ToLower(typed)) || utf8.RuneCountInString(value) > api.MaxChoiceRunes:
		case pin.Channel == r.Channel:
			here = append(here, api.Choice{Name: api.Cut(title, api.MaxChoiceRunes), Value: pin.Card})
		default:
			const shown = 4
			name := fmt.Sprintf(textElsewhere, title, pin.Channel[max(0, len(pin.Channel)-shown):])
			there = append(there, api.Choice{Name: api.Cut(name, api.MaxChoiceRunes), Value: value})
		}
	}
	return append(here, there...)
}
