package match_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"faqbot/internal/match"
	"faqbot/internal/text"
)

// small are three labels that share words, with a few examples each.
func small() []match.Example {
	var out []match.Example
	for label, texts := range map[string][]string{
		"sleep":  {"i cant sleep", "awake all night", "how do i get to sleep", "lying awake again", "no sleep since monday", "sleepless nights"},
		"dreams": {"bad dreams every night", "nightmares again", "my dreams are so vivid", "woke from a nightmare", "scary dreams", "why do i dream so much"},
		"money":  {"withdraw cash", "bank transfer failed", "my card is blocked", "how do i pay", "price of a ticket", "send money abroad"},
	} {
		for _, t := range texts {
			out = append(out, match.Example{Label: label, Text: t})
		}
	}
	return out
}

func train(t *testing.T, examples []match.Example, o match.Options) *match.Matcher {
	t.Helper()
	m, err := match.Train(examples, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rank(m *match.Matcher, s string) []match.Hit {
	return m.Rank(text.Normalize(text.New(s)), nil, math.MaxInt)
}

func TestRank(t *testing.T) {
	t.Parallel()
	t.Run("dual", func(t *testing.T) { t.Parallel(); testRank(t, match.Options{}) })
	t.Run("primal", func(t *testing.T) { t.Parallel(); testRank(t, match.Options{Primal: true}) })
}

func testRank(t *testing.T, o match.Options) {
	t.Helper()
	m := train(t, small(), o)
	for question, want := range map[string]string{
		"i just cannot sleep at night": "sleep", "nightmare last night": "dreams", "dreeams": "dreams", "can i pay by card": "money", "SLEEP!!!": "sleep",
	} {
		hits := rank(m, question)
		if len(hits) != 3 || hits[0].Label != want {
			t.Errorf("%q: %v, want %s first", question, hits, want)
		}
		sum := 0.0
		for _, h := range hits {
			sum += h.Confidence
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%q: the confidences sum to %g", question, sum)
		}
	}
	if got := m.Rank(text.Normalize(text.New("nightmares")), nil, 1); len(got) != 1 {
		t.Errorf("a limit of 1 gives %d hits", len(got))
	}
	for _, nothing := range []string{"", "the", "what is it", "💀"} {
		if got := rank(m, nothing); got != nil {
			t.Errorf("%q: %v", nothing, got)
		}
	}
}

// TestOrderOfExamplesIsNothing: the same examples in another order give the same bytes.
func TestOrderOfExamplesIsNothing(t *testing.T) {
	t.Parallel()
	examples := small()
	one, err := match.Learn(examples, match.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(examples)
	two, err := match.Learn(examples, match.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := one.MarshalBinary()
	b, errB := two.MarshalBinary()
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two orders gave two models (%v, %v)", errA, errB)
	}
}

// TestLeaveOneOut compares the closed form with what it stands for: learning again without each example.
func TestLeaveOneOut(t *testing.T) {
	t.Parallel()
	t.Run("dual", func(t *testing.T) { t.Parallel(); testLeaveOneOut(t, match.Options{}) })
	t.Run("primal", func(t *testing.T) { t.Parallel(); testLeaveOneOut(t, match.Options{Primal: true}) })
}

func testLeaveOneOut(t *testing.T, o match.Options) {
	t.Helper()
	examples := small()
	all, err := match.LeaveOneOut(examples, o, nil)
	if err != nil || len(all) != len(examples) {
		t.Fatalf("%d predictions, %v", len(all), err)
	}
	agree := 0
	for _, p := range all {
		rest := slices.DeleteFunc(slices.Clone(examples), func(e match.Example) bool { return e.Text == p.Example.Text })
		hits := rank(train(t, rest, o), p.Example.Text)
		if hits[0].Label == p.Hits[0].Label {
			agree++
		}
	}
	// The vocabulary's weights differ a little without the example, so that a close call may flip.
	if agree < len(all)-1 {
		t.Errorf("the closed form agrees with learning anew on %d of %d examples", agree, len(all))
	}
}

func TestSynonyms(t *testing.T) {
	t.Parallel()
	o := match.Options{Synonyms: [][]string{{"sleep", "kip", "forty winks"}, {"nightmare", "night terror"}}}
	m := train(t, small(), o)
	for a, b := range map[string]string{"cant get any sleep": "cant get any forty winks", "another nightmare": "another night terror", "no kip": "no sleep"} {
		one, two := rank(m, a), rank(m, b)
		if !slices.Equal(one, two) {
			t.Errorf("%q and %q differ: %v, %v", a, b, one, two)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	m := train(t, small(), match.Options{})
	why, ok := m.Explain(text.Normalize(text.New("cant sleep tonight")), nil, "sleep", 3)
	if !ok || why.Via != "i cant sleep" || len(why.Terms) != 3 || why.Terms[0].Weight < why.Terms[1].Weight {
		t.Errorf("%v %+v", ok, why)
	}
	if _, ok := m.Explain(text.Normalize(text.New("sleep")), nil, "nonsense", 3); ok {
		t.Error("an unknown label was explained")
	}
}

func TestModelRoundTrip(t *testing.T) {
	t.Parallel()
	t.Run("dual", func(t *testing.T) { t.Parallel(); testModelRoundTrip(t, match.Options{}, match.Options{Primal: true}) })
	t.Run("primal", func(t *testing.T) { t.Parallel(); testModelRoundTrip(t, match.Options{Primal: true}, match.Options{}) })
}

func testModelRoundTrip(t *testing.T, o, others match.Options) {
	t.Helper()
	examples := small()
	model, err := match.Learn(examples, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := model.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read match.Model
	if err := read.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	stored, err := match.New(examples, o, &read)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := rank(stored, "no sleep"), rank(train(t, examples, o), "no sleep"); !slices.Equal(a, b) {
		t.Errorf("stored %v, learnt %v", a, b)
	}
	if _, err := match.New(examples[1:], o, &read); !errors.Is(err, match.ErrStale) {
		t.Errorf("other examples: %v", err)
	}
	if _, err := match.New(examples, others, &read); !errors.Is(err, match.ErrStale) {
		t.Errorf("other options: %v", err)
	}
	read.Hash = match.Hash(examples, others)
	if _, err := match.New(examples, others, &read); err == nil {
		t.Error("a model passes for one of the other form")
	}
	for cut := range len(raw) {
		if err := new(match.Model).UnmarshalBinary(raw[:cut]); err == nil {
			t.Fatalf("%d of %d bytes pass for a model", cut, len(raw))
		}
	}
	if _, err := match.Learn(nil, match.Options{}, nil); err == nil {
		t.Error("nothing was learnt from")
	}
}

// TestWeights: a heavy class wins what two classes claim alike.
func TestWeights(t *testing.T) {
	t.Parallel()
	for _, heavy := range []string{"a", "b"} {
		var examples []match.Example
		for i := range 6 {
			for _, label := range []string{"a", "b"} {
				e := match.Example{Label: label, Text: fmt.Sprintf("shared words %s%d", strings.Repeat(label, 3), i), Weight: 0.1}
				if label == heavy {
					e.Weight = 1
				}
				examples = append(examples, e)
			}
		}
		if hits := rank(train(t, examples, match.Options{}), "shared words"); hits[0].Label != heavy {
			t.Errorf("%s is heavy, but %v", heavy, hits)
		}
	}
}

// FuzzRank checks that any question gives probabilities, best first, and never a panic.
func FuzzRank(f *testing.F) {
	m, err := match.Train(small(), match.Options{Synonyms: [][]string{{"sleep", "kip"}}})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"", "cant sleep", "\xff\x00", "ſleep", strings.Repeat("dream ", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 1.0
		for _, h := range rank(m, s) {
			if !(h.Confidence >= 0 && h.Confidence <= last) {
				t.Fatalf("confidence %g after %g", h.Confidence, last)
			}
			last = h.Confidence
		}
	})
}

// BenchmarkRank measures one question against as many examples as the shipped content has.
func BenchmarkRank(b *testing.B) {
	var examples []match.Example
	for i := range 60 {
		for _, e := range small() {
			e.Text += fmt.Sprintf(" number %d", i)
			examples = append(examples, e)
		}
	}
	m, err := match.Train(examples, match.Options{})
	if err != nil {
		b.Fatal(err)
	}
	q := text.Normalize(text.New("cant sleep since i quit, when does it stop"))
	b.ReportAllocs()
	for b.Loop() {
		m.Rank(q, nil, 3)
	}
}
