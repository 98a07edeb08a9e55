package guard

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The figures on the material of ../shared, which is not part of the project: development data, for the phrases were written with it
// in view. They say what has been lost since, not how well the guard does on messages that nobody has seen.

// shared reads a file of the material, and skips the test where it is absent.
func shared(t *testing.T, path ...string) []byte {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "..", "shared"}, path...)...)
	raw, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s: the figures need the project's shared material beside it", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func decode[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// tally counts the messages of one kind for which a condition holds, and logs the others.
type tally struct {
	name    string
	n, good int
	misses  []string
}

func (c *tally) add(good bool, words string, a Assessment) {
	c.n++
	if good {
		c.good++
		return
	}
	c.misses = append(c.misses, words+"\n\t\tgot "+say(a))
}

// check logs the figure and its misses, and fails below the least share.
func (c *tally) check(t *testing.T, least float64) {
	t.Helper()
	share := float64(c.good) / float64(max(1, c.n))
	t.Logf("%s: %d of %d (%.1f %%)", c.name, c.good, c.n, 100*share)
	for _, m := range c.misses {
		t.Log("\tmiss: " + m)
	}
	if c.n == 0 || share < least {
		t.Errorf("%s: %.1f %% of %d, want at least %.1f %%", c.name, 100*share, c.n, 100*least)
	}
}

func TestFiguresSafetySentences(t *testing.T) {
	t.Parallel()
	raw := shared(t, "content", "safety-sentences.json")
	g := newGuard(t)
	// The categories hold {"explicit", "oblique"}, "harmless" its own kinds: one shape.
	all := decode[map[string]map[string][]string](t, raw)
	for _, c := range Urgent() {
		explicit, right, oblique := tally{name: string(c) + " explicit, urgent"}, tally{name: string(c) + " explicit, right card"}, 0
		for _, s := range all[string(c)]["explicit"] {
			a := g.assess(s)
			explicit.add(a.Level() == LevelUrgent, s, a)
			right.add(card(a.First()) == card(c), s, a)
		}
		for _, s := range all[string(c)]["oblique"] {
			if g.assess(s).Level() == LevelUrgent {
				oblique++
			}
		}
		explicit.check(t, 1)
		right.check(t, 0.97)
		t.Logf("%s oblique, urgent: %d of %d (left to a later classifier)", c, oblique, len(all[string(c)]["oblique"]))
	}
	quiet := tally{name: "harmless, not urgent"}
	for _, kind := range all["harmless"] {
		for _, s := range kind {
			a := g.assess(s)
			quiet.add(a.Level() != LevelUrgent, s, a)
		}
	}
	quiet.check(t, 0.992)
	checkin := tally{name: "check-in and see-a-doctor lines, not urgent"}
	for _, s := range slices.Concat(all["checkin"]["oblique"], all["C5u"]["explicit"], all["C5u"]["oblique"]) {
		a := g.assess(s)
		checkin.add(a.Level() != LevelUrgent, s, a)
	}
	checkin.check(t, 1)
	doctor := tally{name: "C5u explicit, see a doctor"}
	for _, s := range all["C5u"]["explicit"] {
		a := g.assess(s)
		doctor.add(a.Has(SeeDoctor), s, a)
	}
	doctor.check(t, 0.88)
}

func TestFiguresPhrasings(t *testing.T) {
	t.Parallel()
	raw := shared(t, "content", "phrasings.json")
	g := newGuard(t)
	quiet, crisis, above := tally{name: "phrasings, not urgent"}, tally{name: "crisis phrasings, right card"}, 0
	for topic, phrasings := range decode[map[string][]string](t, raw) {
		for _, s := range phrasings {
			a := g.assess(s)
			if strings.HasPrefix(topic, "crisis/") {
				crisis.add(card(a.First()) == topic, s, a)
				continue
			}
			quiet.add(a.Level() != LevelUrgent, s, a)
			if a.Level() == LevelCheckIn || a.Level() == LevelSeeDoctor {
				above++
			}
		}
	}
	quiet.check(t, 1)
	crisis.check(t, 1)
	t.Logf("check-in or see a doctor above the answer: %d of %d", above, quiet.n)
}

func TestFiguresDevelopmentQuestions(t *testing.T) {
	t.Parallel()
	raw := shared(t, "eval", "dev.jsonl")
	g := newGuard(t)
	quiet, crisis := tally{name: "other questions, not urgent"}, tally{name: "crises, right card"}
	for line := range strings.Lines(string(raw)) {
		q := decode[struct {
			Text, Kind string
			Expect     []string
		}](t, []byte(line))
		a := g.assess(q.Text)
		if q.Kind == "crisis" {
			crisis.add(slices.Contains(q.Expect, card(a.First())), q.Text, a)
		} else {
			quiet.add(a.Level() != LevelUrgent, q.Text, a)
		}
	}
	quiet.check(t, 1)
	crisis.check(t, 1)
}
