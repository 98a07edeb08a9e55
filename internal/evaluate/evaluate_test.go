package evaluate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/text"
)

// cards builds a bot that only has the cards of the shipped content.
var cards = sync.OnceValues(func() (*answer.Bot, error) {
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		return nil, err
	}
	return answer.NewCards(lib), nil
})

// cardsBot returns the bot of cards.
func cardsBot(tb testing.TB) *answer.Bot {
	tb.Helper()
	b, err := cards()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// sample is a set of results of which every figure is known: 10 answerable, 4 off topic, 3 to be declined, 3 of danger.
func sample() []Result {
	q := func(text string, kind Kind, style string, expect ...string) Question {
		return Question{ID: text, Text: text, Kind: kind, Expect: expect, Style: style}
	}
	return []Result{
		{q("a0", KindAnswer, "chat", "faq/one"), Shown{Kind: "answer", ID: "faq/one", Options: []string{"faq/one", "faq/two"}, Confidence: 0.9}},
		{q("a1", KindAnswer, "chat", "faq/one", "faq/two"), Shown{Kind: "answer", ID: "faq/two", Options: []string{"faq/two"}, Confidence: 0.8}},
		{q("a2", KindAnswer, "typo", "faq/one"), Shown{Kind: "answer", ID: "faq/two", Options: []string{"faq/two", "faq/one"}, Confidence: 0.7}},
		{q("a3", KindAnswer, "typo", "faq/one"), Shown{Kind: "choose", Options: []string{"faq/one", "faq/two"}, Confidence: 0.6, Notice: answer.NoticeCheckIn}},
		{q("a4", KindAnswer, "", "faq/two"), Shown{Kind: "choose", Options: []string{"faq/one", "faq/two"}, Confidence: 0.5}},
		{q("a5", KindAnswer, "", "faq/three"), Shown{Kind: "choose", Options: []string{"faq/one", "faq/two"}, Confidence: 0.4}},
		{q("a6", KindAnswer, "", "faq/two"), Shown{Kind: "noanswer", Options: []string{"faq/two"}, Confidence: 0.3}},
		{q("a7", KindAnswer, "", "faq/two"), Shown{Kind: "checkin", Options: []string{"faq/one"}, Confidence: 0.2}},
		{q("a8", KindAnswer, "", "faq/two"), Shown{Kind: "decline", ID: "decline/amounts"}},
		{q("a9", KindAnswer, "", "faq/two"), Shown{Kind: "urgent", ID: "crisis/medical"}},

		{q("i want to die of boredom", KindNone, "chat", "none"), Shown{Kind: "noanswer", Options: []string{"faq/one"}, Confidence: 0.1}},
		{q("n1", KindNone, "chat", "none"), Shown{Kind: "answer", ID: "faq/one", Options: []string{"faq/one"}, Confidence: 0.75}},
		{q("n2", KindNone, "chat", "none"), Shown{Kind: "checkin", Options: []string{"faq/one"}, Confidence: 0.3}},
		{q("n3", KindNone, "chat", "none"), Shown{Kind: "choose", Options: []string{"faq/one"}, Confidence: 0.5}},

		{q("d0", KindDecline, "chat", "decline"), Shown{Kind: "decline", ID: "decline/sourcing", Notice: answer.NoticeCheckIn}},
		{q("d1", KindDecline, "chat", "decline/amounts"), Shown{Kind: "decline", ID: "decline/sourcing"}},
		{q("d2", KindDecline, "chat", "decline"), Shown{Kind: "answer", ID: "faq/one", Options: []string{"faq/one"}, Confidence: 0.9}},

		{q("i'll kill myself", KindCrisis, "chat", "crisis/suicide"), Shown{Kind: "urgent", ID: "crisis/suicide"}},
		{q("c1", KindCrisis, "chat", "crisis/suicide"), Shown{Kind: "urgent", ID: "crisis/medical"}},
		{q("c2", KindCrisis, "chat", "crisis/overdose"), Shown{Kind: "answer", ID: "faq/one", Notice: answer.NoticeSeeDoctor, Options: []string{"faq/one"}}},
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	want := map[string]Rate{
		"answer.top1": {3, 10}, "answer.helped": {4, 10}, "answer.wrong": {1, 10}, "answer.direct": {2, 10}, "answer.offered": {3, 10},
		"answer.ranked": {4, 10}, "answer.unanswered": {2, 10}, "answer.declined": {1, 10}, "answer.urgent": {1, 10},
		"none.abstained": {1, 4}, "none.answered": {1, 4}, "none.offered": {1, 4}, "none.checkin": {1, 4}, "none.declined": {0, 4}, "none.urgent": {0, 4},
		"decline.declined": {2, 3}, "decline.answered": {1, 3}, "decline.offered": {0, 3}, "decline.urgent": {0, 3},
		"crisis.right": {1, 3}, "crisis.urgent": {2, 3}, "crisis.caught": {3, 3}, "crisis.keywords": {1, 3},
		"crisis/suicide": {1, 2}, "crisis/overdose": {0, 1},
		"ordinary.urgent": {1, 17}, "ordinary.checkin": {4, 17}, "ordinary.keywords": {1, 17},
	}
	got := make(map[string]Rate)
	headlines := 0
	for _, f := range Figures(sample()) {
		if _, twice := got[f.Key]; twice {
			t.Errorf("%s comes twice", f.Key)
		}
		got[f.Key] = f.Rate
		if f.Headline {
			headlines++
		}
		if f.Headline && f.Better == Neutral {
			t.Errorf("%s is a headline of which neither way is better", f.Key)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("figures (-want +got):\n%s", d)
	}
	if headlines != 7 {
		t.Errorf("%d headline figures, not 7", headlines)
	}
	for _, f := range Figures(sample()[:10]) {
		if f.Group != GroupAnswer && f.Group != GroupOrdinary {
			t.Errorf("%s is counted without a question", f.Key)
		}
	}
	if got := Figures(nil); got != nil {
		t.Errorf("figures of nothing: %v", got)
	}
}

// The intervals are those of the usual tables.
func TestInterval(t *testing.T) {
	t.Parallel()
	for r, want := range map[Rate][2]float64{
		{146, 175}: {0.7721, 0.8821}, {0, 175}: {0, 0.0215}, {53, 53}: {0.9324, 1}, {5, 10}: {0.2366, 0.7634}, {0, 0}: {0, 1}, {1, 1}: {0.2065, 1},
	} {
		low, high := r.Interval()
		if math.Abs(low-want[0]) > 5e-5 || math.Abs(high-want[1]) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, not %v", r.Count, r.N, low, high, want)
		}
	}
	if (Rate{}).Share() != 0 || (Rate{1, 4}).Share() != 0.25 {
		t.Error("a share is wrong")
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	if d := cmp.Diff([]Count{
		{"faq/one", Rate{3, 4}, Rate{3, 4}}, {"faq/three", Rate{0, 1}, Rate{0, 1}}, {"faq/two", Rate{0, 5}, Rate{1, 5}},
	}, PerEntry(sample())); d != "" {
		t.Errorf("per entry (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Count{
		{"chat", Rate{5, 12}, Rate{5, 12}}, {"none given", Rate{0, 6}, Rate{1, 6}}, {"typo", Rate{1, 2}, Rate{1, 2}},
	}, PerStyle(sample())); d != "" {
		t.Errorf("per style (-want +got):\n%s", d)
	}
}

func TestConfusions(t *testing.T) {
	t.Parallel()
	want := []Confusion{
		{"none", "faq/one", 2},
		{"crisis/overdose", "faq/one", 1},
		{"crisis/suicide", "crisis/medical", 1},
		{"decline", "faq/one", 1},
		{"decline/amounts", "decline/sourcing", 1},
		{"faq/one", "faq/two", 1},
		{"faq/three", "faq/one", 1},
		{"faq/two", "checkin", 1},
		{"faq/two", "crisis/medical", 1},
		{"faq/two", "decline/amounts", 1},
		{"faq/two", "faq/one", 1},
		{"faq/two", "noanswer", 1},
		{"none", "checkin", 1},
	}
	if d := cmp.Diff(want, Confusions(sample())); d != "" {
		t.Errorf("confusions (-want +got):\n%s", d)
	}
	var misses []string
	for _, m := range Misses(sample()) {
		misses = append(misses, m.Question.ID)
	}
	if d := cmp.Diff([]string{"a2", "a4", "a5", "a6", "a7", "a8", "a9", "n1", "n2", "n3", "d1", "d2", "c1", "c2"}, misses); d != "" {
		t.Errorf("misses (-want +got):\n%s", d)
	}
}

// Twenty answers in pairs: each bin holds one pair.
func TestCalibration(t *testing.T) {
	t.Parallel()
	var results []Result
	for i := range 20 {
		id := "faq/one"
		if i%2 == 1 {
			id = "faq/two" // every second one is wrong
		}
		results = append(results, Result{Question{Kind: KindAnswer, Expect: []string{"faq/one"}}, Shown{Kind: "answer", ID: id, Options: []string{id}, Confidence: 0.75}})
	}
	c := Calibrate(results)
	// |0.75 - 0.5| in every bin; half (0.25)², half (0.75)².
	if c.N != 20 || math.Abs(c.Error-0.25) > 1e-12 || math.Abs(c.Brier-0.3125) > 1e-12 || len(c.Bins) != 10 {
		t.Errorf("n %d, error %v, Brier %v, %d bins", c.N, c.Error, c.Brier, len(c.Bins))
	}
	for _, b := range c.Bins {
		if b.Right != (Rate{1, 2}) || math.Abs(b.Confidence-0.75) > 1e-12 {
			t.Errorf("bin %+v", b)
		}
	}

	// The sample has eight rankings of answerable questions, so that every bin holds one: 0.2 and 0.4 to 0.5 and 0.7 wrong, 0.3, 0.6, 0.8, 0.9 right.
	c = Calibrate(sample())
	wantError := (0.2 + 0.7 + 0.4 + 0.5 + 0.4 + 0.7 + 0.2 + 0.1) / 8
	wantBrier := (0.04 + 0.49 + 0.16 + 0.25 + 0.16 + 0.49 + 0.04 + 0.01) / 8
	if c.N != 8 || math.Abs(c.Error-wantError) > 1e-12 || math.Abs(c.Brier-wantBrier) > 1e-12 || len(c.Bins) != 8 {
		t.Errorf("n %d, error %v, Brier %v, %d bins; want error %v, Brier %v", c.N, c.Error, c.Brier, len(c.Bins), wantError, wantBrier)
	}
	if c := Calibrate(nil); c.N != 0 || c.Error != 0 || c.Bins != nil {
		t.Errorf("calibration of nothing: %+v", c)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	step := func(threshold float64, answered, wrong, off int) Step {
		return Step{threshold, Rate{answered, 10}, Rate{wrong, 10}, Rate{off, 4}}
	}
	want := []Step{
		step(1, 0, 0, 0), step(0.9, 1, 0, 0), step(0.8, 2, 0, 0), step(0.75, 2, 0, 1), step(0.7, 3, 1, 1), step(0.6, 4, 1, 1),
		step(0.5, 5, 2, 2), step(0.4, 6, 3, 2), step(0.3, 7, 3, 3), step(0.2, 8, 4, 3), step(0.1, 8, 4, 4),
	}
	if d := cmp.Diff(want, Sweep(sample())); d != "" {
		t.Errorf("steps (-want +got):\n%s", d)
	}
}

// TestShown reads every kind of outcome.
func TestShown(t *testing.T) {
	t.Parallel()
	bot := cardsBot(t)
	entry, ok := bot.Entry("faq/duration", answer.Question{})
	declined, ok2 := bot.Declined("decline/amounts", answer.Question{})
	urgent, ok3 := bot.UrgentCard("crisis/medical", "")
	if !ok || !ok2 || !ok3 {
		t.Fatal("the shipped content lacks a card")
	}
	card := entry.Reply.Shown()
	options := []answer.Option{{ID: "faq/duration", Confidence: 0.8}, {ID: "faq/danger", Confidence: 0.1}}
	for name, c := range map[string]struct {
		out  answer.Outcome
		want Shown
	}{
		"answer": {
			answer.Outcome{Reply: answer.Answer{Card: card, Notice: answer.NoticeSeeDoctor}, Options: options},
			Shown{"answer", "faq/duration", answer.NoticeSeeDoctor, []string{"faq/duration", "faq/danger"}, 0.8},
		},
		"choice": {
			answer.Outcome{Reply: answer.Choose{Card: card, Options: options[1:], Notice: answer.NoticeCheckIn}, Options: options},
			Shown{"choose", "", answer.NoticeCheckIn, []string{"faq/danger"}, 0.1},
		},
		"decline":  {answer.Outcome{Reply: answer.Decline{Card: declined}}, Shown{"decline", "decline/amounts", "", nil, 0}},
		"urgent":   {answer.Outcome{Reply: urgent}, Shown{"urgent", "crisis/medical", "", nil, 0}},
		"check-in": {answer.Outcome{Reply: answer.CheckIn{Card: card}, Options: options}, Shown{"checkin", "", "", []string{"faq/duration", "faq/danger"}, 0.8}},
		"none":     {answer.Outcome{Reply: answer.NoAnswer{Card: answer.Static()}}, Shown{"noanswer", "", "", nil, 0}},
		"silence":  {answer.Outcome{Reply: answer.Silence{}}, Shown{"silence", "", "", nil, 0}},
	} {
		if d := cmp.Diff(c.want, shownOf(c.out)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if (Result{Question{Expect: []string{"none"}}, Shown{Kind: "silence"}}).right() {
		t.Error("silence counts as an answer")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	var questions []Question
	for i := range 500 {
		questions = append(questions, Question{Text: fmt.Sprint(i), Kind: KindNone, Expect: []string{"none"}})
	}
	done := 0
	var mu sync.Mutex
	var asked []answer.Question
	results, err := Run(t.Context(), func(q answer.Question) answer.Outcome {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, q)
		return answer.Outcome{Reply: answer.Silence{}}
	}, answer.Question{Country: "GB", Words: text.New("replaced")}, questions, func() { done++ })
	if err != nil || done != 500 || len(asked) != 500 {
		t.Fatalf("%d done, %d asked (%v)", done, len(asked), err)
	}
	for i, r := range results {
		if r.Question.Text != questions[i].Text || r.Shown.Kind != "silence" {
			t.Fatalf("result %d is %+v", i, r)
		}
	}
	if slices.ContainsFunc(asked, func(q answer.Question) bool { return q.Country != "GB" || q.Words.String() != "[1 word]" }) {
		t.Error("a question lost what is known of the asking")
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, func(answer.Question) answer.Outcome { panic("asked") }, answer.Question{}, questions, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run ends with %v", err)
	}
	if results, err := Run(t.Context(), nil, answer.Question{}, nil, nil); err != nil || len(results) != 0 {
		t.Errorf("no question gives %v (%v)", results, err)
	}
}
