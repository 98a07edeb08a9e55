package content_test

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"faqbot/internal/content"
	"faqbot/internal/text"
)

// TestShipped checks the content that the program embeds: that it loads, its facts, wording, length and help lines.
func TestShipped(t *testing.T) {
	t.Parallel()
	lib := mustLoad(t, os.DirFS(shippedFolder))
	for name, check := range map[string]func(*testing.T, *content.Library){
		"facts": checkFacts, "wording": checkWording, "length and grade": checkLengthAndGrade, "privacy": checkPrivacy, "helplines": checkHelplines,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, lib)
		})
	}
}

// facts are the fixed ids of the project's fact sheet; each symptom with its group and the name by which the group's card lists it.
var facts = struct {
	entries  []string
	symptoms [][3]string // symptom, group, name
	lone     [][2]string // the group of one symptom, that symptom
}{
	entries: []string{
		"about/ketamine", "about/withdrawal", "about/varies", "symptoms/overview", "symptoms/psychological", "symptoms/physical",
		"symptoms/cognitive", "symptoms/sleep", "symptoms/cravings", "symptoms/social", "coping/overview", "coping/medical", "coping/therapy",
		"coping/support-network", "coping/lifestyle", "coping/triggers", "faq/duration", "faq/quit-alone", "faq/medication", "faq/danger",
		"support/helplines",
	},
	symptoms: [][3]string{
		{"symptom/anxiety", "symptoms/psychological", "anxiety"},
		{"symptom/depression", "symptoms/psychological", "depression"},
		{"symptom/mood-swings", "symptoms/psychological", "mood swings"},
		{"symptom/irritability", "symptoms/psychological", "irritability"},
		{"symptom/confusion", "symptoms/psychological", "confusion"},
		{"symptom/hallucinations", "symptoms/psychological", "hallucinations"},
		{"symptom/paranoia", "symptoms/psychological", "paranoia"},
		{"symptom/fatigue", "symptoms/physical", "fatigue"},
		{"symptom/muscle-pain", "symptoms/physical", "muscle pain"},
		{"symptom/tremors", "symptoms/physical", "tremors"},
		{"symptom/sweating", "symptoms/physical", "sweating"},
		{"symptom/nausea", "symptoms/physical", "nausea and vomiting"},
		{"symptom/heart-rate", "symptoms/physical", "faster heartbeat"},
		{"symptom/blood-pressure", "symptoms/physical", "changes in blood pressure"},
		{"symptom/concentration", "symptoms/cognitive", "concentrat"},
		{"symptom/memory", "symptoms/cognitive", "memory problems"},
		{"symptom/decision-making", "symptoms/cognitive", "decisions"},
		{"symptom/insomnia", "symptoms/sleep", "insomnia"},
		{"symptom/vivid-dreams", "symptoms/sleep", "vivid dreams or nightmares"},
		{"symptom/cravings", "symptoms/cravings", "cravings"},
		{"symptom/social-withdrawal", "symptoms/social", "social withdrawal"},
	},
	lone: [][2]string{{"symptoms/cravings", "symptom/cravings"}, {"symptoms/social", "symptom/social-withdrawal"}},
}

func checkFacts(t *testing.T, lib *content.Library) {
	for _, id := range facts.entries {
		if _, ok := lib.Entry(id); !ok {
			t.Errorf("%s is missing", id)
		}
	}
	for _, pair := range facts.lone {
		if e, ok := lib.Entry(pair[0]); !ok || e.ID != pair[1] {
			t.Errorf("%s is not another id of %s", pair[0], pair[1])
		}
	}
	overview, _ := lib.Entry("symptoms/overview")
	for _, s := range facts.symptoms {
		id, group, name := s[0], s[1], s[2]
		e, ok := lib.Entry(id)
		if !ok {
			t.Errorf("%s is missing", id)
			continue
		}
		if e.ID != id || e.Group != group {
			t.Errorf("%s is %s in the group %s, want %s", id, e.ID, e.Group, group)
		}
		card, ok := lib.Entry(group)
		for _, list := range []*content.Entry{card, overview} {
			if ok && overview != nil && !lists(list, e, name) {
				t.Errorf("%s does not list %s (%q or %q)", list.ID, id, e.Title, name)
			}
		}
	}
	known := len(facts.symptoms)
	for _, e := range lib.Entries() {
		if strings.HasPrefix(e.ID, "symptom/") {
			known--
		}
	}
	if known != 0 {
		t.Errorf("there are %d symptoms more than the fact sheet has", -known)
	}
}

// lists reports whether a card names a symptom by its title or its name.
func lists(card, symptom *content.Entry, name string) bool {
	answer := strings.ToLower(card.Title + "\n" + card.Answer)
	return card.ID == symptom.ID || strings.Contains(answer, strings.ToLower(symptom.Title)) || strings.Contains(answer, name)
}

// shown returns all that members read, by place.
func shown(lib *content.Library) map[string]string {
	texts := map[string]string{}
	for _, e := range lib.Entries() {
		texts[e.ID] = strings.Join([]string{e.Title, e.Question, e.Answer, e.GetHelp}, "\n")
	}
	for _, d := range lib.Declines() {
		texts[d.ID] = d.Title + "\n" + d.Text
	}
	for _, c := range lib.Cards() {
		texts[c.ID] = c.Title + "\n" + c.Text
	}
	for key, s := range lib.All().Reminders {
		texts["reminders."+key] = s
	}
	for code, h := range lib.All().Helplines {
		for i, l := range h.Lines {
			texts[fmt.Sprint("helplines.", code, ".", i)] = strings.Join([]string{l.Name, l.Text, l.For, l.Hours}, "\n")
		}
	}
	return texts
}

// neverSay is section 4.3 of the safety research, and labels in place of people. All in the plain form of package text.
var neverSay = []string{
	"lethal", "safe dose", "safe combo", "safe amount to take", "ketamine withdrawal cant hurt you", "withdrawal cant hurt you", "its just withdrawal",
	"it is just withdrawal", "sleep it off", "youre not suicidal", "you are not suicidal", "others have it worse", "think of your family",
	"committed suicide", "commit suicide", "failed attempt", "i understand exactly", "i know exactly how you feel", "i know how you feel",
	"your secret", "nobody will know", "help is coming", "help is on the way", "someone is watching", "we are watching", "always here for you",
	"you will be fine", "youll be fine", "harmless", "you will be banned", "shame on you", "press 3",
	"addict", "addicts", "junkie", "junkies", "junky", "druggie", "druggies", "abuser", "abusers", "drug abuse", "substance abuse", "clean",
	"dirty", "clean and sober", "user", "users", "drug habit", "crazy", "insane", "psycho",
}

func checkWording(t *testing.T, lib *content.Library) {
	for place, s := range shown(lib) {
		var plain strings.Builder // beyond the length of a message, too
		for line := range strings.Lines(s) {
			plain.WriteString(" " + strings.Join(text.Normalize(text.New(line)).Plain(), " ") + " ")
		}
		for _, phrase := range neverSay {
			if strings.Contains(plain.String(), " "+phrase+" ") {
				t.Errorf("%s says %q", place, phrase)
			}
		}
	}
}

func checkLengthAndGrade(t *testing.T, lib *content.Library) {
	const longest, hardest = 1500, 8.0
	texts := map[string]string{}
	for _, e := range lib.Entries() {
		texts[e.ID] = e.Answer
	}
	if card, ok := lib.Card(content.CardPrivacy); ok {
		texts[card.ID] = card.Text
	}
	for id, s := range texts {
		if n := utf8.RuneCountInString(s); n > longest {
			t.Errorf("%s: the text has %d characters, more than %d", id, n, longest)
		}
		if g := grade(s); g > hardest {
			t.Errorf("%s: the text is for grade %.1f, above %.0f", id, g, hardest)
		}
	}
}

// checkPrivacy: the card says what is kept of whom, for how long, and how it is deleted.
func checkPrivacy(t *testing.T, lib *content.Library) {
	card, _ := lib.Card(content.CardPrivacy)
	for _, part := range []string{
		"15 minutes", "country", "a year at most", "90 days", "from a week to a year", "moderators change or send is noted with their Discord id, for a year", "/privacy delete",
	} {
		if !strings.Contains(card.Text, part) {
			t.Errorf("the privacy card does not say %q", part)
		}
	}
}

var (
	sentenceEnd = regexp.MustCompile(`[.!?]+(\s|$)|\n+`)
	wordPattern = regexp.MustCompile(`[a-zA-Z]+('[a-z]+)?`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
)

// grade is the Flesch-Kincaid grade level (Kincaid and others, 1975). A line is a sentence, for lists have no full stops.
func grade(s string) float64 {
	var sentences, words, syllables float64
	for _, sentence := range sentenceEnd.Split(strings.ReplaceAll(s, "’", "'"), -1) {
		found := wordPattern.FindAllString(sentence, -1)
		if len(found) == 0 {
			continue
		}
		sentences++
		words += float64(len(found))
		for _, w := range found {
			syllables += float64(countSyllables(w))
		}
	}
	if sentences == 0 {
		return 0
	}
	return 0.39*words/sentences + 11.8*syllables/words - 15.59
}

// countSyllables counts groups of vowels, but a silent e at the end.
func countSyllables(w string) int {
	w = strings.ToLower(w)
	n := len(vowels.FindAllString(w, -1))
	for _, silent := range []string{"e", "es", "ed"} {
		stem, ok := strings.CutSuffix(w, silent)
		if !ok || stem == "" {
			continue
		}
		last := stem[len(stem)-1:]
		switch {
		case strings.Contains("aeiouy", last): // the e is part of a group
		case silent == "e" && last == "l" && len(stem) > 1 && !strings.Contains("aeiouy", stem[len(stem)-2:len(stem)-1]): // lit-tle
		case silent == "es" && strings.Contains("cszgx", last) || strings.HasSuffix(stem, "sh") || strings.HasSuffix(stem, "ch"): // voi-ces
		case silent == "ed" && strings.Contains("td", last): // need-ed
		default:
			n--
		}
	}
	return max(n, 1)
}

func TestGrade(t *testing.T) {
	t.Parallel()
	for w, want := range map[string]int{
		"the": 1, "ketamine": 3, "withdrawal": 3, "little": 2, "needed": 2, "stopped": 1, "voices": 2, "times": 1, "someone": 2, "a": 1, "I": 1,
		"hmm": 1, "anxiety": 3, "people": 2, "be": 1, "you're": 1, "sleep": 1, "doctor": 2, "professional": 4, "free": 1, "dies": 1,
	} {
		if got := countSyllables(w); got != want {
			t.Errorf("%q has %d syllables, want %d", w, got, want)
		}
	}
	for s, want := range map[string]string{
		"":                        "0.0",
		"The cat sat on the mat.": "-1.4", // 0.39*6 + 11.8*1 - 15.59
		"The cat sat on the mat. The cat sat on the mat!\n- The cat sat on the mat":           "-1.4",
		"The Australian platypus is seemingly a hybrid of a mammal and a reptilian creature.": "10.9", // 14 words, 25 syllables ("ian" counts as one)
	} {
		if got := fmt.Sprintf("%.1f", grade(s)); got != want {
			t.Errorf("%q is grade %s, want %s", s, got, want)
		}
	}
}

// researchDay is when the rows below were checked. Whoever checks them again writes the new day here and into the file.
const researchDay = "2026-11-23"

// allowedLines are the rows of the safety research that may ship: country, digits to call or text (in any order), whether the row was
// seen in part only. Rows that were not confirmed are not among them.
var allowedLines = `
US 911 | 988 | 741741 | 18006624357 435748 18004874889 | 18002221222 | 18004224453
CA 911 | 988 | 18447647669 | 18004635060
GB 999 112 | 111 | 116123 | 85258 | 08088088000 | 03001236600 82111 partly | 08001111
IE 112 999 | 116123 | 50808 | 1800459459
AU 000 | 131114 0477131114 | 1800250015 | 131126
NZ 111 | 1737 | 0508828865 | 0800787797 8681
EU 112
DE 112 | 08001110111 08001110222 116123 | 01806313031
FR 112 15 | 3114 | 0800231313 partly
NL 112 | 113 08000113
ES 112 | 024
IT 112 | 0223272327 | 800186070
IN 112 | 14416 18008914416 | 14446`

func checkHelplines(t *testing.T, lib *content.Library) {
	allowed := map[string][][]string{}
	for line := range strings.Lines(strings.TrimSpace(allowedLines)) {
		country, rows, _ := strings.Cut(strings.TrimSpace(line), " ")
		for row := range strings.SplitSeq(rows, "|") {
			allowed[country] = append(allowed[country], strings.Fields(row))
		}
	}
	if got, want := len(lib.Countries()), len(allowed); got != want {
		t.Errorf("%d countries have lines, want %d: %v", got, want, lib.Countries())
	}
	for _, code := range lib.Countries() {
		lines, _ := lib.Helplines(code)
		if first := lines.Lines[0]; first.Role != content.RoleEmergency || len(first.Call) == 0 || first.Evidence != "seen" {
			t.Errorf("%s does not begin with an emergency number: %v", code, first)
		}
		for _, l := range lines.Lines {
			checkAllowed(t, code, l, allowed[code])
		}
	}
	for _, d := range lib.Directories() {
		if d.CheckedOn != researchDay || !slices.Contains([]string{"https://findahelpline.com", "https://befrienders.org"}, d.Site) {
			t.Errorf("the directory %v is not one of the research", d)
		}
	}
}

var (
	digitRuns = regexp.MustCompile(`[0-9][0-9 -]*[0-9]`)
	noDigits  = regexp.MustCompile(`[^0-9]`)
)

// checkAllowed checks that all numbers of a line stand in one row of the research, with its evidence.
func checkAllowed(t *testing.T, code string, l content.Helpline, rows [][]string) {
	t.Helper()
	var numbers []string
	for _, s := range append(slices.Clone(l.Call), l.Text, l.For) {
		for _, run := range digitRuns.FindAllString(s, -1) {
			if n := noDigits.ReplaceAllString(run, ""); len(n) > 2 || s != l.For { // "under 19" is no number
				numbers = append(numbers, n)
			}
		}
	}
	row := slices.IndexFunc(rows, func(row []string) bool { return len(numbers) > 0 && slices.Contains(row, numbers[0]) })
	if row < 0 {
		t.Errorf("%s %s: %v is no row of the research", code, l.Name, numbers)
		return
	}
	want := "seen"
	if slices.Contains(rows[row], "partly") {
		want = "partly"
	}
	if l.Evidence != want || l.CheckedOn != researchDay {
		t.Errorf("%s %s: evidence %s of %s, want %s of %s", code, l.Name, l.Evidence, l.CheckedOn, want, researchDay)
	}
	for _, n := range numbers {
		if !slices.Contains(rows[row], n) {
			t.Errorf("%s %s: the number %s does not belong to %v", code, l.Name, n, rows[row])
		}
	}
	if l.Role == content.RoleEmergency && cmp.Or(l.Text, l.Chat) != "" {
		t.Errorf("%s %s: an emergency number is for calls", code, l.Name)
	}
}
