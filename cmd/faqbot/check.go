package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"faqbot/internal/answer"
	"faqbot/internal/author"
	"faqbot/internal/content"
	"faqbot/internal/match"
	"faqbot/internal/terminal"
)

type checkCmd struct {
	contentFlags
	modelFlags
	Phrasings bool `help:"Also report which phrasings are read as another entry, and which entries have too few."`
	JSON      bool `name:"json" help:"With --phrasings: print one JSON object an entry and line instead, for scripts."`
}

// Help is shown by --help.
func (checkCmd) Help() string {
	return `Validates every file, draws every reply within the limits of the terminal and of Discord, and asks every safety sentence: one in danger that is not noticed, or a harmless one that raises the alarm, is a problem. Prints all problems at once on standard error, one a line as file:line:col: message, and exits with 1; else one line with figures.

With --phrasings it then reads each phrasing as if it had never learnt it (about a minute for the built-in content) and reports, the worst first, which are read as another entry, which entries have fewer phrasings than they need, and what to add. The report is advice: the exit code stays 0.

Examples:

    faqbot check
    faqbot check --faq ./faq
    faqbot check --faq ./faq --phrasings`
}

// Run checks.
func (c *checkCmd) Run(p *program) error {
	from, lib, err := p.load(c.contentFlags)
	if err != nil {
		return err
	}
	replies, problems := checkReplies(answer.NewCards(lib))
	if len(problems) > 0 {
		var errs []error
		for _, u := range problems {
			errs = append(errs, u)
		}
		return errors.Join(errs...)
	}
	sentences := 0
	if len(lib.Safety()) > 0 {
		if sentences, err = p.checkSafety(from, c.contentFlags, c.modelFlags); err != nil {
			return err
		}
	}
	if c.Phrasings && c.JSON {
		return c.phrasings(p, from, lib)
	}
	if _, err := fmt.Fprintf(p.stdout, "%s; %d replies drawn, %d safety sentences asked, no problem\n", summary(lib), replies, sentences); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if c.Phrasings {
		return c.phrasings(p, from, lib)
	}
	return nil
}

// phrasings reports what the matcher makes of the content's own phrasings.
func (c *checkCmd) phrasings(p *program, from source, lib *content.Library) error {
	enc, err := c.encoder()
	if err != nil {
		return err
	}
	examples, options := answer.Examples(lib, enc)
	places, err := content.Positions(from.files, c.Locale)
	if err != nil {
		return fmt.Errorf("find phrasings: %w", err)
	}
	predictions, err := p.leaveOneOut(examples, options)
	if err != nil {
		return err
	}
	report := author.Phrasings(lib, predictions, offTopicLabel, []string{harmlessLabel}, func(line string) string {
		at, ok := places[line]
		if !ok {
			return ""
		}
		if from.dir != "" {
			at.File = filepath.Join(from.dir, filepath.FromSlash(at.File))
		}
		return at.String()
	})
	if c.JSON {
		return report.WriteJSON(p.stdout) //nolint:wrapcheck // it says that it was about to print
	}
	return report.WriteText(p.stdout) //nolint:wrapcheck // as above
}

// How the examples of answer name off-topic lines, and those of the guard that need no answer either.
const (
	offTopicLabel = "off-topic"
	harmlessLabel = "harmless"
)

// leaveOneOut reads every example as if it had not been learnt, with progress on a terminal.
func (p *program) leaveOneOut(examples []match.Example, options match.Options) ([]match.Prediction, error) {
	progress := terminal.NewProgress(p.stderr)
	defer progress.Clear()
	predictions, err := match.LeaveOneOut(examples, options, func(done, total int) {
		progress.Show("reading each of %d examples as if it were new: %d %%", len(examples), 100*done/total)
	})
	if err != nil {
		return nil, fmt.Errorf("learn from the content: %w", err)
	}
	return predictions, nil
}

// undrawn is a card that a surface cannot draw.
type undrawn struct {
	card, surface string
	err           error
}

// Error names the card, the surface and its reason.
func (u undrawn) Error() string { return fmt.Sprintf("%s: %s: %v", u.card, u.surface, u.err) }

// checkReplies draws every reply on every surface. A fault that several replies share, such as an entry with each notice, is told once.
func checkReplies(bot *answer.Bot) (replies int, problems []undrawn) {
	surfaces := []struct {
		name  string
		check func(answer.Reply) error
	}{{"terminal", terminal.Check}, {"discord", func(r answer.Reply) error { return checkDiscord(bot, r) }}}
	seen := make(map[string]bool)
	bot.Replies(func(r answer.Reply) bool {
		replies++
		for _, surface := range surfaces {
			for _, err := range apart(surface.check(r)) {
				problem := undrawn{cardName(r), surface.name, err}
				if !seen[problem.Error()] {
					seen[problem.Error()] = true
					problems = append(problems, problem)
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
