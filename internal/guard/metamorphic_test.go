package guard

import (
	"strings"
	"testing"
)

// explicit are plain statements, at least one a category.
var explicit = [...]struct {
	want  Category
	words string
}{
	{Suicide, "i'm going to kill myself tonight"},
	{Suicide, "i've got a plan to end my life on friday"},
	{Suicide, "my boyfriend says he's going to kill himself"},
	{Thoughts, "i want to die"},
	{Thoughts, "i don't want to be alive anymore"},
	{Thoughts, "my sister wishes she was dead"},
	{Thoughts, "everyone would be better off without me"},
	{SelfHarm, "i cut myself again last night"},
	{SelfHarm, "she's been hurting herself"},
	{Overdose, "my friend won't wake up"},
	{Overdose, "he's not breathing"},
	{Overdose, "i think i've overdosed"},
	{Overdose, "her lips are blue"},
	{Overdose, "i swallowed all my pills"},
	{Medical, "i've got chest pain"},
	{Medical, "i can't breathe"},
	{Medical, "my brother just had a seizure"},
	{Medical, "i'm vomiting blood"},
	{Psychosis, "the voices are telling me to hurt people"},
	{Harm, "my boyfriend hit me again"},
	{Harm, "i'm going to stab him"},
	{Harm, "he's threatening to kill me"},
}

// Nothing that is only manner, disguise or company takes an explicit statement back.
func TestExplicitSurvives(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	before := "so the week was mostly ok, i cooked, i walked the dog and my sister came round with soup. work are being patient and the sweats have eased up. "
	changes := map[string]func(string) string{
		"plain":         func(s string) string { return s },
		"lol":           func(s string) string { return s + " lol" },
		"lol first":     func(s string) string { return "lol " + s },
		"jk":            func(s string) string { return s + " jk" },
		"haha":          func(s string) string { return "haha " + s + " lmaooo" },
		"emoji":         func(s string) string { return "😂 " + s + " 🙃💀" },
		"friend":        func(s string) string { return "asking for a friend, " + s },
		"friend after":  func(s string) string { return s + ", asking for a friend" },
		"capitals":      strings.ToUpper,
		"curly":         func(s string) string { return strings.ReplaceAll(s, "'", "’") },
		"no apostrophe": func(s string) string { return strings.ReplaceAll(s, "'", "") },
		"leet":          func(s string) string { return strings.NewReplacer("e", "3", "o", "0").Replace(s) },
		"leet a": func(s string) string {
			return strings.NewReplacer("at", "@t", "s", "5").Replace(s)
		},
		"long letters": func(s string) string { return s[:len(s)-1] + strings.Repeat(s[len(s)-1:], 5) },
		"exclaimed":    func(s string) string { return s + "!!!!" },
		"dots":         func(s string) string { return s + "..." },
		"bold":         func(s string) string { return "**" + s + "**" },
		"spoiler":      func(s string) string { return "||" + s + "||" },
		"zero width":   func(s string) string { return s[:3] + "\u200b" + s[3:] },
		"after text":   func(s string) string { return before + s },
		"before text": func(s string) string {
			return s + ". anyway how long do the cravings last for most people? thanks for reading"
		},
		"within text": func(s string) string { return before + s + ". anyway how long do the cravings last?" },
		"after comma": func(s string) string { return "not being dramatic, " + s },
		"and a song":  func(s string) string { return s + ". love that new song btw" },
		"new line":    func(s string) string { return "hi all\n" + s + "\nthanks" },
		"question":    func(s string) string { return "is it normal that " + s + "?" },
	}
	for name, change := range changes {
		for _, e := range explicit {
			s := change(e.words)
			if a := g.assess(s); !a.Has(e.want) {
				t.Errorf("%s: %s: want %s\n\tgot %s", name, s, e.want, say(a))
			}
		}
	}
}

func TestSpacedLetters(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for _, s := range []string{
		"gonna k i l l myself", "i want to d i e", "i w a n t to d i e", "k i l l m y s e l f", "i k i l l myself tonight", "thinking about s u i c i d e", "I'm gonna k1ll mys3lf",
		"i w a n t t o d i e", "k.i" + "ll myself, i want to die",
	} {
		if a := g.assess(s); a.Level() != LevelUrgent {
			t.Errorf("%s\n\tgot %s", s, say(a))
		}
	}
}

func TestMisspellings(t *testing.T) {
	t.Parallel()
	g := newGuard(t)
	for _, s := range []string{
		"im sucidal", "feeling suicidle", "i wnat to die", "i wanna dieee", "want 2 die", "gona kil myself", "im overdosin", "he isnt breathin", "shes unconcious", "hes unresponsiv",
		"freind wont wake up", "i cant breath", "having a siezure", "ive been cuttin myself", "im goin to kill my self", "i dnt wanna live", "selfharming again tonight", "evryone wud be beter off witout me",
		"she wont wakeup", "hes colapsed after too much ket",
	} {
		if a := g.assess(s); a.Level() != LevelUrgent {
			t.Errorf("%s\n\tgot %s", s, say(a))
		}
	}
}
