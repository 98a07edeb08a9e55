package guard

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"faqbot/internal/text"
)

// compiled is the guard that the tests share: it is immutable.
var compiled = sync.OnceValues(func() (*Guard, error) { return New(nil) })

func newGuard(t testing.TB) *Guard {
	t.Helper()
	g, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *Guard) assess(s string) Assessment { return g.Assess(text.Normalize(text.New(s))) }

// say writes an assessment out for a failure message.
func say(a Assessment) string {
	if len(a.Hits) == 0 {
		return "nothing"
	}
	var out []string
	for _, h := range a.Hits {
		out = append(out, string(h.Category)+" <"+h.Phrase+">")
	}
	return strings.Join(out, "; ")
}

// card names the card that a category leads to, as the labels of the evaluation do.
func card(c Category) string {
	switch c {
	case Suicide, Thoughts, SelfHarm:
		return "crisis/suicide"
	case Overdose:
		return "crisis/overdose"
	case Medical:
		return "crisis/medical"
	case Harm, Psychosis:
		return "crisis/harm"
	case SeeDoctor, CheckIn, Venting:
	}
	return ""
}

// readTestdata reads a file of testdata without its comments.
func readTestdata(t *testing.T, name string) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

func TestMustFire(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	all := readTestdata(t, "fire.txt")
	if len(all) < 150 {
		t.Errorf("only %d lines", len(all))
	}
	for _, line := range all {
		want, words, _ := strings.Cut(line, ": ")
		if a := g.assess(words); a.Level() != LevelUrgent || card(a.First()) != "crisis/"+want {
			t.Errorf("%s\n\tgot %s", line, say(a))
		}
	}
}

func TestMustNotFire(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	all := readTestdata(t, "quiet.txt")
	if len(all) < 150 {
		t.Errorf("only %d lines", len(all))
	}
	for _, line := range all {
		if a := g.assess(line); a.Level() == LevelUrgent {
			t.Errorf("%s\n\tgot %s", line, say(a))
		}
	}
}

// The sentences of the safety brief: a "+" line must have its category or another with the same card, a "-" line must not be urgent.
func TestSafetyBrief(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for _, line := range readTestdata(t, "safety44.txt") {
		want, words, _ := strings.Cut(line, ": ")
		a := g.assess(words)
		ok := a.Level() != LevelUrgent
		if want != "quiet" {
			c := Category(want)
			ok = a.Has(c) || c.Level() == LevelUrgent && card(a.First()) == card(c)
		}
		if !ok {
			t.Errorf("%s\n\tgot %s", line, say(a))
		}
	}
}

// What a denial, the past or a song takes back stays a check-in while words of death or self-harm remain.
func TestLoweredToCheckIn(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for _, s := range []string{
		"I'm NOT going to kill myself, I just hate today",
		"not suicidal, just knackered",
		"i used to want to die every day in my teens",
		"tried to kill myself when i was 17, im 41 now",
		`"I'm gonna kill myself" is a line in that track`,
		"I would never hurt myself",
		"i attempted suicide once",
		"i dont want to die",
	} {
		if a := g.assess(s); a.Level() != LevelCheckIn {
			t.Errorf("%s\n\tgot %s", s, say(a))
		}
	}
}

// A denial covers what it denies, and nothing else.
func TestDenialCoversItsOwn(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for s, want := range map[string]Category{
		"not suicidal but i took the lot":                                                   Overdose,
		"I won't do it but I think of dying daily":                                          Thoughts,
		"im not suicidal, swear down, i just cut to get the noise out, did it this morning": SelfHarm,
		"no chest pain now but i keep fainting":                                             Medical,
		"i'd never hurt anyone else but i want to kill myself":                              Thoughts,
		"cant sleep want to die":                                                            Thoughts,
		"havent slept and i want to kill myself":                                            Thoughts,
		"two years clean and i want to kill myself":                                         Thoughts,
		"i tried to kill myself 3 years ago and last night i tried to kill myself again":    Suicide,
		"doctor says my bladder is fine but now i cant breathe":                             Medical,
		"my friend says its nothing. shes not breathing":                                    Overdose,
	} {
		if a := g.assess(s); !a.Has(want) {
			t.Errorf("%s: want %s\n\tgot %s", s, want, say(a))
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	a := g.assess("i want to die, i took all my pills at once, and theres blood in my pee")
	var got []Category
	for _, h := range a.Hits {
		got = append(got, h.Category)
	}
	if !slices.IsSortedFunc(got, func(x, y Category) int { return slices.Index(order[:], x) - slices.Index(order[:], y) }) {
		t.Errorf("hits out of order: %v", got)
	}
	if a.First() != Overdose || !a.Has(Thoughts) || !a.Has(SeeDoctor) {
		t.Errorf("got %v", got)
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	words := text.Normalize(text.New("ok so. i don't know but i'm gonna kill myself tonight lol"))
	a := g.Assess(words)
	i := slices.IndexFunc(a.Hits, func(h Hit) bool { return h.Category == Suicide })
	if i < 0 {
		t.Fatal("no hit")
	}
	got := strings.Join(words.Folded()[a.Hits[i].From:a.Hits[i].To], " ")
	if !strings.Contains(got, "kill myself") || strings.Contains(got, "know") || strings.Contains(got, "lol") {
		t.Errorf("evidence is %q", got)
	}
}

func TestNoWords(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for _, tok := range []text.Tokens{{}, text.Normalize(text.Words{}), text.Normalize(text.New(" .\"!? "))} {
		if a := g.Assess(tok); len(a.Hits) != 0 {
			t.Errorf("got %s", say(a))
		}
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	all := readTestdata(t, "fire.txt")
	want := make([]string, len(all))
	for i, s := range all {
		want[i] = say(g.assess(s))
	}
	done := make(chan string)
	for range 4 {
		go func() {
			bad := ""
			for i, s := range all {
				if got := say(g.assess(s)); got != want[i] {
					bad = s
				}
			}
			done <- bad
		}()
	}
	for range 4 {
		if bad := <-done; bad != "" {
			t.Errorf("another answer for %q", bad)
		}
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	if want := append(Urgent(), SeeDoctor, CheckIn); !slices.Equal(Learnt(), want) {
		t.Errorf("learnt are %v, want %v", Learnt(), want)
	}
	seen := map[string]bool{}
	check := func(name string, got []string) {
		if len(got) < 60 {
			t.Errorf("%s: only %d examples", name, len(got))
		}
		for _, s := range got {
			if seen[s] || strings.HasPrefix(s, "#") || strings.TrimSpace(s) != s || s == "" {
				t.Errorf("%s: bad example %q", name, s)
			}
			seen[s] = true
		}
	}
	for _, c := range Learnt() {
		check(string(c), Examples(c))
	}
	check("harmless", Harmless())
	check("ordinary", Ordinary())
}

// TestOpinion: a classifier adds what it finds likely, in the order of precedence, and takes nothing back.
func TestOpinion(t *testing.T) {
	t.Parallel()
	stated := Assessment{[]Hit{{Category: Thoughts, Phrase: "want to die"}}}
	hinted := Assessment{[]Hit{{Category: Overdose, Phrase: "overdosed", Hint: true}}}
	for name, tt := range map[string]struct {
		before  Assessment
		opinion Opinion
		want    []Category
	}{
		"nothing":              {Assessment{}, Opinion{}, nil},
		"doubt below":          {Assessment{}, Opinion{Suicide: doubtAt / 2, Thoughts: doubtAt/2 - 0.01}, nil},
		"doubt":                {Assessment{}, Opinion{Suicide: doubtAt / 2, Thoughts: doubtAt / 2}, []Category{CheckIn}},
		"sure":                 {Assessment{}, Opinion{Overdose: urgentAt}, []Category{Overdose}},
		"sure of either":       {Assessment{}, Opinion{Suicide: urgentAt/2 - 0.01, Thoughts: urgentAt/2 + 0.01}, []Category{Thoughts}},
		"doctor":               {Assessment{}, Opinion{SeeDoctor: 0.5, Medical: 0.2}, []Category{SeeDoctor}},
		"a state of mind":      {Assessment{}, Opinion{CheckIn: 0.9}, []Category{CheckIn}},
		"stated, no opinion":   {stated, Opinion{}, []Category{Thoughts}},
		"stated, same":         {stated, Opinion{Thoughts: 0.9}, []Category{Thoughts}},
		"stated, another":      {stated, Opinion{Overdose: 0.9}, []Category{Overdose, Thoughts}},
		"stated, doubt beside": {stated, Opinion{Harm: doubtAt}, []Category{Thoughts, CheckIn}},
		"hint, nothing":        {hinted, Opinion{}, []Category{CheckIn}},
		"hint, something":      {hinted, Opinion{Overdose: doubtAt}, []Category{Overdose, CheckIn}},
		"both, nothing":        {Assessment{append(slices.Clone(hinted.Hits), stated.Hits...)}, Opinion{}, []Category{Thoughts, CheckIn}},
	} {
		var got []Category
		for _, h := range tt.before.With(tt.opinion).Hits {
			got = append(got, h.Category)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func BenchmarkAssess(b *testing.B) {
	g := newGuard(b)
	for name, s := range map[string]string{
		"question": "how long do the cravings last after stopping ket",
		"2000":     strings.Repeat("i dont know what to do, my friend took k and she was fine but the last few days have been hard and i want to feel better. ", 17)[:text.MaxRunes],
	} {
		b.Run(name, func(b *testing.B) {
			tok := text.Normalize(text.New(s))
			b.ReportAllocs()
			for b.Loop() {
				g.Assess(tok)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newGuard(b)
	}
}

func FuzzAssess(f *testing.F) {
	g := newGuard(f)
	for _, s := range []string{"", "i want to die", "not \"i\" . . want to", "k i l l m y s e l f", "my friend wont wake up and\nlips are blue", "i i i i i not not not", "\"\"\"", "took the lot!!!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := text.Normalize(text.New(s))
		a := g.Assess(words)
		n, last := len(words.Folded()), -1
		for _, h := range a.Hits {
			at := slices.Index(order[:], h.Category)
			if at <= last {
				t.Errorf("hits out of order: %s", say(a))
			}
			last = at
			if h.From < 0 || h.From >= h.To || h.To > n {
				t.Errorf("offsets %d to %d of %d", h.From, h.To, n)
			}
		}
		if again := g.Assess(words); say(again) != say(a) {
			t.Errorf("two answers: %s, %s", say(a), say(again))
		}
	})
}
