package discord

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/rest"
	"faqbot/internal/text"
)

// message answers a direct message, or a message that mentions the bot.
func (a *adapter) message(ctx context.Context, received time.Time, m *discordgo.Message) {
	thinking, cancel := context.WithDeadline(ctx, received.Add(a.within))
	defer cancel()
	var asked *Asked
	body, err := safely(func() (body api.Body, err error) {
		body, asked, err = a.answerTo(thinking, m)
		return body, err
	})
	if errors.Is(err, errSilent) {
		return
	}
	if err != nil {
		a.log.ErrorContext(ctx, "a message's handler failed, the static card goes out", "message_id", m.ID, "error", err)
		body, asked = plainMessage(answer.Static()), nil
	}
	a.post(ctx, received, m, body, m.ID, asked)
}

// answerTo draws the answer to a message, to be reported when it is out; one without words gets the help card, and there is no report.
func (a *adapter) answerTo(ctx context.Context, m *discordgo.Message) (api.Body, *Asked, error) {
	v, reader := view{public: m.GuildID != ""}, m.Author.ID
	if v.public {
		v.owner, reader = a.key.Of(m.ID, m.Author.ID), ""
	}
	set := a.local.At(ctx, m.GuildID, reader)
	q := answer.Question{Heard: answer.Addressed, At: api.TimeOf(m.ID), Country: set.Own, Replaced: set.Replaced}
	words := a.withoutMention(m.Content)
	if strings.TrimSpace(words) == "" {
		card, _ := a.bot.Fixed(content.CardHelp, q)
		body, err := render(answer.NoAnswer{Card: card}, v, local.First(a.bot.Countries(), set.First))
		return body, nil, err
	}
	v.card = a.askedAs(m.ID)
	q.Words = text.New(words)
	out, err := a.ask(ctx, q)
	if err != nil {
		return api.Body{}, nil, err
	}
	if !alarms(out.Reply) && a.reluctance(ctx, m.GuildID, m.ChannelID, m.Author.ID, rolesOf(m.Member), q.At) != "" {
		return api.Body{}, nil, errSilent
	}
	body, err := render(out.Reply, v, local.First(a.bot.Countries(), set.First))
	return body, &Asked{m.GuildID, m.ChannelID, m.Author.ID, m.ID, out, q.Words, q.At}, err
}

// addressed reports whether a member's message was meant for the bot: sent to it directly, with its mention, or as a reply to one of
// its messages with the ping left on.
func (a *adapter) addressed(m *discordgo.Message) bool {
	if !fromMember(m, a.user) {
		return false
	}
	if m.GuildID == "" {
		return true
	}
	for _, u := range m.Mentions {
		if u != nil && u.ID == a.user {
			return m.Type == discordgo.MessageTypeReply || a.withoutMention(m.Content) != m.Content
		}
	}
	return false
}

// fromMember reports whether a person wrote a message: not a bot, this one included, nor Discord.
func fromMember(m *discordgo.Message, bot string) bool {
	return m.Author != nil && !m.Author.Bot && !m.Author.System && m.Author.ID != bot && m.WebhookID == "" &&
		(m.Type == discordgo.MessageTypeDefault || m.Type == discordgo.MessageTypeReply)
}

func rolesOf(m *discordgo.Member) []string {
	if m == nil {
		return nil
	}
	return m.Roles
}

// withoutMention takes the bot's mentions out of a text.
func (a *adapter) withoutMention(s string) string {
	return strings.NewReplacer("<@"+a.user+">", " ", "<@!"+a.user+">", " ").Replace(s)
}

// reply answers a message as a reply that pings nobody. What Discord refuses, or its embed for want of a permission, goes out as plain text,
// with one nonce, so that the member never sees two answers. It returns the id of what was posted, and whether it is no static card.
func (a *adapter) reply(ctx context.Context, to *discordgo.Message, body api.Body, nonce string) (id string, said bool, err error) {
	m := api.NewMessage{ReplyTo: to.ID, Nonce: nonce}
	bodies := plainer(body)
	for n, plain := range bodies {
		m.Body = plain
		id, err = a.api.CreateMessage(ctx, to.ChannelID, m)
		if rest.IsCode(err, api.CodeCannotReply) { // without the permission to read the history
			m.ReplyTo = ""
			id, err = a.api.CreateMessage(ctx, to.ChannelID, m)
		}
		noEmbeds := n == 0 && len(plain.Embeds) > 0 && rest.IsCode(err, api.CodeMissingPermissions)
		if !api.IsRefused(err) && !noEmbeds {
			return id, n < len(bodies)-1, err
		}
		a.log.ErrorContext(ctx, "discord refused a card, something plainer goes out", "message_id", to.ID, "error", err)
	}
	return id, false, err
}
