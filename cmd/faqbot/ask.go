package main

import (
	"errors"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/terminal"
)

// fromInput in place of a question means standard input.
const fromInput = "-"

type askCmd struct {
	answerFlags
	JSON     bool     `name:"json" help:"Print one JSON object a question, a line each."`
	Explain  bool     `help:"Show how the answer came about: tokens, what the guard saw, the best entries and why. Beside --json on standard error."`
	Question []string `arg:"" optional:"" help:"The question, or - to read one a line from standard input."`
}

// Help is shown by --help.
func (askCmd) Help() string {
	return `Shows what a member would see. Questions are read up to 2,000 characters.

Examples:

    faqbot ask how long does withdrawal last
    faqbot ask --country GB --explain "i can't sleep"
    faqbot ask --json - < questions.txt`
}

// Validate refuses a command line without a question.
func (c *askCmd) Validate() error {
	if len(c.Question) == 0 {
		return errors.New("there is no question: write it after ask, or - to read one a line from standard input")
	}
	return nil
}

// Run answers.
func (c *askCmd) Run(p *program) error {
	bot, err := p.open(p, c.contentFlags, c.modelFlags)
	if err != nil {
		return err
	}
	s := p.session(bot, c.answerFlags)
	s.JSON, s.Explain = c.JSON, c.Explain
	if len(c.Question) == 1 && c.Question[0] == fromInput {
		return s.Batch(p.ctx, p.stdin) //nolint:wrapcheck // one door, and its errors name what failed
	}
	return s.Ask(strings.Join(c.Question, " ")) //nolint:wrapcheck // as above
}

type chatCmd struct{ answerFlags }

// Help is shown by --help.
func (chatCmd) Help() string {
	return `A number picks from what the card before offered, all else is a question; quit, Ctrl-C or Ctrl-D ends.

Example:

    faqbot chat --country GB`
}

// Run holds the conversation.
func (c *chatCmd) Run(p *program) error {
	bot, err := p.open(p, c.contentFlags, c.modelFlags)
	if err != nil {
		return err
	}
	return p.session(bot, c.answerFlags).Chat(p.ctx, p.stdin) //nolint:wrapcheck // one door, and its errors name what failed
}

// session joins a bot with the program's streams.
func (p *program) session(bot *answer.Bot, f answerFlags) *terminal.Session {
	return &terminal.Session{Bot: bot, Asking: f.question(f.Locale), Out: p.stdout, Err: p.stderr, Getenv: p.getenv}
}
