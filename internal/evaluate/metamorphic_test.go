package evaluate

import (
	"strings"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// TestSurroundings: what stands around a question without changing it changes no winner in at least 98 of 100 development questions,
// each way of it counted alone.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	bot := answertest.Shipped(t)
	questions, err := Load(bot, []string{developmentFile})
	if err != nil {
		t.Fatal(err)
	}
	winners := make([]string, len(questions))
	for i, q := range questions {
		winners[i] = winner(bot, q.Text)
	}
	for name, vary := range map[string]func(string) string{
		"hey bot":  func(s string) string { return "hey bot " + s },
		"pls help": func(s string) string { return s + " pls help" },
		"a name":   func(s string) string { return "hi Sam, " + s },
		// None of these three changes a token, so that all at once say as much as each alone.
		"emoji, quotes and shouting": func(s string) string { return `😩 "` + strings.ToUpper(s) + `" 😭🙏` },
		"two words":                  answertest.SwapNeighbours,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same := 0
			var changed []string
			for i, q := range questions {
				varied := vary(q.Text)
				// What is ranked is the sentence alone, so that only the guard could see a difference.
				if q.Kind != KindCrisis && sentence(varied) == sentence(q.Text) {
					same++
				} else if got := winner(bot, varied); got == winners[i] {
					same++
				} else {
					changed = append(changed, winners[i]+" -> "+got+": "+varied)
				}
			}
			t.Logf("%d of %d winners stay", same, len(questions))
			if same*100 < len(questions)*98 {
				t.Errorf("too many winners change:\n%s", strings.Join(changed, "\n"))
			}
		})
	}
}

func sentence(s string) string { return match.Sentence(text.Normalize(text.New(s))) }

// winner is what the bot makes of a question: the urgent or declined card, else the entry that it thinks of first; nothing when it
// would show none.
func winner(bot *answer.Bot, question string) string {
	out := bot.Ask(answer.Question{Words: text.New(question)})
	switch r := out.Reply.(type) {
	case answer.Urgent, answer.Decline:
		return r.Shown().ID()
	case answer.Answer, answer.Choose:
		return out.Options[0].ID
	case answer.NoAnswer, answer.CheckIn, answer.Silence:
		return ""
	}
	return ""
}
