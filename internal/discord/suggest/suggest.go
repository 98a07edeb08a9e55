// Package suggest lets moderators answer a member's message from the FAQ: by a command on the message, with a preview that they alone see.
//
// It knows previews, what stands in their buttons, and what Discord's refusals mean to a moderator. Nothing of it is public before a
// moderator confirms it, and it remembers nothing between two presses. It must not keep, log or repeat a word of the message, nor decide
// what is danger: the guard reads the message first, and what it finds goes before any choice.
package suggest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/discord/manners"
	"faqbot/internal/discord/tag"
	"faqbot/internal/store"
	"faqbot/internal/text"
)

// Config is what New needs; all of it.
type Config struct {
	Store *store.Store
	Bot   *answer.Bot
	Calls *api.Client
	Log   *slog.Logger
	Now   func() time.Time
	Key   tag.Key // that of the adapter, which knows the owners of public messages by it
	// Refuse says why somebody may not use this; empty for the moderators of its channel.
	Refuse func(ctx context.Context, r interact.Request) string
	// Local returns what is set in a server, empty for direct messages, and by a member, empty where others see the reply.
	Local func(ctx context.Context, guild, user string) local.Set
	// Sent counts a card that a member has got: it was posted in answer to their message, or they took the offer of it.
	Sent func(ctx context.Context, guild string, card answer.Reply)
}

// Suggest is the command and its previews. It is safe for concurrent use.
type Suggest struct {
	Config

	noted *manners.Recent // posted messages that are in the audit, and offers that were taken
}

// New makes a Suggest. It starts nothing.
func New(c Config) *Suggest {
	const remembered = 1024
	return &Suggest{c, manners.NewRecent(remembered)}
}

const (
	commandName = "Answer from the FAQ"

	// typeMessage is the type of a command on messages; inGuild and byGuild offer it in servers that installed the bot.
	typeMessage, inGuild, byGuild = 3, 0, 0
)

// Paths of controls.
const (
	pathSuggest = "suggest" // suggest/{verb}/{about}[/{card}]: a preview
	pathTake    = "take"    // take/{tag of the member}/{tag of the card}: an offer
	pathDismiss = "dismiss" // the adapter's; dismiss/{tag of the member}
)

// The verbs of a preview's controls.
const (
	verbPick   = "pick"
	verbSearch = "search"
	verbSend   = "send"
	verbOffer  = "offer"
	verbCancel = "cancel"
)

// fieldWords is the form's one field.
const fieldWords = "words"

// Tool is the command and the paths. By default Discord shows the command to those who may delete others' messages; a server can show it to
// others, and who may use it is checked on every use: what it does stays in the channel.
func (s *Suggest) Tool() interact.Tool {
	return interact.Tool{
		Commands: []interact.Command{{
			Command: api.Command{
				Type: typeMessage, Name: commandName, Contexts: []int{inGuild}, IntegrationTypes: []int{byGuild},
				Permissions: fmt.Sprint(interact.PermissionManageMessages),
			},
			Handle: s.open,
		}},
		Paths: map[string]interact.Handler{pathSuggest: s.press, pathTake: s.take},
	}
}

func say(format string, args ...any) (interact.Response, error) {
	return interact.Response{Body: api.Body{Content: fmt.Sprintf(format, args...)}}, nil
}

// open shows the preview for a message.
func (s *Suggest) open(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := s.Refuse(ctx, r); no != "" {
		return say("%s", no)
	}
	if r.Target == nil {
		return interact.Response{}, errors.New("a command on a message came without one")
	}
	a, err := aboutMessage(r.Target)
	if err != nil {
		return interact.Response{}, err
	}
	return s.show(ctx, r, s.choose(r.Target.Words, a, r))
}

// press answers a control of a preview, and the form.
func (s *Suggest) press(ctx context.Context, r interact.Request) (interact.Response, error) {
	if no := s.Refuse(ctx, r); no != "" {
		return say("%s", no)
	}
	verb, rest, _ := strings.Cut(r.Arg, "/")
	if verb == verbCancel {
		return say(textCancelled)
	}
	written, card, _ := strings.Cut(rest, "/")
	a, err := parseAbout(written)
	if err != nil {
		return interact.Response{}, err
	}
	p := preview{about: a, card: card, options: offered(r.Components), note: textPreview}
	switch verb {
	case verbPick:
		p.card = strings.Join(r.Values, "")
		return s.show(ctx, r, p)
	case verbSearch:
		words, sent := r.Fields[fieldWords]
		if !sent {
			return form(r.Arg), nil
		}
		return s.show(ctx, r, s.choose(words, a, r))
	case verbSend:
		return s.send(ctx, r, p)
	case verbOffer:
		return s.offer(ctx, r, p)
	}
	return interact.Response{}, errors.New("a preview has no such control")
}

// form asks for a moderator's own words.
func form(arg string) interact.Response {
	const maxLength = 300
	return interact.Response{Modal: &api.Modal{
		Path: pathSuggest + "/" + arg, Title: formTitle,
		Fields: []api.Field{{ID: fieldWords, Label: formLabel, Hint: formHint, MaxLength: maxLength}},
	}}
}

// question is one about cards, for a reader.
func question(r interact.Request, set local.Set) answer.Question {
	return answer.Question{Locale: r.Locale, Country: set.Own, Replaced: set.Replaced, Heard: answer.Addressed, At: r.At}
}

// choose ranks words, be they those of the message or a moderator's own, and begins a preview with what it finds. A message that a doctor
// should see stays one, whatever is searched for.
func (s *Suggest) choose(words text.Words, a about, r interact.Request) preview {
	q := question(r, local.Set{})
	q.Words = words
	return chosen(s.Bot, s.Bot.Ask(q), a)
}
