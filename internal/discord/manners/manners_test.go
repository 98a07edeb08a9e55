package manners

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestRules(t *testing.T) {
	t.Parallel()
	r := Rules{AskChannels: []string{"1"}, AskRoles: []string{"7"}, UnaskedChannels: []string{"2"}}
	for name, c := range map[string]struct {
		rules           Rules
		channel, parent string
		roles           []string
		want            bool
	}{
		"nothing set":        {Rules{}, "9", "", nil, true},
		"channel and role":   {r, "1", "", []string{"7"}, true},
		"thread of it":       {r, "5", "1", []string{"7"}, true},
		"another channel":    {r, "2", "", []string{"7"}, false},
		"without the role":   {r, "1", "", []string{"8"}, false},
		"no parent, no list": {Rules{AskChannels: []string{"1"}}, "2", "", nil, false},
	} {
		if got := c.rules.Answers(c.channel, c.parent, c.roles); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if r.Overhears("1", "") || !r.Overhears("2", "") || !r.Overhears("3", "2") || (Rules{}).Overhears("2", "") {
		t.Error("it listens where it should not, or does not where it should")
	}
}

func TestPaces(t *testing.T) {
	t.Parallel()
	p, at := NewPaces(), time.Unix(1000, 0)
	for name, c := range []struct {
		guild, member string
		after         time.Duration
		want          time.Duration
	}{
		{"g", "m", 0, 0},
		{"g", "m", 4 * time.Second, 6 * time.Second},
		{"g", "n", 4 * time.Second, 0},
		{"h", "m", 4 * time.Second, 0},
		{"", "m", 4 * time.Second, 0},
		{"g", "m", 10 * time.Second, 0},
		{"g", "m", 12 * time.Second, 8 * time.Second},
		{"g", "m", -time.Hour, 0}, // the clock was put back
	} {
		if got := p.Wait(c.guild, c.member, 10*time.Second, at.Add(c.after)); got != c.want {
			t.Errorf("%d: %v", name, got)
		}
	}
	if got := p.Wait("g", "m", 0, at); got != 0 {
		t.Error(got)
	}
	for i := range maxPaced + 5 {
		p.Wait("g", strconv.Itoa(i), time.Second, at)
	}
	if len(p.last) > maxPaced {
		t.Errorf("%d members remembered", len(p.last))
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	r := NewReplies()
	r.Add("q", Reply{"c", "m", false})
	r.Add("q", Reply{"c", "n", true})
	r.Add("q", Reply{"c", "n", true})
	want := []Reply{{"c", "m", false}, {"c", "n", true}}
	if got := r.Of("q"); !slices.Equal(got, want) {
		t.Error(got)
	}
	if got := r.Take("q"); !slices.Equal(got, want) {
		t.Error(got)
	}
	if got := r.Of("q"); len(got) > 0 {
		t.Error("taken, and still there", got)
	}
	for i := range maxReplies + 5 {
		r.Add(strconv.Itoa(i), Reply{})
	}
	if len(r.Of("0")) > 0 || len(r.known) > maxReplies {
		t.Errorf("%d replies remembered", len(r.known))
	}
}

func TestParents(t *testing.T) {
	t.Parallel()
	p, asked := NewParents(), 0
	ask := func() (string, error) { asked++; return "parent", nil }
	if p.Of("1", func() (string, error) { return "", errors.New("gone") }) != "" || p.Of("1", ask) != "parent" || p.Of("1", ask) != "parent" || asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestIsQuestion(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"how long does it last": true, "cant sleep, is that normal?": true, "Hey guys what helps": true, "anyone else sweating": true,
		"> why though it hurts": true, "cant sleep": false, "how": false, "": false, "   ": false, "good morning all": false, "whatever works": false,
	} {
		if IsQuestion(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
