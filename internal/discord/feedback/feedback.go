// Package feedback counts what is asked, asks members whether it helped, and shows moderators what came of it.
//
// It is a tool of the adapter's, and hears of each answer once that is out. It knows entries, votes and figures. A member's words it keeps
// for minutes and in memory alone, so that they can be given away; the one way to the database is the member's own form, behind the guard.
// It must not log or count who did anything, and no figure that it shows is small enough to point at a person.
package feedback

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/store"
	"faqbot/internal/text"
)

// What members read. A label stands on a button, in the place of those that were pressed.
const (
	textThanks       = "Thank you. That was counted, without your name."
	textVotedAlready = "Thank you. Your answer was counted already."
	textNotCounted   = "Thank you. It could not be counted just now, sorry. The answer still holds."
	textStale        = "This card has changed since. Please ask again to get the current one."

	textReported        = "Thank you. The moderators now know which card, and not who told them."
	textReportedAlready = "Thank you. You have reported this card already."
	textNotReported     = "Sorry, the moderators could not be told just now. Nobody has been told."
	textNoChannel       = "This server has not set a place for reports, so nobody has been told."
	textNoServer        = "The bot knows no moderators here, so nobody has been told."
	alertWrong          = "A member says that something may be wrong with this card: **%s** (`%s`)."

	formTitle = "Send a question to the team"
	formLabel = "Your question (you can edit it)"
	formHint  = "The team may use it, without your name, as an example of how people ask."

	textDonated        = "Thank you. This is all that was stored, without your name. The team may use it as an example of how people ask."
	titleDonated       = "What was stored"
	textDonatedAlready = "Thank you. You have sent this question already."
	textNothingLeft    = "Nothing was stored: without names, addresses and numbers no words were left."
	textNotRead        = "Nothing was stored: the question could not be read."
	textNotDonated     = "Sorry, it could not be stored just now. Nothing was stored."
	textDonateServer   = "This works only in servers that have added the bot. Nothing was stored."
	labelHelp          = "Where to get help"
	labelTopics        = "All topics"
	labelDismiss       = "Dismiss"
)

// Config is what New needs.
type Config struct {
	Store *store.Store
	Bot   *answer.Bot
	Calls *api.Client
	Log   *slog.Logger
	// Local returns what is set in a server and by a member, for cards that the member alone sees.
	Local func(ctx context.Context, guild, user string) local.Set
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Pins says in a line each what is wrong with a server's pinned cards. Nil leaves that out of the figures.
	Pins func(ctx context.Context, guild string) ([]string, error)
}

// Feedback hears of answers and of what members and moderators make of them. It is safe for concurrent use.
type Feedback struct {
	Config

	questions *questions
	done      *seen // who has voted on, reported or given what
}

// New needs all of the Config but what may be nil.
func New(c Config) *Feedback {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Feedback{Config: c, questions: newQuestions(c.Now), done: newSeen()}
}

// Tool is what the adapter has to know: the buttons under cards, and the command for moderators.
func (f *Feedback) Tool() interact.Tool {
	return interact.Tool{
		Commands: []interact.Command{{Command: command(), Handle: f.stats}},
		Paths: map[string]interact.Handler{
			discord.PathVote: f.vote, discord.PathWrong: f.wrong, discord.PathDonate: f.donate, pathStats: f.statsPath,
		},
	}
}

// The kinds of what is counted. An entry that was opened from a list or a button is no question.
const (
	kindAnswer   = "answer"
	kindEntry    = "entry"
	kindChoose   = "choose"
	kindDecline  = "decline"
	kindCheckIn  = "check-in"
	kindNoAnswer = "no-answer"
	kindNone     = "none-of-these"
	kindUrgent   = "urgent"
	kindSent     = "sent" // by a moderator, whatever it is
)

// Asked counts an answer that is out: its kind, its entry and the day. What had no answer counts for the entry nearest to it. It is
// discord.Config's Asked; what fails is logged, and nobody's loss.
func (f *Feedback) Asked(ctx context.Context, q discord.Asked) {
	if q.At.IsZero() {
		q.At = f.Now()
	}
	kind, entry := kindOf(q)
	nearest := ""
	if kind == kindNone {
		nearest = f.questions.nearest(q.Card, q.User)
	} else if len(q.Outcome.Options) > 0 {
		nearest = q.Outcome.Options[0].ID
	}
	if kind == kindNoAnswer || kind == kindChoose {
		f.questions.add(question{card: q.Card, user: q.User, words: q.Words, nearest: nearest})
	}
	if err := f.Store.Count(ctx, q.Guild, kind, entry, q.At); err != nil {
		f.Log.WarnContext(ctx, "an answer was not counted", "card_id", q.Card, "error", err)
	}
	if nearest == "" || kind != kindNoAnswer && kind != kindNone {
		return
	}
	if err := f.Store.CountTopic(ctx, q.Guild, nearest, q.At); err != nil {
		f.Log.WarnContext(ctx, "an unanswered question was not counted", "card_id", q.Card, "error", err)
	}
}

// Sent counts a card that a member got by a moderator: the day, and the entry where it is an answer. It is suggest.Config's Sent; what fails
// is logged, and nobody's loss.
func (f *Feedback) Sent(ctx context.Context, guild string, card answer.Reply) {
	entry := ""
	if r, ok := card.(answer.Answer); ok {
		entry = r.Card.ID()
	}
	if err := f.Store.Count(ctx, guild, kindSent, entry, f.Now()); err != nil {
		f.Log.WarnContext(ctx, "a card that a moderator sent was not counted", "guild_id", guild, "error", err)
	}
}

// kindOf says what to count an answer as. Of danger nothing but the kind is kept.
func kindOf(q discord.Asked) (kind, entry string) {
	asked := q.Words != (text.Words{})
	switch r := q.Outcome.Reply.(type) {
	case answer.Answer:
		if asked {
			return kindAnswer, r.Card.ID()
		}
		return kindEntry, r.Card.ID()
	case answer.Decline:
		return kindDecline, r.Card.ID()
	case answer.NoAnswer:
		if asked {
			return kindNoAnswer, ""
		}
		return kindNone, ""
	case answer.Choose:
		return kindChoose, ""
	case answer.CheckIn:
		return kindCheckIn, ""
	case answer.Urgent:
		return kindUrgent, ""
	case answer.Silence:
	}
	return "silence", ""
}

// say answers beside a public card, and in the place of the buttons of a private one. Without buttons to take that place it is a message.
func say(r interact.Request, words string, paths ...string) interact.Response {
	body := api.Body{Content: words}
	if r.Private && r.Message != "" && len(paths) > 0 {
		body.Components = api.Replaced(r.Components, words, paths...)
		body.Keep = len(body.Components) > 0
	}
	return interact.Response{Body: body}
}

// vote counts whether a card helped, once a member and card: a private message shows one after another.
func (f *Feedback) vote(ctx context.Context, r interact.Request) (interact.Response, error) {
	choice, entry, _ := strings.Cut(r.Arg, "/")
	said := func(words string) (interact.Response, error) { return say(r, words, discord.PathVote), nil }
	if _, known := f.title(entry, r); !known || choice != "yes" && choice != "no" {
		return said(textStale)
	}
	if !f.done.add(discord.PathVote, r.User, r.Message, entry) {
		return said(textVotedAlready)
	}
	if err := f.Store.Vote(ctx, r.Guild, entry, choice == "yes", r.At); err != nil {
		f.done.forget(discord.PathVote, r.User, r.Message, entry)
		f.Log.WarnContext(ctx, "a vote was not counted", "interaction_id", r.ID, "error", err)
		return said(textNotCounted)
	}
	return said(textThanks)
}

// title finds the title of an entry, of a declined class or of one of the bot's own cards by its id.
func (f *Feedback) title(id string, r interact.Request) (string, bool) {
	q := answer.Question{Locale: r.Locale, At: r.At}
	if out, ok := f.Bot.Entry(id, q); ok {
		return out.Reply.Shown().Title(), true
	}
	if card, ok := f.Bot.Declined(id, q); ok {
		return card.Title(), true
	}
	card, ok := f.Bot.Fixed(id, q)
	return card.Title(), ok
}
