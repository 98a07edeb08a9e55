package main

import (
	"errors"
	"fmt"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/terminal"
)

type checkCmd struct{ contentFlags }

// Help is shown by --help.
func (checkCmd) Help() string {
	return `Validates every file and draws every reply within the limits of the terminal and of Discord. Prints all problems at once on standard error, one a line as file:line:col: message, and exits with 1; else one line with figures.

Examples:

    faqbot check
    faqbot check --faq ./faq`
}

// Run checks.
func (c *checkCmd) Run(p *program) error {
	_, lib, err := p.load(c.contentFlags)
	if err != nil {
		return err
	}
	replies, problems := checkReplies(answer.NewCards(lib))
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	if _, err := fmt.Fprintf(p.stdout, "%s; %d replies drawn, no problem\n", summary(lib), replies); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// checkReplies draws every reply on every surface. A fault that several replies share, such as an entry with each notice, is told once.
func checkReplies(bot *answer.Bot) (replies int, problems []error) {
	surfaces := []struct {
		name  string
		check func(answer.Reply) error
	}{{"terminal", terminal.Check}, {"discord", func(r answer.Reply) error { return checkDiscord(bot, r) }}}
	seen := make(map[string]bool)
	bot.Replies(func(r answer.Reply) bool {
		replies++
		for _, surface := range surfaces {
			for _, err := range apart(surface.check(r)) {
				err = fmt.Errorf("%s: %s: %w", cardName(r), surface.name, err)
				if !seen[err.Error()] {
					seen[err.Error()] = true
					problems = append(problems, err)
				}
			}
		}
		return true
	})
	return replies, problems
}

// apart takes the errors of a join, and of joins in it, apart, so that each gets a line; none for nil.
func apart(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error }) // a join that is wrapped has a text of its own
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, apart(e)...)
	}
	return all
}

// cardName names the card of a reply for a message.
func cardName(r answer.Reply) string {
	c := r.Shown()
	if c.ID() != "" {
		return c.ID()
	}
	return fmt.Sprintf("the card %q", c.Title())
}

// summary counts what the content holds.
func summary(lib *content.Library) string {
	phrasings, declined, drafts := 0, 0, 0
	draft := func(r content.Review) {
		if !r.Reviewed() {
			drafts++
		}
	}
	for _, e := range lib.Entries() {
		phrasings += len(e.Phrasings)
		draft(e.Review)
	}
	for _, d := range lib.Declines() {
		declined += len(d.Examples)
		draft(d.Review)
	}
	for _, c := range lib.Cards() {
		draft(c.Review)
	}
	return fmt.Sprintf("%d entries, %d phrasings, %d declined examples, %d off-topic lines, %d helpline countries, %d drafts",
		len(lib.Entries()), phrasings, declined, len(lib.OffTopic()), len(lib.Countries()), drafts)
}
