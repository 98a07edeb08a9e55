package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/terminal"
)

type showCmd struct {
	contentFlags
	askingFlags
	JSON    bool   `name:"json" help:"Print the JSON object that ask --json would, with the kind entry."`
	Discord bool   `help:"Print the JSON that Discord would get; wins over --json."`
	ID      string `arg:"" help:"Id of an entry, or of a fixed card such as card/help, decline/amounts or crisis/medical."`
}

// Help is shown by --help.
func (showCmd) Help() string {
	return `Shows the exact card of one entry.

Examples:

    faqbot show faq/duration
    faqbot show --country GB --now 2027-06-01 support/helplines
    faqbot show --discord card/about`
}

// Run shows the card.
func (c *showCmd) Run(p *program) error {
	_, lib, err := p.load(c.contentFlags)
	if err != nil {
		return err
	}
	bot := answer.NewCards(lib)
	outcome, ok := find(bot, c.ID, c.question(c.Locale))
	switch {
	case !ok:
		return fmt.Errorf("there is no entry %q%s", c.ID, near(bot, c.ID))
	case c.Discord:
		return p.showDiscord(bot, outcome.Reply)
	case c.JSON:
		return terminal.WriteEntry(p.stdout, outcome) //nolint:wrapcheck // one door, and its errors name what failed
	}
	return terminal.NewPrinter(p.stdout, p.getenv).Reply(outcome.Reply) //nolint:wrapcheck // as above
}

// find returns the card with an id: an entry's, a declined class's, one of the bot's own, or an urgent one.
func find(bot *answer.Bot, id string, q answer.Question) (answer.Outcome, bool) {
	if o, ok := bot.Entry(id, q); ok {
		return o, true
	}
	if c, ok := bot.Declined(id, q); ok {
		return answer.Outcome{Reply: answer.Decline{Card: c}}, true
	}
	if c, ok := bot.Fixed(id, q); ok {
		if id == content.CardCheckIn {
			return answer.Outcome{Reply: answer.CheckIn{Card: c}}, true
		}
		return answer.Outcome{Reply: answer.NoAnswer{Card: c}}, true
	}
	if r, ok := bot.UrgentCard(id, q.Country); ok {
		return answer.Outcome{Reply: r}, true
	}
	return answer.Outcome{}, false
}

// near suggests entries whose title fits what an unknown id says.
func near(bot *answer.Bot, id string) string {
	const suggestions = 3
	_, name, _ := strings.Cut(id, "/")
	var ids []string
	for _, o := range bot.Complete(strings.ReplaceAll(name, "-", " "), suggestions) {
		ids = append(ids, o.ID)
	}
	if name == "" || len(ids) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(ids, " or ") + "?"
}

// showDiscord prints a reply as Discord would get it.
func (p *program) showDiscord(bot *answer.Bot, r answer.Reply) error {
	payload, err := discordPayload(bot, r)
	if err != nil {
		return fmt.Errorf("render for Discord: %w", err)
	}
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(payload); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
