package spelling

import (
	"slices"
	"strings"
	"testing"
)

func TestSpeller(t *testing.T) {
	t.Parallel()
	s, err := New([]string{"im = i am", "gonna = going to", "going 2 = going to", "wont = will not", "my self = myself", "xx = breathing suicidal unresponsive kill wake"})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"im gonna":      "i am going to",
		"going 2 wake":  "going to wake",
		"my self":       "myself",
		"breathin":      "breathing",
		"brreathing":    "breathing",
		"sucidal":       "suicidal",
		"unrepsonsive":  "unresponsive",
		"killl":         "kill",
		"skill":         "skill",
		"woke":          "woke",
		"unknown words": "unknown words",
	} {
		var ls []Lexeme
		for i, w := range strings.Fields(in) {
			ls = append(ls, Lexeme{w, i})
		}
		var got []string
		last := 0
		for _, l := range s.Correct(ls) {
			if l.From < last {
				t.Errorf("%q: origins go back", in)
			}
			last = l.From
			got = append(got, l.Word)
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%q: got %q", in, got)
		}
	}
	for _, bad := range []string{"im", " = x", "im | = i am"} {
		if _, err := New([]string{bad}); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}
