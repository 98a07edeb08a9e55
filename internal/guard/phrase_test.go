package guard

import (
	"math/rand/v2"
	"strings"
	"testing"

	"faqbot/internal/spelling"
)

// sample writes one message that a sequence stands for.
func sample(r *rand.Rand, seq []elem) []string {
	var out []string
	for _, e := range seq {
		switch e.kind {
		case wordElem:
			out = append(out, e.word)
		case gapElem:
			for range r.IntN(e.gap + 1) {
				out = append(out, "xyzzy")
			}
		case groupElem:
			if !e.optional || r.IntN(2) == 0 {
				out = append(out, sample(r, e.alts[r.IntN(len(e.alts))])...)
			}
		}
	}
	return out
}

// A phrase that no message can reach is a promise that nobody keeps: each must match what it stands for, after the words have been
// through the spelling table as a message's are.
func TestEveryPhraseCanBeSaid(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	r := rand.New(rand.NewPCG(1, 2))
	memory := &scratch{}
	for i, p := range g.phrases {
		good, tries := 0, 30
		for range tries {
			var msg []string
			for _, q := range p.parts {
				msg = append(msg, append(sample(r, q.seq), stop)...)
			}
			m := g.readMessage(msg)
			parts := map[int32]bool{}
			for _, f := range g.auto.scan(m.ids, m.isStop, m.inGap, memory) {
				if int(f.phrase) == i {
					parts[f.part] = true
				}
			}
			if len(parts) == len(p.parts) {
				good++
			}
		}
		if good < tries*2/3 {
			t.Errorf("%s: only %d of %d samples match", p.source, good, tries)
		}
	}
}

func TestParserRefuses(t *testing.T) {
	t.Parallel()
	s, err := spelling.New([]string{"cant = cannot"})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"want | need", "(want", "[just]", "..3 die", "die ..3", "{nobody} dies", "want )", "a & ", "{open", "..x die", "WANT"} {
		p := &parser{lists: map[string]list{}, spell: s}
		if got, err := p.phrase(bad); err == nil {
			t.Errorf("%q: no error, got %v", bad, got)
		}
	}
	p := &parser{lists: map[string]list{}, spell: s}
	for _, def := range []string{"{a} = x | y", "{b} = {a} | z"} {
		if ok, err := p.definition(def); !ok || err != nil {
			t.Errorf("%q: %v %v", def, ok, err)
		}
	}
	if _, err := p.definition("{a} = again"); err == nil {
		t.Error("a list was defined twice")
	}
}

func TestAutomaton(t *testing.T) {
	t.Parallel()
	spell, err := spelling.New([]string{"cant = cannot"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		phrase, words string
		want          bool
	}{
		{"want to die", "i want to die", true},
		{"want to die", "want die to", false},
		{"(want|need) [to] die", "need die", true},
		{"took ..2 pills", "took all the pills", true},
		{"took ..2 pills", "took all of the pills", false},
		{"took ..2 pills", "took not pills", false},
		{"took ..2 pills", "took . all pills", false},
		{"took pills", "took . pills", true},
		{"^die", "so die", false},
		{"^die", "so . die", true},
		{"die$", "die now", false},
		{"die$", "die . now", true},
		{"die$", "die", true},
		{"[so] [very] tired", "tired", true},
		{"cannot wake", "cannot wake", true},
	} {
		b := newBuilder()
		p := &parser{lists: map[string]list{}, spell: spell}
		parts, err := p.phrase(c.phrase)
		if err != nil {
			t.Fatal(err)
		}
		b.add(parts[0], accept{})
		a := b.finish()
		words := strings.Fields(c.words)
		ids := make([]int32, len(words))
		for i, w := range words {
			ids[i] = a.ids[w]
		}
		found := a.scan(ids, func(i int) bool { return words[i] == stop }, func(i int) bool { return words[i] != "not" }, &scratch{})
		if got := len(found) > 0; got != c.want {
			t.Errorf("%q in %q: got %v", c.phrase, c.words, got)
		}
	}
}
