package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/evaluate"
	"faqbot/internal/safety"
	"faqbot/internal/terminal"
)

type evalCmd struct {
	answerFlags
	JSON    bool     `name:"json" help:"Print the scorecard as JSON in place of the report."`
	HTML    string   `name:"html" placeholder:"OUT" help:"Also write the report with plots to this file: one page that needs nothing else."`
	Against string   `placeholder:"SCORECARD" help:"Compare with an earlier scorecard, which --json printed: say what changed, and fail when a headline figure got worse."`
	Misses  bool     `help:"List the questions whose first thing shown was not what was expected."`
	Safety  bool     `help:"Ask the content's safety sentences too: how many are noticed, by category and by how plainly they speak."`
	HeldOut bool     `help:"With --safety: read each message that the guard has learnt as if it had not (leave-one-out), too. It takes minutes."`
	Files   []string `arg:"" optional:"" name:"file" help:"Labelled questions, a JSON object a line: text, kind, expect, style. internal/evaluate/testdata/LABELS.md says more."`
}

// Help is shown by --help.
func (evalCmd) Help() string {
	return `Asks labelled questions and says how well they were answered. Headline figures, which --against guards: right one shown first, helped, wrong answer shown; off topic left alone, answered; declined; urgent card of the right kind.

Examples:

    faqbot eval internal/evaluate/testdata/dev.jsonl
    faqbot eval --misses --html report.html questions.jsonl
    faqbot eval --safety --misses
    faqbot eval --safety --held-out
    faqbot eval --against internal/evaluate/testdata/scorecard.json internal/evaluate/testdata/dev.jsonl`
}

// Validate refuses a command line that asks for nothing, or for two JSON documents at once.
func (c *evalCmd) Validate() error {
	switch {
	case len(c.Files) == 0 && !c.Safety:
		return errors.New(`expected "<file> ..." or --safety`)
	case len(c.Files) > 0 && c.Safety && c.JSON:
		return errors.New("--safety --json takes no files: ask for their scorecard apart")
	case c.HeldOut && (!c.Safety || c.JSON):
		return errors.New("--held-out goes with --safety, and without --json")
	}
	return nil
}

// Run evaluates. What is wrong with a file is said before any question is asked.
func (c *evalCmd) Run(p *program) error {
	old, err := c.scorecard()
	if err != nil {
		return err
	}
	bot, err := p.open(p, c.contentFlags, c.modelFlags)
	if err != nil {
		return err
	}
	questions, err := evaluate.Load(bot, c.Files)
	if err != nil {
		return p.badQuestions(err)
	}
	if c.Safety {
		if err := c.safety(p, bot, questions); err != nil || len(c.Files) == 0 {
			return err
		}
	}
	results, err := p.evaluate(bot, c.question(c.Locale), questions)
	if err != nil {
		return err
	}
	report := evaluate.NewReport(results)
	if old != nil {
		changes := evaluate.Against(*old, results)
		report.Changes = &changes
	}
	return errors.Join(c.print(p, report), c.writeHTML(bot, report), c.verdict(report.Changes))
}

// safety prints how the safety sentences fare, and beside them the questions that are no crisis.
func (c *evalCmd) safety(p *program, bot *answer.Bot, questions []evaluate.Question) error {
	results, err := p.safety(bot, safety.Everyday(questions)...)
	if err != nil {
		return err
	}
	report := safety.NewReport(results)
	if c.JSON {
		return report.WriteJSON(p.stdout) //nolint:wrapcheck // it says that it was about to print
	}
	if err := report.Print(p.stdout, "safety sentences (known gaps included)", c.Misses); err != nil || !c.HeldOut {
		return err //nolint:wrapcheck // as above
	}
	held, err := p.heldOut(c.modelFlags)
	if err != nil {
		return err
	}
	return safety.NewReport(held).Print(p.stdout, "what the guard has learnt, read as if it had not", c.Misses) //nolint:wrapcheck // as above
}

// scorecard reads the scorecard to compare with; nil for none.
func (c *evalCmd) scorecard() (*evaluate.Scorecard, error) {
	if c.Against == "" {
		return nil, nil //nolint:nilnil // there is none, and that is fine
	}
	f, err := os.Open(c.Against)
	if err != nil {
		return nil, fmt.Errorf("open the scorecard: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	s, err := evaluate.ReadScorecard(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Against, err)
	}
	return &s, nil
}

// badQuestions reports problems of files, which say themselves where they stand, and returns the other errors and a summary.
func (p *program) badQuestions(err error) error {
	var others []error
	problems := 0
	for _, e := range apart(err) {
		var placed *evaluate.Problem
		if !errors.As(e, &placed) {
			others = append(others, e)
			continue
		}
		problems++
		_, _ = fmt.Fprintln(p.stderr, oneLine(placed.Error()))
	}
	if problems > 0 {
		others = append(others, fmt.Errorf("%d problems in the questions, and nothing was asked", problems))
	}
	return errors.Join(others...)
}

// evaluate asks, with a progress bar on a terminal.
func (p *program) evaluate(bot *answer.Bot, asking answer.Question, questions []evaluate.Question) ([]evaluate.Result, error) {
	var done func()
	if terminal.IsTerminal(p.stderr) {
		step, finish := evaluate.NewProgress(p.stderr, len(questions))
		defer finish()
		done = step
	}
	return evaluate.Run(p.ctx, bot.Ask, asking, questions, done) //nolint:wrapcheck // one door, and its errors name what failed
}

// print writes the scorecard or the report to standard output.
func (c *evalCmd) print(p *program, r evaluate.Report) error {
	if !c.JSON {
		colour := terminal.IsTerminal(p.stdout) && p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
		return r.Print(p.stdout, evaluate.Style{Colour: colour, Misses: c.Misses}) //nolint:wrapcheck // one door, and its errors name what failed
	}
	raw, err := evaluate.NewScorecard(r.Results).MarshalIndent()
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	if _, err := p.stdout.Write(raw); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// writeHTML writes the page, where one is asked for.
func (c *evalCmd) writeHTML(bot *answer.Bot, r evaluate.Report) (err error) {
	if c.HTML == "" {
		return nil
	}
	f, err := os.Create(c.HTML)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	defer func() {
		if closed := f.Close(); err == nil && closed != nil {
			err = fmt.Errorf("write the report: %w", closed)
		}
	}()
	var names []string
	for _, file := range c.Files {
		names = append(names, filepath.Base(file))
	}
	about := fmt.Sprintf("%s · content %s %s · faqbot %s", strings.Join(names, ", "), c.Locale, bot.Library().Hash()[:shownDigits], buildVersion())
	return r.WriteHTML(f, about) //nolint:wrapcheck // one door, and its errors name what failed
}

// verdict is an error for a regression, and for a scorecard that has nothing to do with the questions.
func (c *evalCmd) verdict(changes *evaluate.Changes) error {
	if changes == nil {
		return nil
	}
	if changes.Both == 0 {
		return fmt.Errorf("%s has none of these questions", c.Against)
	}
	var worse []error
	for _, m := range changes.Regressions() {
		worse = append(worse, fmt.Errorf("worse than %s: %s, %s: %d, was %d, of %d",
			c.Against, m.New.Group, m.New.Name, m.New.Rate.Count, m.Old.Rate.Count, m.New.Rate.N))
	}
	return errors.Join(worse...)
}
