package pins

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/local"
	"faqbot/internal/store"
)

// Words on a pinned card beside the card's own.
const (
	// textLead stands in place of a card's first line, which speaks to somebody who has asked. It shows in notifications too.
	textLead     = "Kept here by this server's moderators."
	labelOpen    = "Open it, only for me"
	labelCountry = "Choose your country"
	labelOther   = "Another country"
	labelTopic   = "Choose a topic"
)

// Paths of the adapter's that the controls lead to; each opens a card for the one who presses.
const (
	pathEntry   = "entry/"
	pathCountry = "country"
	pathPick    = "pick"
	pathDismiss = "dismiss"
	elsewhere   = "-" // the value that stands for a country without lines
)

// Ids of cards that get a menu, and where such ids begin.
const (
	cardHelplines  = answer.EntryHelplines
	cardSymptoms   = "symptoms/overview"
	prefixSymptoms = "symptoms/"
)

// Styles of buttons.
const styleSecondary = 2

// drawing is a card as it stands in a channel.
type drawing struct {
	body api.Body
	hash string // of the body
}

// drawFor renders a pin's card with the server's country first in its menu; false when the content has no such entry any more.
func (p *Pins) drawFor(ctx context.Context, pin store.Pin) (d drawing, ok bool, err error) {
	first := ""
	if p.canonical(pin.Card) == cardHelplines {
		settings, err := p.records.Settings(ctx, pin.Guild)
		if err != nil {
			return drawing{}, false, fmt.Errorf("draw a pin: %w", err)
		}
		first = settings.Country
	}
	d, ok = p.draw(pin.Card, first)
	return d, ok, nil
}

// draw renders a card for a channel, with a country first in its menu; false when the content has no such entry any more.
func (p *Pins) draw(card, first string) (drawing, bool) {
	bot := p.bot()
	out, ok := bot.Entry(card, answer.Question{At: p.now()})
	if !ok {
		return drawing{}, false
	}
	body, err := discord.Render(bot, out.Reply, discord.View{Public: true})
	if err != nil {
		return drawing{}, false
	}
	shown := out.Reply.Shown()
	body.Content = textLead + strings.TrimPrefix(body.Content, shown.Lead())
	own := pathEntry + card
	// A pin belongs to nobody, so nobody may put it away.
	rows := api.Without(body.Components, func(path string) bool { return isDismiss(path) || path == own })
	if path, placeholder, values := menu(bot, shown.ID(), first); len(values) > 0 {
		rows = append(rows, api.Rows(api.Menu(path, placeholder, values))...)
	}
	body.Components = append(rows, api.Rows(api.Buttons(api.Button(labelOpen, own, styleSecondary)))...)
	return drawing{body, hashOf(body)}, true
}

// menu is what can be picked on a list's card; no values for other cards.
func menu(bot *answer.Bot, card, first string) (path, placeholder string, values []api.MenuOption) {
	switch card {
	case cardHelplines:
		countries := options(local.First(bot.Countries(), first))
		return pathCountry, labelCountry, append(countries[:min(len(countries), api.MaxSelectOptions-1)], api.MenuOption{Label: labelOther, Value: elsewhere})
	case cardSymptoms:
		lists := bot.Topics(prefixSymptoms)
		return pathPick, labelTopic, options(slices.DeleteFunc(lists, func(o answer.Option) bool { return o.ID == card }))
	}
	return pathPick, labelTopic, options(bot.Members(card))
}

func options(list []answer.Option) []api.MenuOption {
	var out []api.MenuOption
	for _, o := range list {
		out = append(out, api.MenuOption{Label: o.Title, Value: o.ID})
	}
	return out
}

func choices(list []answer.Option) []api.Choice {
	var out []api.Choice
	for _, o := range list {
		out = append(out, api.Choice{Name: api.Cut(o.Title, api.MaxChoiceRunes), Value: o.ID})
	}
	return out
}

// hashOf tells bodies apart.
func hashOf(body api.Body) string {
	data, err := json.Marshal(body.Create())
	if err != nil {
		panic(err) // a struct of texts and numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// isPin reports whether a message of a channel is the card that somebody had pinned there. No other message of the bot's has a button
// that opens its own card and none to put it away.
func isPin(m api.Posted, me, card string) bool {
	return m.Author == me && slices.Contains(m.Paths, pathEntry+card) && !slices.ContainsFunc(m.Paths, isDismiss)
}

func isDismiss(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first == pathDismiss
}

// nonceOf makes Discord create a message once, whichever process asks for it: it is the same until the pin's row changes.
func nonceOf(pin store.Pin) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", pin.Channel, pin.Card, pin.Message, pin.Checked.UnixMilli()))
	return "pin-" + hex.EncodeToString(sum[:10])
}

// title is the heading of a card, its id where there is none.
func (p *Pins) title(card string) string {
	if out, ok := p.bot().Entry(card, answer.Question{At: p.now()}); ok {
		return out.Reply.Shown().Title()
	}
	return card
}

// canonical is the id by which a card is pinned, the given one for an unknown card.
func (p *Pins) canonical(card string) string {
	if out, ok := p.bot().Entry(card, answer.Question{}); ok {
		return out.Reply.Shown().ID()
	}
	return card
}
