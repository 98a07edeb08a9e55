package feedback

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"faqbot/internal/answer"
	"faqbot/internal/guard"
	"faqbot/internal/store"
	"faqbot/internal/text"
)

// draft is lines that may become phrasings of an entry. Without an id no entry is near to them.
type draft struct {
	id, title string
	lines     []string
}

// WriteDrafts prints donations as fragments of content, grouped by the nearest entry in the order of the content, for people to take lines
// from. What the content has already is left out, and so are those that the guard takes for danger, of which it returns the number.
func WriteDrafts(out io.Writer, bot *answer.Bot, given []store.Donation) (dangers int, err error) {
	drafts, dangers := draftsOf(bot, given)
	var b strings.Builder
	for _, d := range drafts {
		if d.id == "" {
			b.WriteString("# No entry is near to these: a new one, or none.\n- phrasings:\n")
		} else {
			fmt.Fprintf(&b, "# %s\n- id: %s\n  phrasings:\n", d.title, d.id)
		}
		for _, line := range d.lines {
			b.WriteString("    - " + strconv.Quote(line) + "\n") // Go's quoted texts are YAML's too
		}
		b.WriteString("\n")
	}
	_, err = io.WriteString(out, b.String())
	return dangers, err //nolint:wrapcheck // the caller knows where it prints
}

// draftsOf groups donations by the nearest entry, in the order of the content, and counts those that speak of danger. Lines with the same
// words, or those of a line of the content, come once, or not at all.
func draftsOf(bot *answer.Bot, given []store.Donation) (drafts []draft, dangers int) {
	known := map[string]bool{}
	entries := bot.Library().Entries()
	for _, e := range entries {
		for _, line := range append([]string{e.Question}, e.Phrasings...) {
			known[wordsOf(line)] = true
		}
	}
	lines := map[string][]string{}
	for _, d := range given {
		words := wordsOf(d.Text)
		if known[words] {
			continue
		}
		known[words] = true
		out := bot.Ask(answer.Question{Words: text.New(d.Text)})
		switch {
		case out.Assessment.Level() != guard.LevelNone:
			dangers++
		case len(out.Options) == 0:
			lines[""] = append(lines[""], d.Text)
		default:
			lines[out.Options[0].ID] = append(lines[out.Options[0].ID], d.Text)
		}
	}
	for _, e := range entries {
		if list := lines[e.ID]; len(list) > 0 {
			drafts = append(drafts, draft{e.ID, e.Title, slices.Sorted(slices.Values(list))})
		}
	}
	if list := lines[""]; len(list) > 0 {
		drafts = append(drafts, draft{lines: slices.Sorted(slices.Values(list))})
	}
	return drafts, dangers
}

// wordsOf is what two lines have in common that differ in nothing but spelling.
func wordsOf(line string) string { return strings.Join(text.Plain(line), " ") }
