package lexicon

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func small() [][]string {
	var out [][]string
	for _, s := range []string{"i cant sleep", "no sleep no sleep at all", "bad dreams", "", "écoute dreams"} {
		out = append(out, strings.Fields(s))
	}
	return out
}

// TestVector: each block that a text has is of unit length, and an n-gram that is said twice weighs more than once but less than twice.
func TestVector(t *testing.T) {
	t.Parallel()
	v, counts := Learn(small())
	for i, c := range counts {
		var squares [Blocks]float64
		for _, f := range v.Vector(c) {
			squares[v.grams[f.ID].block()] += float64(f.Weight) * float64(f.Weight)
		}
		for block, got := range squares {
			if len(c) > 0 && math.Abs(got-1) > 1e-5 {
				t.Errorf("text %d has a block %d of length² %g", i, block, got)
			}
		}
	}
	once, twice := v.weight(0, 1), v.weight(0, 2)
	if !(once < twice && twice < 2*once) {
		t.Errorf("once weighs %g, twice %g", once, twice)
	}
}

// TestUnknownWords: what no example has still takes its part of the length.
func TestUnknownWords(t *testing.T) {
	t.Parallel()
	v, _ := Learn(small())
	length := func(s string) float64 {
		sum := 0.0
		for _, f := range v.Vector(Count(strings.Fields(s))) {
			sum += float64(f.Weight) * float64(f.Weight)
		}
		return sum
	}
	if known, diluted := length("sleep dreams"), length("sleep dreams zzyzx"); !(diluted < known-0.1) {
		t.Errorf("%g with an unknown word, %g without", diluted, known)
	}
	if got := length("zzyzx"); got != 0 {
		t.Errorf("unknown words alone have a length² of %g", got)
	}
}

// TestPostings: the postings are the vectors, turned around.
func TestPostings(t *testing.T) {
	t.Parallel()
	v, counts := Learn(small())
	want := make([][]Posting, v.Len())
	for i, c := range counts {
		for _, f := range v.Vector(c) {
			want[f.ID] = append(want[f.ID], Posting{int32(i), f.Weight})
		}
	}
	l := New(v, counts)
	if diff := cmp.Diff(want, l.Postings(v)); diff != "" {
		t.Errorf("postings (-vectors +lexicon):\n%s", diff)
	}
	if diff := cmp.Diff(v, l.Vocabulary(), cmp.AllowUnexported(Vocabulary{})); diff != "" {
		t.Errorf("vocabulary (-learnt +kept):\n%s", diff)
	}
}

// TestWords: what is left are the postings of words and pairs, and nothing else changes.
func TestWords(t *testing.T) {
	t.Parallel()
	v, counts := Learn(small())
	all := New(v, counts)
	raw, err := all.Words().MarshalBinary()
	var words Lexicon
	if err := errors.Join(err, words.UnmarshalBinary(raw)); err != nil {
		t.Fatal(err)
	}
	want := v.WordsOf(all.Postings(v))
	if diff := cmp.Diff(want, words.Postings(v), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("postings (-of all +of words):\n%s", diff)
	}
	if diff := cmp.Diff(v, words.Vocabulary(), cmp.AllowUnexported(Vocabulary{})); diff != "" {
		t.Errorf("vocabulary (-learnt +kept):\n%s", diff)
	}
	id, _ := v.find(newGram(blockChars, []byte("csl")))
	if len(all.Postings(v)[id]) == 0 || len(want[id]) > 0 {
		t.Error("an n-gram inside words has no postings, or keeps them")
	}
	for cut := range raw {
		if err := new(Lexicon).UnmarshalBinary(raw[:cut]); err == nil {
			t.Fatalf("%d of %d bytes pass for a lexicon", cut, len(raw))
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	v, _ := Learn(small())
	var got []string
	for _, s := range v.Texts([]string{"bad", "zz"}) {
		got = append(got, s)
	}
	slices.Sort(got)
	if joined := strings.Join(got, "|"); !strings.HasPrefix(joined, "bad|") || !strings.Contains(joined, "~ bad") || strings.Contains(joined, "zz") {
		t.Errorf("texts %q", got)
	}
}

func packed(t testing.TB) []byte {
	t.Helper()
	v, counts := Learn(small())
	raw, err := New(v, counts).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	raw := packed(t)
	var l Lexicon
	if err := l.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	if err := l.Fits(len(small())); err != nil {
		t.Error(err)
	}
	if err := l.Fits(len(small()) + 1); err == nil {
		t.Error("it fits other examples too")
	}
	again, err := l.MarshalBinary()
	if err != nil || !slices.Equal(raw, again) {
		t.Errorf("written anew it differs (%v)", err)
	}
	for cut := range raw {
		if err := new(Lexicon).UnmarshalBinary(raw[:cut]); err == nil {
			t.Fatalf("%d of %d bytes pass for a lexicon", cut, len(raw))
		}
	}
}

// FuzzUnmarshal: any bytes are refused or give a lexicon whose numbers can be used.
func FuzzUnmarshal(f *testing.F) {
	f.Add(packed(f))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		var l Lexicon
		if err := l.UnmarshalBinary(raw); err != nil || l.Fits(len(l.scales)/Blocks) != nil {
			return
		}
		v := l.Vocabulary()
		_ = fmt.Sprint(len(l.Postings(v)), v.Vector(Count([]string{"sleep"})))
	})
}
