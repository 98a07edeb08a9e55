// Package local is what an operator, a server and a member have set, as far as cards show it: a page about privacy, what stands in place of
// help lines, the country that menus begin with, and the country that a member has asked to have remembered.
//
// It looks them up before an answer, in a time that the answer can spare, and keeps and forgets a member's country. It must not know what a
// member asks, and decides nothing: an answer without any of this is right too.
package local

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
)

// labelPage is the button that opens a page about privacy.
const labelPage = "Read the whole privacy page"

// Within bounds what is read before an answer, which goes out 2 s after the question at the latest: most of that is the answer's own.
const Within = 500 * time.Millisecond

// Set is what is set where a question was asked.
type Set struct {
	Replaced map[string]answer.Replacement // by answer.Line.ID
	First    string                        // the server's country
	Own      string                        // the member's country; only for replies that nobody else sees
}

// Look reads what is set. It is safe for concurrent use where its fields are.
type Look struct {
	Lines   func(ctx context.Context, guild string) map[string]answer.Replacement // nil for none
	Country func(ctx context.Context, guild, user string) (first, own string)     // nil for none
	Page    string                                                                // about privacy, for WithPage; empty for none
	Log     *slog.Logger
	// Go runs a function by itself, and outlives its panic.
	Go func(context.Context, func())
}

// At returns what is set in a server, empty for direct messages, and by a member, empty where others see the reply. What takes longer than
// Within, or panics, is left out.
func (l Look) At(ctx context.Context, guild, user string) (found Set) {
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	var asked []func() Set
	if l.Lines != nil && guild != "" {
		asked = append(asked, func() Set { return Set{Replaced: l.Lines(ctx, guild)} })
	}
	if l.Country != nil && (guild != "" || user != "") {
		asked = append(asked, func() (s Set) {
			s.First, s.Own = l.Country(ctx, guild, user)
			return s
		})
	}
	parts := make(chan Set, len(asked))
	for _, ask := range asked {
		l.Go(ctx, func() {
			var part Set
			defer func() { parts <- part }() // nobody waits for what a panic has ended
			part = ask()
		})
	}
	for range asked {
		select {
		case part := <-parts:
			if part.Replaced != nil {
				found.Replaced = part.Replaced
			} else if part.First+part.Own != "" {
				found.First, found.Own = part.First, part.Own
			}
		case <-ctx.Done():
			l.Log.WarnContext(ctx, "what is set could not be read in time, the answer goes without", "guild_id", guild)
			return found
		}
	}
	return found
}

// First returns countries with one of them at the top; it changes the list. One that is not among them changes nothing.
func First(list []answer.Option, code string) []answer.Option {
	if i := slices.IndexFunc(list, func(o answer.Option) bool { return o.ID == code }); i > 0 {
		top := list[i]
		return slices.Insert(slices.Delete(list, i, i+1), 0, top)
	}
	return list
}

// Buttons have the shown country remembered, or the member's own forgotten. There are none where there is nothing of either.
func Buttons(shown, own string) api.Components {
	var out api.Components
	if shown != "" && shown != own {
		out = append(out, api.Quiet(labelKeep, PathKeep+"/"+shown))
	}
	if own != "" {
		out = append(out, api.Quiet(labelForget, PathForget))
	}
	return out
}

// WithPage returns a message with a card, and above its other buttons one that opens a page about privacy, if the card is the one about that
// and there is a page.
func WithPage(m api.Body, card, page string) api.Body {
	if card == content.CardPrivacy && page != "" {
		m.Components = append(api.Rows(api.Buttons(api.Link(labelPage, page))), m.Components...)
	}
	return m
}
