package evaluate

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"faqbot/internal/answer"
	"faqbot/internal/answer/answertest"
	"faqbot/internal/content"
	"faqbot/internal/guard"
	"faqbot/internal/text"
)

const (
	developmentFile = "testdata/dev.jsonl"
	scorecardFile   = "testdata/scorecard.json"
)

// TestScorecard asks the shipped bot the development questions. It fails when anything differs from the committed scorecard, and says
// which questions get something else now and which figures moved: a change of ranking or of content is reviewed as a diff of both.
func TestScorecard(t *testing.T) {
	t.Parallel()
	bot := answertest.Shipped(t)
	questions, err := Load(bot, []string{developmentFile})
	if err != nil {
		t.Fatal(err)
	}
	results, err := Run(t.Context(), bot.Ask, answer.Question{Locale: "en"}, questions, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewScorecard(results).MarshalIndent()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(scorecardFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(scorecardFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(got, want) {
		return
	}
	var b strings.Builder
	if old, err := ReadScorecard(bytes.NewReader(want)); err != nil {
		b.WriteString(err.Error() + "\n")
	} else {
		now := NewScorecard(results).Calibration
		if err := Against(old, results).Print(&b); err != nil {
			t.Fatal(err)
		}
		if now.N != old.Calibration.N || now.Error != old.Calibration.Error || now.Brier != old.Calibration.Brier {
			t.Logf("calibration: %+v -> %+v", old.Calibration, now)
		}
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		t.Logf("rewrote %s:\n%s", scorecardFile, b.String())
		return
	}
	t.Errorf("the answers differ from %s:\n%s\nWhen the change is meant: UPDATE_GOLDEN=1 go test ./internal/evaluate, and commit the file.", scorecardFile, b.String())
}

// TestCopies holds the copies of the development questions and their label page to the originals, where these are there.
func TestCopies(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev.jsonl", "LABELS.md"} {
		original, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "eval", name))
		if errors.Is(err, fs.ErrNotExist) {
			t.Skip("no original: ../shared/eval is not part of the project")
		}
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(original, kept) {
			t.Errorf("testdata/%s differs from the original: copy it anew", name)
		}
	}
}

// TestQuestionsAreNotLearnt fails for every evaluation question that the content or the guard holds word for word: what was learnt
// measures nothing.
func TestQuestionsAreNotLearnt(t *testing.T) {
	t.Parallel()
	bot := cardsBot(t)
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no questions: %v", err)
	}
	questions, err := Load(bot, files)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range learntQuestions(questions, learnt(bot.Library())) {
		t.Error(fault)
	}
}

// normal is how two texts are compared.
func normal(s string) string { return strings.Join(text.Plain(s), " ") }

// learnt returns all that the bot learns from, normalised, and where it stands.
func learnt(lib *content.Library) map[string]string {
	out := make(map[string]string)
	add := func(where string, texts ...string) {
		for _, s := range texts {
			out[normal(s)] = where
		}
	}
	for _, e := range lib.Entries() {
		add("the phrasings of "+e.ID, append([]string{e.Question}, e.Phrasings...)...)
	}
	for _, d := range lib.Declines() {
		add("the examples of "+d.ID, d.Examples...)
	}
	add("off_topic", lib.OffTopic()...)
	for _, c := range guard.Learnt() {
		add("the guard's examples of "+string(c), guard.Examples(c)...)
	}
	add("the guard's harmless examples", guard.Harmless()...)
	return out
}

// learntQuestions says which questions are among what is learnt. Questions without a word measure no wording.
func learntQuestions(questions []Question, learnt map[string]string) []string {
	var faults []string
	for _, q := range questions {
		n := normal(q.Text)
		if where, ok := learnt[n]; ok && n != "" {
			faults = append(faults, "the evaluation question \""+q.Text+"\" stands in "+where)
		}
	}
	return faults
}

// TestLearntQuestionsChecker shows that the check can fail.
func TestLearntQuestionsChecker(t *testing.T) {
	t.Parallel()
	lib := cardsBot(t).Library()
	questions := []Question{
		{Text: strings.ToUpper(lib.Entries()[0].Phrasings[0]) + " !!"},
		{Text: lib.OffTopic()[0]},
		{Text: lib.Declines()[0].Examples[0]},
		{Text: guard.Examples(guard.Suicide)[0]},
		{Text: "a question that nobody wrote down before"},
		{Text: "🎉"},
	}
	if got := learntQuestions(questions, learnt(lib)); len(got) != 4 {
		t.Errorf("%d questions are found, not 4: %q", len(got), got)
	}
}
