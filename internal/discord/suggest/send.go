package suggest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/rest"
	"faqbot/internal/store"
)

const (
	// noteWithin bounds the note of what was sent, which is made within the time for the answer to the press.
	noteWithin = 500 * time.Millisecond
	// directWithin bounds the tries of a direct message: a member waits, and can read the card where they are.
	directWithin = 8 * time.Second
)

// send posts the card of a preview in answer to the message.
func (s *Suggest) send(ctx context.Context, r interact.Request, p preview) (interact.Response, error) {
	set := s.Local(ctx, r.Guild, "")
	reply, ok := s.replyOf(p.card, p.doctor, question(r, set))
	if !ok {
		return s.draw(r, p, set) // which says why
	}
	view := discord.View{Public: true, Owner: s.Key.Of(p.target(), p.member()), Asked: p.target(), First: set.First}
	body, err := discord.Render(s.Bot, reply, view)
	if err != nil {
		return interact.Response{}, fmt.Errorf("draw a reply: %w", err)
	}
	return s.post(ctx, r, p, posting{body, reply, store.ActionReply, textSent, set})
}

// offer posts a button in answer to the message, by which its author alone gets the card. Which card that is, nobody can read there.
func (s *Suggest) offer(ctx context.Context, r interact.Request, p preview) (interact.Response, error) {
	set := s.Local(ctx, r.Guild, "")
	reply, ok := s.replyOf(p.card, p.doctor, question(r, set))
	if !ok || p.author == 0 {
		return s.draw(r, p, set)
	}
	const primary = 1
	owner := s.Key.Of(p.target(), p.member())
	body := api.Body{Content: textOffer, Components: api.Rows(api.Buttons(
		api.Button(labelTake, pathTake+"/"+owner+"/"+s.Key.Of(p.target(), sealed(p.card, p.doctor)), primary),
		api.Quiet(labelDismiss, pathDismiss+"/"+owner),
	))}
	return s.post(ctx, r, p, posting{body, reply, store.ActionOffer, textOffered, set})
}

// posting is what goes out, how it is noted, and what the moderator reads then.
type posting struct {
	body   api.Body
	reply  answer.Reply
	action store.Action
	done   string
	set    local.Set // for the preview where it fails
}

// post answers the message, or posts nothing. The nonce makes two presses, or two moderators who send the same, post once. Where it fails the
// preview says why, and stays.
func (s *Suggest) post(ctx context.Context, r interact.Request, p preview, out posting) (interact.Response, error) {
	id, err := s.Calls.CreateMessage(ctx, r.Channel, api.NewMessage{
		Body: out.body, ReplyTo: p.target(), OnlyReply: true, Nonce: api.Nonce(string(out.action), p.target(), p.card),
	})
	if err != nil {
		s.Log.WarnContext(ctx, "what a moderator chose was not posted", "channel_id", r.Channel, "error", err)
		p.note = refusal(err)
		return s.draw(r, p, out.set)
	}
	first := s.noted.Add(id)
	if first {
		target := cmp.Or(out.reply.Shown().ID(), p.card) // the bot's own cards have no id
		s.note(ctx, store.Audit{Guild: r.Guild, Actor: r.User, Action: out.action, Target: target, At: s.Now()})
	}
	done, err := say(out.done, "https://discord.com/channels/"+r.Guild+"/"+r.Channel+"/"+id)
	_, urgent := out.reply.(answer.Urgent)
	done.Posted = &interact.Posted{Channel: r.Channel, Message: id, To: p.target(), Urgent: urgent}
	if first && out.action == store.ActionReply {
		done.After = func(ctx context.Context) { s.Sent(ctx, r.Guild, out.reply) }
	}
	return done, err
}

// note keeps who sent what. What is out is out: a database that fails is logged alone.
func (s *Suggest) note(ctx context.Context, a store.Audit) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	if err := s.Store.AddAudit(ctx, a); err != nil {
		s.Log.ErrorContext(ctx, "what a moderator sent was not noted", "guild_id", a.Guild, "error", err)
	}
}

// refusal says what Discord's refusal means, and what a moderator can do.
func refusal(err error) string {
	answered, ok := errors.AsType[*rest.Error](err)
	switch {
	case !ok:
		return textUnanswered
	case api.IsGone(err):
		return textGone
	case rest.IsCode(err, api.CodeUnknownChannel):
		return textChannelGone
	case rest.IsCode(err, api.CodeThreadArchived):
		return textArchived
	case rest.IsCode(err, api.CodeThreadLocked):
		return textLocked
	case api.IsBlocked(err):
		return textFiltered
	case answered.Status == http.StatusForbidden, rest.IsCode(err, api.CodeCannotReply):
		return textForbidden
	case answered.Status == http.StatusTooManyRequests:
		return textLimited
	case answered.Status >= http.StatusInternalServerError:
		return textUnanswered
	}
	return textRefused
}

// take brings the card of an offer to the member whom it was made to.
func (s *Suggest) take(_ context.Context, r interact.Request) (interact.Response, error) {
	owner, seal, _ := strings.Cut(r.Arg, "/")
	if !s.Key.Names(owner, r.User) {
		return say(textNotYours)
	}
	card, doctor, ok := s.unseal(seal)
	if !ok {
		return say(textOfferStale)
	}
	var here bool // the card is in the response, which must be out before it counts
	later := func(ctx context.Context) api.Body {
		body, sent, err := s.deliver(ctx, r, card, doctor)
		switch {
		case err != nil:
			s.Log.ErrorContext(ctx, "an offered card could not be drawn", "interaction_id", r.ID, "error", err)
			return api.Body{Content: textOfferStale}
		case sent:
			s.taken(ctx, r, card, doctor)
		}
		here = !sent
		return body
	}
	return interact.Response{Later: later, After: func(ctx context.Context) {
		if here {
			s.taken(ctx, r, card, doctor)
		}
	}}, nil
}

// taken has an offer counted that a member took, once, however often they press.
func (s *Suggest) taken(ctx context.Context, r interact.Request, card string, doctor bool) {
	reply, ok := s.replyOf(card, doctor, question(r, local.Set{}))
	if !ok || !s.noted.Add(pathTake+"/"+r.Message) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	s.Sent(ctx, r.Guild, reply)
}

// deliver sends a card as a direct message. Where that cannot be done, it becomes the response, which the member alone sees too.
func (s *Suggest) deliver(ctx context.Context, r interact.Request, card string, doctor bool) (response api.Body, sent bool, err error) {
	body, err := s.private(ctx, r, "", card, doctor)
	if err != nil {
		return api.Body{}, false, err
	}
	err = s.direct(ctx, r, body)
	if err == nil {
		return api.Body{Content: textDelivered}, true, nil
	}
	note := textNoDirect
	if !rest.IsCode(err, api.CodeNoDirect) {
		s.Log.WarnContext(ctx, "an offered card did not go out as a direct message", "interaction_id", r.ID, "error", err)
		note = textDirectFails
	}
	body, err = s.private(ctx, r, r.Guild, card, doctor)
	body.Content = note + "\n\n" + body.Content
	return body, false, err
}

// private draws a card for the one who pressed, as set in a server, which is empty for direct messages.
func (s *Suggest) private(ctx context.Context, r interact.Request, guild, card string, doctor bool) (api.Body, error) {
	set := s.Local(ctx, guild, r.User)
	reply, ok := s.replyOf(card, doctor, question(r, set))
	if !ok {
		return api.Body{}, errors.New("the card is no longer there")
	}
	body, err := discord.Render(s.Bot, reply, discord.View{Asked: r.ID, First: set.First})
	if err != nil {
		return api.Body{}, fmt.Errorf("draw an offered card: %w", err)
	}
	return body, nil
}

// direct sends a body to the one who pressed; two presses within minutes send it once.
func (s *Suggest) direct(ctx context.Context, r interact.Request, body api.Body) error {
	ctx, cancel := context.WithTimeout(ctx, directWithin)
	defer cancel()
	channel, err := s.Calls.OpenDirect(ctx, r.User)
	if err != nil {
		return fmt.Errorf("open direct messages: %w", err)
	}
	if _, err := s.Calls.CreateMessage(ctx, channel, api.NewMessage{Body: body, Nonce: api.Nonce(pathTake, r.Message, r.User)}); err != nil {
		return fmt.Errorf("send a direct message: %w", err)
	}
	return nil
}

// sealed is what a tag stands for that names a card in public.
func sealed(card string, doctor bool) string { return fmt.Sprint(doctor, "\n", card) }

// unseal finds the card that a tag names among all that can be offered.
func (s *Suggest) unseal(seal string) (card string, doctor, ok bool) {
	cards := []string{content.CardCheckIn}
	for _, o := range s.Bot.Topics("") {
		cards = append(cards, o.ID)
	}
	for _, d := range s.Bot.Library().Declines() {
		cards = append(cards, d.ID)
	}
	for _, card := range cards {
		for _, doctor := range []bool{false, true} {
			if s.Key.Names(seal, sealed(card, doctor)) {
				return card, doctor, true
			}
		}
	}
	return "", false, false
}
