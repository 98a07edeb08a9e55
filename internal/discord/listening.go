package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/manners"
	"faqbot/internal/text"
)

// errSilent says that nothing is to be said.
var errSilent = errors.New("nothing is said here")

// Words for members who ask where, or more often than, a server's moderators want.
const (
	textElsewhere = "The moderators of this server have chosen where, and for whom, I answer. What you asked is not shown to anyone. " +
		"If anyone may be in danger, type /help-now: that works everywhere."
	textNotHere = "The moderators of this server have chosen where, and for whom, I answer, and cards are not shared elsewhere. Only you have seen this one."
	textPace    = "One moment, please: you can ask again in %d seconds. If anyone may be in danger, type /help-now: that works at once."
)

// memory is what the bot remembers between events, for as long as the process lives.
type memory struct {
	paces   *manners.Paces
	replies *manners.Replies
	parents *manners.Parents
	threads *manners.Recent // in which a question to nobody was answered
	gone    *manners.Recent // messages that were deleted, perhaps before their answer was out
}

func newMemory() memory {
	return memory{manners.NewPaces(), manners.NewReplies(), manners.NewParents(), manners.NewRecent(rememberEvents), manners.NewRecent(rememberEvents)}
}

// incoming takes a message that was posted or changed.
func (a *adapter) incoming(waiting, answering context.Context, received time.Time, e gateway.Event) {
	m, err := api.DecodeMessage(e.Data)
	work := func() { a.message(answering, received, m) }
	switch {
	case err != nil:
		a.log.ErrorContext(answering, "a message could not be read")
		return
	case !fromMember(m, a.user):
		return
	case e.Type == "MESSAGE_UPDATE":
		if m.EditedTimestamp == nil || len(a.memory.replies.Of(m.ID)) == 0 && !a.addressed(m) && !a.mayOverhear(m) {
			return // a preview that was added, or what was never meant for the bot
		}
		work = func() { a.edited(answering, received, m) }
	case a.addressed(m):
	case a.mayOverhear(m):
		work = func() { a.overheard(answering, received, m) }
	default:
		return
	}
	if e.Type == "MESSAGE_CREATE" && !a.seen.Add(m.ID) {
		return
	}
	if m.GuildID == "" {
		a.inSlot(waiting, a.private, e.Type, work)
		return
	}
	// Waiting for a slot would hold up the interactions behind it, which have three seconds.
	full, cancel := context.WithCancel(waiting)
	cancel()
	if !a.inSlot(full, a.public, e.Type, work) {
		a.log.ErrorContext(answering, "too many messages at once, one was not answered", "message_id", m.ID, "channel_id", m.ChannelID)
	}
}

// reluctance says why words are answered only where they speak of danger; empty where they are answered anyway.
func (a *adapter) reluctance(ctx context.Context, guild, channel, user string, roles []string, at time.Time) string {
	rules := a.rulesOf(ctx, guild)
	if !a.answers(ctx, rules, channel, roles) {
		return textElsewhere
	}
	if wait := a.memory.paces.Wait(guild, user, rules.Cooldown, at); wait > 0 {
		return fmt.Sprintf(textPace, int((wait+time.Second-1)/time.Second))
	}
	return ""
}

// rulesOf returns a server's rules; there are none in direct messages.
func (a *adapter) rulesOf(ctx context.Context, guild string) manners.Rules {
	if guild == "" || a.rules == nil {
		return manners.Rules{}
	}
	return a.rules(ctx, guild)
}

// answers reports whether rules let members with some roles be answered in a channel, or in the one that a thread is in.
func (a *adapter) answers(ctx context.Context, rules manners.Rules, channel string, roles []string) bool {
	return rules.Answers(channel, "", roles) || len(rules.AskChannels) > 0 && rules.Answers(channel, a.parent(ctx, channel), roles)
}

// serves reports whether rules let the one who asked or pressed be answered where that was.
func (a *adapter) serves(ctx context.Context, in input) bool {
	return a.answers(ctx, a.rulesOf(ctx, in.guild), in.channel, in.roles)
}

// parent finds a channel's parent; none where Discord does not say.
func (a *adapter) parent(ctx context.Context, channel string) string {
	return a.memory.parents.Of(channel, func() (string, error) { return a.api.Parent(ctx, channel) })
}

// alarms reports whether a reply speaks of danger: such a one goes out whatever the manners.
func alarms(r answer.Reply) bool {
	switch r := r.(type) {
	case answer.Urgent, answer.CheckIn:
		return true
	case answer.Answer:
		return r.Notice != answer.NoticeNone
	case answer.Choose:
		return r.Notice != answer.NoticeNone
	case answer.Decline:
		return r.Notice != answer.NoticeNone
	case answer.NoAnswer:
		return r.Notice != answer.NoticeNone
	case answer.Silence:
	}
	return false
}

// mayOverhear reports whether a message may stand where the bot listens, as far as that is known without asking.
func (a *adapter) mayOverhear(m *discordgo.Message) bool {
	return a.overhears && a.rules != nil && m.GuildID != "" && m.Content != ""
}

// listens reports whether moderators want the bot to read a message to nobody; rules are the server's.
func (a *adapter) listens(ctx context.Context, m *discordgo.Message) (rules manners.Rules, ok bool) {
	if !a.mayOverhear(m) {
		return rules, false
	}
	rules = a.rules(ctx, m.GuildID)
	ok = rules.Overhears(m.ChannelID, "") || len(rules.UnaskedChannels) > 0 && rules.Overhears(m.ChannelID, a.parent(ctx, m.ChannelID))
	return rules, ok
}

// overheard answers a message to nobody, where moderators want that: a question with a sure answer, once a thread; danger by a neutral line.
func (a *adapter) overheard(ctx context.Context, received time.Time, m *discordgo.Message) {
	thinking, cancel := context.WithDeadline(ctx, received.Add(a.within))
	defer cancel()
	rules, ok := a.listens(thinking, m)
	if !ok {
		return
	}
	set := a.local.At(thinking, m.GuildID, "")
	q := answer.Question{Heard: answer.Overheard, At: api.TimeOf(m.ID), Words: text.New(m.Content), Replaced: set.Replaced}
	out, err := a.ask(thinking, q)
	if err != nil {
		a.log.WarnContext(ctx, "a message to nobody was not read", "message_id", m.ID, "error", err)
		return
	}
	_, urgent := out.Reply.(answer.Urgent)
	_, found := out.Reply.(answer.Answer)
	if !urgent && (!found || !a.polite(thinking, m, rules, q.At)) {
		return
	}
	v := view{public: true, neutral: true, owner: a.key.Of(m.ID, m.Author.ID), card: a.askedAs(m.ID)}
	body, err := render(out.Reply, v, local.First(a.bot.Countries(), set.First))
	if err != nil {
		a.log.ErrorContext(ctx, "a reply could not be drawn", "message_id", m.ID, "error", err)
		return
	}
	a.post(ctx, received, m, body, m.ID, &Asked{m.GuildID, m.ChannelID, m.Author.ID, m.ID, out, q.Words, q.At})
}

// polite reports whether an answer to a message to nobody would disturb nobody: it is put as a question, to no member or role, by somebody who
// is answered, not too soon, and the first one in its thread.
func (a *adapter) polite(ctx context.Context, m *discordgo.Message, rules manners.Rules, at time.Time) bool {
	toSomebody := m.Type == discordgo.MessageTypeReply || m.MessageReference != nil || len(m.Mentions)+len(m.MentionRoles) > 0
	if toSomebody || !manners.IsQuestion(m.Content) || !rules.Serves(rolesOf(m.Member)) {
		return false
	}
	thread := a.parent(ctx, m.ChannelID) != ""
	if thread && a.memory.threads.Has(m.ChannelID) || a.memory.paces.Wait(m.GuildID, m.Author.ID, rules.Cooldown, at) > 0 {
		return false
	}
	return !thread || a.memory.threads.Add(m.ChannelID)
}

// edited reads a changed message again. Only danger is answered: the question has its answer.
func (a *adapter) edited(ctx context.Context, received time.Time, m *discordgo.Message) {
	thinking, cancel := context.WithDeadline(ctx, received.Add(a.within))
	defer cancel()
	before := a.memory.replies.Of(m.ID)
	warned := slices.ContainsFunc(before, func(r manners.Reply) bool { return r.Urgent })
	v, reader := view{public: m.GuildID != "", neutral: !a.addressed(m)}, m.Author.ID
	if v.public {
		v.owner, reader = a.key.Of(m.ID, m.Author.ID), ""
	}
	if v.neutral && len(before) == 0 {
		if _, ok := a.listens(thinking, m); !ok {
			return
		}
	}
	set := a.local.At(thinking, m.GuildID, reader)
	q := answer.Question{
		Heard: answer.Addressed, At: api.TimeOf(m.ID), Words: text.New(a.withoutMention(m.Content)), Country: set.Own, Replaced: set.Replaced,
	}
	out, err := a.ask(thinking, q)
	if _, urgent := out.Reply.(answer.Urgent); err != nil || !urgent || warned {
		return
	}
	body, err := render(out.Reply, v, local.First(a.bot.Countries(), set.First))
	if err != nil {
		body = plainMessage(answer.Static())
	}
	a.post(ctx, received, m, body, api.Nonce(m.ID, "edited"), &Asked{m.GuildID, m.ChannelID, m.Author.ID, m.ID, out, q.Words, q.At})
}

// post sends a reply to a message, and whether or not it gets through tells moderators who want that of danger that everybody can see.
func (a *adapter) post(ctx context.Context, received time.Time, m *discordgo.Message, body api.Body, nonce string, asked *Asked) {
	urgent := false
	if asked != nil {
		_, urgent = asked.Outcome.Reply.(answer.Urgent)
	}
	if a.posted(ctx, received, m, body, nonce, urgent) {
		a.report(ctx, asked)
	}
	if !urgent || m.GuildID == "" || a.alarm == nil {
		return
	}
	var categories []string
	for _, h := range asked.Outcome.Assessment.Hits {
		categories = append(categories, string(h.Category))
	}
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	if _, err := safely(func() (struct{}, error) {
		return struct{}{}, a.alarm(ctx, Alert{
			Categories: categories, Guild: m.GuildID, Channel: m.ChannelID, Message: m.ID, Member: m.Author.ID, At: asked.At,
		})
	}); err != nil {
		a.log.ErrorContext(ctx, "no moderator was told of danger", "channel_id", m.ChannelID, "error", err)
	}
}

// posted sends a reply and remembers it; false where it did not get through.
func (a *adapter) posted(ctx context.Context, received time.Time, m *discordgo.Message, body api.Body, nonce string, urgent bool) bool {
	if !urgent && a.quiet.Is(m.ChannelID, received) { // danger is tried again each time: the channel may be open by now
		a.log.DebugContext(ctx, "not answered, the channel refused a reply lately", "message_id", m.ID, "channel_id", m.ChannelID)
		return false
	}
	sending, stop := context.WithDeadline(ctx, received.Add(replyWithin))
	defer stop()
	id, said, err := a.reply(sending, m, body, nonce)
	a.figures.Serve("message", received, err)
	if err != nil {
		if api.IsForbidden(err) {
			a.quiet.Add(m.ChannelID, time.Now().Add(quietFor))
		}
		a.log.ErrorContext(ctx, "a message was not answered", "message_id", m.ID, "channel_id", m.ChannelID, "error", err)
		return false
	}
	a.remember(ctx, m.ID, manners.Reply{Channel: m.ChannelID, Message: id, Urgent: urgent})
	a.log.DebugContext(ctx, "answered", "kind", "message", "message_id", m.ID, "micros", time.Since(received).Microseconds())
	return said
}

// remember keeps which reply belongs to a message, and takes it back where that has been deleted meanwhile.
func (a *adapter) remember(ctx context.Context, message string, reply manners.Reply) {
	a.memory.replies.Add(message, reply)
	if a.memory.gone.Has(message) {
		for _, reply := range a.memory.replies.Take(message) {
			a.takeBack(ctx, reply)
		}
	}
}

// deleted takes the bot's replies to messages away that are gone, one by one: those who ask meanwhile need the slots.
func (a *adapter) deleted(waiting, answering context.Context, e gateway.Event) {
	var gone struct {
		ID  string   `json:"id"`
		IDs []string `json:"ids"`
	}
	if json.Unmarshal(e.Data, &gone) != nil {
		a.log.ErrorContext(answering, "a deletion could not be read")
		return
	}
	var replies []manners.Reply
	for _, id := range append(gone.IDs, gone.ID) {
		a.memory.gone.Add(id)
		replies = append(replies, a.memory.replies.Take(id)...)
	}
	if len(replies) > 0 {
		a.inSlot(waiting, a.private, e.Type, func() {
			for _, reply := range replies {
				a.takeBack(answering, reply)
			}
		})
	}
}

// takeBack deletes what was said to a question that is gone.
func (a *adapter) takeBack(ctx context.Context, reply manners.Reply) {
	ctx, cancel := context.WithTimeout(ctx, replyWithin)
	defer cancel()
	if err := a.api.DeleteMessage(ctx, reply.Channel, reply.Message); err != nil {
		a.log.WarnContext(ctx, "a reply to a deleted message stays", "channel_id", reply.Channel, "message_id", reply.Message, "error", err)
	}
}

// removed hears that the bot is no longer in a server, unless Discord only has an outage there.
func (a *adapter) removed(waiting, answering context.Context, e gateway.Event) {
	var guild struct {
		ID          string `json:"id"`
		Unavailable bool   `json:"unavailable"`
	}
	if json.Unmarshal(e.Data, &guild) != nil || guild.ID == "" || guild.Unavailable || a.left == nil {
		return
	}
	a.inSlot(waiting, a.private, e.Type, func() {
		ctx, cancel := context.WithTimeout(answering, laterWithin)
		defer cancel()
		a.left(ctx, guild.ID)
	})
}
