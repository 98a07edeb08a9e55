package main

import (
	"fmt"
	"os"
	"regexp"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/author"
	"faqbot/internal/content"
)

// builtInLocale is the folder of the built-in content that a new one starts with.
const builtInLocale = "en"

type importCmd struct {
	File     string `arg:"" placeholder:"FILE.csv" help:"Spreadsheet, saved as CSV (UTF-8)."`
	Out      string `required:"" placeholder:"DIR" help:"Content folder to make; it must not exist, or be empty."`
	Locale   string `default:"en" help:"Language of the content."`
	Declined bool   `help:"Also take over which requests are declined (amounts, buying, medicines, diagnoses), for content about drugs."`
}

// Help is shown by --help.
func (importCmd) Help() string {
	return `Makes a content folder from a spreadsheet with the columns id, question and answer, in any order; title, get_help and group may stand beside them. Rows with one id are phrasings of one entry; of the other columns the first text that is not empty counts. Commas, semicolons or tabs may stand between columns.

The bot's own cards, the reminders, the help lines and the off-topic lines of the built-in content come along; read them, for they speak of ketamine withdrawal. Every problem is told at once on standard error, one a line as FILE.csv:ROW:COL: message, counted as in the spreadsheet. Then nothing is written.

Examples:

    faqbot import questions.csv --out my-faq
    faqbot check --faq my-faq
    faqbot ask --faq my-faq "when do you open"`
}

var localePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// Validate refuses a language that could not name a folder.
func (c *importCmd) Validate() error {
	if !localePattern.MatchString(c.Locale) {
		return fmt.Errorf("--locale: %q is no language code, such as en or pt-BR", c.Locale)
	}
	return nil
}

// Run imports.
func (c *importCmd) Run(p *program) error {
	in, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open spreadsheet: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	im := author.Import{Name: c.File, Locale: c.Locale, Base: faq.FS, BaseLocale: builtInLocale, Keys: c.keys(), Check: refusals}
	made, err := im.Run(in, c.Out)
	if err != nil {
		return err //nolint:wrapcheck // the problems name the spreadsheet, or what else it is about
	}
	for _, w := range made.Warnings {
		p.warn("%v", w)
	}
	_, err = fmt.Fprintf(p.stdout, "wrote %s: %d entries, %d questions; try: faqbot ask --faq %s QUESTION\n", c.Out, made.Entries, made.Questions, c.Out)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// keys says what is taken from the built-in content besides its fixed texts.
//
// Measured with BANKING77, the mean of its three draws of ten questions an intent, on its 3,080 test questions: with neither, the first
// option is right for 70.3 % and 177 wrong answers are shown. With off-topic lines (see author.KeyOffTopic) it is 70.3 %, and 165 wrong
// answers are shown. With the declined requests and their slang on top it is 69.9 %, and 21 banking questions are declined with a card
// about drugs; and without them none of 32 requests for amounts and the like is answered either. So they come along only when asked for.
func (c *importCmd) keys() []string {
	keys := []string{author.KeyOffTopic}
	if c.Declined {
		keys = append(keys, "declines", "synonyms") // the slang in these requests
	}
	return keys
}

// refusals says which cards of new content could not be drawn.
func refusals(lib *content.Library) []author.Refusal {
	_, problems := checkReplies(answer.NewCards(lib))
	out := make([]author.Refusal, len(problems))
	for i, u := range problems {
		out[i] = author.Refusal{ID: u.card, Msg: fmt.Sprintf("%s: %v", u.surface, u.err)}
	}
	return out
}
