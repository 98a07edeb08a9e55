package discord

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"faqbot/internal/content"
)

// telling are words that would tell a bystander what a message is about.
type telling struct{ words map[string]bool }

// plain are words of titles and synonyms that say nothing of a drug or a symptom.
var plain = strings.Fields(`a about all an and another are at be big bit body both can do every from getting help helps how i in is it its just kind list
	long lot made making my no of on one or own person people problems quit quitting recovery rough stay stop stopped stopping talk the them things this through
	time to turn up using what where which who why with you your whole day each gone lasts out over off up seeing changes trouble alone
	having hear heard need doctor specialist friends family support avoiding food water exercise therapy counselling clean wait walk slow`)

// crisisWords say what kind of danger a message is about.
var crisisWords = strings.Fields(`suicide suicidal kill die dying dead overdose drug drugs psychosis abuse cutting`)

// newTelling collects the words of titles of symptoms, and every synonym.
func newTelling(lib *content.Library) telling {
	t := telling{map[string]bool{}}
	for _, e := range lib.Entries() {
		if strings.HasPrefix(e.ID, "symptom/") {
			for _, w := range wordsOf(e.Title) {
				t.words[w] = true
			}
			for _, a := range e.Aliases {
				t.words[strings.Join(wordsOf(a), " ")] = true
			}
		}
	}
	for _, group := range lib.Synonyms() {
		// Groups such as "I am, im" tell nothing; those of a drug or a symptom do.
		if !slices.ContainsFunc(group, func(s string) bool { return t.words[s] || strings.Contains(s, "ket") }) {
			continue
		}
		for _, s := range group {
			t.words[strings.Join(wordsOf(s), " ")] = true
		}
	}
	for _, w := range crisisWords {
		t.words[w] = true
	}
	for _, w := range plain {
		delete(t.words, w)
	}
	return t
}

var word = regexp.MustCompile(`[\p{L}\p{N}']+`)

func wordsOf(s string) []string { return word.FindAllString(strings.ToLower(s), -1) }

// find returns a telling word or phrase of the first line of a text, or nothing.
func (t telling) find(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	words := wordsOf(first)
	for i := range words {
		for n := 1; n <= 4 && i+n <= len(words); n++ {
			if phrase := strings.Join(words[i:i+n], " "); t.words[phrase] {
				return phrase
			}
		}
	}
	return ""
}

// TestFirstLines draws every reply of the shipped content for every kind of place: what a notification shows names no drug and no
// symptom, and no limit of Discord is broken.
func TestFirstLines(t *testing.T) {
	t.Parallel()
	bot := shippedBot(t)
	telling := newTelling(bot.Library())
	if telling.find("About ketamine") == "" || telling.find("trouble with insomnia") == "" || telling.find("Here is what I found.") != "" {
		t.Fatal("the word list finds nothing")
	}
	n, said := 0, map[string]bool{}
	for r := range bot.Replies {
		for _, v := range []view{{}, {public: true, owner: "1.2"}} {
			m, err := render(r, v, bot.Countries())
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range plainer(m) {
				if word := telling.find(m.Content); word != "" && !said[word+m.Content] {
					said[word+m.Content] = true
					t.Errorf("%T %s, public %t, attempt %d: %q stands in %q", r, r.Shown().ID(), v.public, i, word, strings.SplitN(m.Content, "\n", 2)[0])
				}
			}
		}
		if err := CheckReply(r, bot.Countries()); err != nil {
			t.Errorf("%T %s: %v", r, r.Shown().ID(), err)
		}
		n++
	}
	t.Logf("%d replies", n)
	for _, c := range commands(bot) {
		text := c.name + " " + c.description
		if c.option != nil {
			text += " " + c.option.Name + " " + c.option.Description
		}
		if word := telling.find(text); word != "" && word != "symptom" && word != "symptoms" {
			t.Errorf("command /%s: %q", c.name, word)
		}
	}
}
