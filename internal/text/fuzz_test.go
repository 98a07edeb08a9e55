package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"faqbot/internal/text"
)

func isNoWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{
		"", "How long does withdrawal last?", "I don’t know... k1ll", "s p a c e d", "||sp||oiler <@1> <:a:1> https://x.y z", "aaabbb", "ŉ İ ǅ ﷺ ẞ",
		"가'ᆨ", "ᄀ'ᅡ'ᄀ'ᅡ'ᄀ'ᅡ", "\xff\xfe", "´d´", "٣٣٣ ႠႠ Ꭰ", "$5 !a! @b_c~", "k\u0345\u0301", strings.Repeat("\ufdfa", 200), strings.Repeat("a b.", 600),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tokens := text.Normalize(text.New(s))
		checkTokens(t, tokens)
		again := text.Normalize(text.New(strings.Join(tokens.Plain(), " ")))
		if !slices.Equal(tokens.Plain(), again.Plain()) {
			t.Errorf("normalising twice changes %+q to %+q", tokens.Plain(), again.Plain())
		}
		// Apostrophes change nothing, except where they hide markup or push words over the cut.
		bare := strings.NewReplacer("'", "", "’", "", "`", "", "´", "").Replace(s)
		if utf8.ValidString(s) && utf8.RuneCountInString(s) <= text.MaxRunes && !strings.ContainsAny(s, "<hHｈ＜﹤") {
			without := text.Normalize(text.New(bare))
			if !slices.Equal(tokens.Plain(), without.Plain()) || !slices.Equal(tokens.Folded(), without.Folded()) {
				t.Errorf("apostrophes change %+q: %+q and %+q", s, tokens.Plain(), without.Plain())
			}
		}
	})
}

func BenchmarkNormalize(b *testing.B) {
	for _, bench := range []struct{ name, question string }{
		{"short", "How long does ketamine withdrawal last?"},
		{"short with apostrophe", "I can’t sleep, is that normal?"},
		{"2000 runes", strings.Repeat("I can't sleep and my legs ache. ", text.MaxRunes/32)},
		{"2000 runes of other scripts", strings.Repeat("Я не сплю ночами 𝐤1ll m3 ", text.MaxRunes/25)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text.Normalize(text.New(bench.question))
			}
		})
	}
}
