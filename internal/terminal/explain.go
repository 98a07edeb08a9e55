package terminal

import (
	"fmt"
	"strings"
	"time"

	"faqbot/internal/answer"
	"faqbot/internal/text"
)

const (
	// explainedLabels is how many of the ranked labels an explanation shows.
	explainedLabels = 5
	// explainedTerms is how many shared n-grams are shown a label.
	explainedTerms = 6
)

// explanation draws how an outcome came about: what was read, what the guard saw, and the best labels with the phrasing that is
// nearest and the terms that paid.
func (p *Printer) explanation(bot *answer.Bot, w text.Words, o answer.Outcome, took time.Duration) error {
	s := p.sheet()
	kind, notice := kindOf(o.Reply)
	tokens := text.Normalize(w).Plain()
	s.field("reply", fmt.Sprintf("%s in %d µs", strings.TrimSpace(kind+" "+o.Reply.Shown().ID()), took.Microseconds()))
	if notice != answer.NoticeNone {
		s.field("notice", string(notice))
	}
	s.field("tokens", or(strings.Join(tokens, " "), "none"))
	for _, h := range o.Assessment.Hits {
		evidence := fmt.Sprintf("%s at folded tokens %d to %d: %q", h.Category, h.From+1, h.To, h.Phrase)
		if h.Phrase == "" {
			evidence = fmt.Sprintf("%s: it reads like messages of this kind", h.Category)
		}
		s.field("guard", evidence)
	}
	if len(o.Assessment.Hits) == 0 {
		s.field("guard", "no evidence")
	}
	if len(o.Ranked) == 0 {
		s.field("ranking", "nothing was ranked")
	}
	for i, h := range o.Ranked[:min(explainedLabels, len(o.Ranked))] {
		s.field(fmt.Sprintf("%d.", i+1), fmt.Sprintf("%.4f  %s", h.Confidence, h.Label))
		s.reason(bot, w, h.Label)
	}
	return p.print(s)
}

// reason draws why a label stands where it does.
func (s *sheet) reason(bot *answer.Bot, w text.Words, label string) {
	why, ok := bot.Explain(w, label, explainedTerms)
	if !ok {
		return
	}
	s.field("", fmt.Sprintf("nearest: %q", why.Via))
	var terms []string
	for _, t := range why.Terms {
		terms = append(terms, fmt.Sprintf("%s=%.3f", strings.ReplaceAll(t.Text, " ", "_"), t.Weight))
	}
	s.field("", "terms: "+or(strings.Join(terms, ", "), "none in common"))
}

// field draws a name and its value, aligned.
func (s *sheet) field(name, value string) {
	const column = 9
	s.wrap(stylePlain, fmt.Sprintf("%-*s", column, name), strings.Repeat(" ", column), value)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
