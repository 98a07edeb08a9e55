package text_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"faqbot/internal/text"
)

// forms gives both forms of a question, the tokens joined by blanks.
func forms(s string) (plain, folded string) {
	t := text.Normalize(text.New(s))
	return strings.Join(t.Plain(), " "), strings.Join(t.Folded(), " ")
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	const same = "=" // folded is the same as plain
	tests := []struct{ name, in, plain, folded string }{
		{"empty", "", "", same},
		{"blank", " \t\n ", "", same},
		{"case", "How LONG does it last", "how long does it last", same},
		{"full stop", "I quit. It hurts.", "i quit it hurts", "i quit . it hurts ."},
		{"question mark", "why? help!", "why help", "why . help ."},
		{"many marks make one end", "what?!?! no...", "what no", "what . no ."},
		{"no end before the first word", "...well", "well", same},
		{"semicolon", "bad; worse", "bad worse", "bad . worse"},
		{"comma is no end", "bad, worse", "bad worse", same},
		{"hyphen", "self-harm", "self harm", same},
		{"slash", "and/or", "and or", same},

		{"newline", "one\ntwo", "one two", "one . two"},
		{"CRLF", "one\r\ntwo\r\n", "one two", "one . two ."},
		{"CR alone", "one\rtwo", "one two", "one . two"},
		{"line separator", "one\u2028two\u2029three\u0085four", "one two three four", "one . two . three . four"},
		{"empty lines", "\n\none\n\n\ntwo", "one two", "one . two"},

		{"straight quotation marks", `he said "stop" twice`, "he said stop twice", `he said " stop " twice`},
		{"curly quotation marks", "“stop” «stop» „stop“", "stop stop stop", `" stop " " stop " " stop "`},
		{"fullwidth quotation marks", "＂stop＂ ″stop″", "stop stop", `" stop " " stop "`},

		{"accents", "café naïve Ångström", "cafe naive angstrom", same},
		{"zalgo", "h̷̡̛̯͓e̸̡̖l̶̢p̷̨̛", "help", same},
		{"enclosing marks", "h\u20dde\u20ddlp", "help", same},
		{"zero-width", "he\u200blp m\u200ce n\u2060ow\ufeff", "help me now", same},
		{"bidi marks", "\u202ehelp\u202c me\u200f", "help me", same},
		{"soft hyphen", "with\u00addrawal", "withdrawal", same},
		{"variation selector", "help❤\ufe0fme", "help me", same},
		{"emoji", "day 3 😭👩‍👩‍👧 help", "day 3 help", same},
		{"ligatures and roman numerals", "ﬁne ﬀ Ⅳ", "fine ff iv", same},
		{"dotted capital I", "İT", "it", same},
		{"ordinals", "1ˢᵗ week", "1st week", same},
		{"blanks of other widths", "one\u00a0two\u3000three", "one two three", same},

		{"fullwidth", "ｋｉｌｌ ＭＥ １２", "kill me 12", same},
		{"math alphabets", "𝐤𝐢𝐥𝐥 𝓶𝓮 𝕟𝕠𝕨 𝔥𝔢𝔩𝔭", "kill me now help", same},
		{"circled", "ⓚⓘⓛⓛ", "kill", same},
		{"Cyrillic", "ѕuісіdе", "ѕuісіdе", "suicide"},
		{"Cyrillic capitals", "НЕLР", "неlр", "help"},
		{"Greek", "κιll", "κιll", "kill"},
		{"small capitals", "ᴋɪʟʟ", "ᴋɪʟʟ", "kill"},
		{"dotless i", "kıll", "kıll", "kill"},

		{"leet", "k1ll mys3lf", "k1ll mys3lf", "kill myself"},
		{"leet signs", "s3lf h@rm $uicide pill$", "s3lf h rm uicide pill", "self harm suicide pills"},
		{"leet exclamation mark", "k!ll me!", "k ll me", "kill me ."},
		{"amounts", "3g 10mg 2nd 24h", "3g 10mg 2nd 24h", same},
		{"numbers", "988 or 1800", "988 or 1800", same},
		{"prices", "$20 5k$", "20 5k", same},
		{"mention by hand", "@alex help", "alex help", same},
		{"address", "me@example.com", "me example com", "meaexample . com"},

		{"spaced letters", "k i l l me", "k i l l me", "kill me"},
		{"spaced by hyphens", "k-i-l-l me", "k i l l me", "kill me"},
		{"spaced by full stops", "k.i.l.l me", "k i l l me", "kill me"},
		{"one letter a line", "d\ni\ne", "d i e", "die"},
		{"two letters stay", "u r ok", "u r ok", same},
		{"two letters end sentences", "vitamin k. i stopped", "vitamin k i stopped", "vitamin k . i stopped"},
		{"spaced accents", "k í l l", "k i l l", "kill"},
		{"spaced and repeated", "n o o o o o", "n o o o o o", "noo"},

		{"repeated letters", "sooooo baaad", "soo baad", same},
		{"runs behind each other", "aaabbbccc", "aabbcc", same},
		{"run before a pair", "heyyyoo", "heyyoo", same},
		{"digits are amounts", "1000 000", "1000 000", same},

		{"spoiler", "||kill|| me", "kill me", same},
		{"spoiler inside a word", "k||il||l", "k il l", "kill"},
		{"bar", "k|ill", "k ill", "kill"},
		{"bold", "**kill** __me__ ~~now~~", "kill me now", same},
		{"bold inside a word", "ki**ll**", "ki ll", "kill"},
		{"code", "`kill` ```me```", "kill me", same},
		{"heading and list", "# one\n- two\n> three", "one two three", "one . two . three"},

		{"mention", "<@123456789012345678> help", "help", same},
		{"nickname mention", "<@!1234> help", "help", same},
		{"role", "<@&1234> help", "help", same},
		{"channel", "see <#1234>now", "see now", same},
		{"custom emoji", "help <:sad_cat:1234> <a:wave:5678>", "help", same},
		{"timestamp", "at <t:1618953630:R> ok", "at ok", same},
		{"command", "use </ask:1234> now", "use now", same},
		{"heart is no mention", "love <3 you", "love 3 you", same},
		{"comparison is no mention", "a <b and 3> 2", "a b and 3 2", same},
		{"mention without end", "<@123 help", "123 help", same},
		{"mention too long", "<@" + strings.Repeat("1", 70) + "> x", strings.Repeat("1", 70) + " x", same},
		{"link", "see https://example.com/a?b=c&d now", "see now", same},
		{"link at the end", "see HTTP://example.com", "see", same},
		{"link in brackets", "[text](https://example.com) more", "text more", same},
		{"link without preview", "<https://example.com> more", "more", same},
		{"domain alone", "example.com", "example com", "example . com"},

		{"invalid UTF-8", "he\xfflp \xc3", "he lp", same},
		{"NUL", "he\x00lp", "he lp", same},
		{"Hangul", "안녕 하세요", "안녕 하세요", same},
		{"apostrophe between Hangul letters", "가'ᆨ", "각", same},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.folded == same {
				tt.folded = tt.plain
			}
			plain, folded := forms(tt.in)
			if plain != tt.plain {
				t.Errorf("plain form of %+q is %+q, want %+q", tt.in, plain, tt.plain)
			}
			if folded != tt.folded {
				t.Errorf("folded form of %+q is %+q, want %+q", tt.in, folded, tt.folded)
			}
		})
	}
}

// The label of a message must not hang on which apostrophe a phone writes.
func TestApostrophes(t *testing.T) {
	t.Parallel()
	for _, question := range []string{
		"I don't want to be here", "can't, won't, y'all'd've", "it's over. isn't it?", "the dog's 'bone'", "d'you know o'clock",
	} {
		wantPlain, wantFolded := forms(strings.ReplaceAll(question, "'", ""))
		for apostrophe := range strings.FieldsSeq("' ’ ‘ ‛ ʼ ʹ ʻ ′ ´ ` ＇ ｀ ꞌ ՚") {
			plain, folded := forms(strings.ReplaceAll(question, "'", apostrophe))
			if plain != wantPlain || folded != wantFolded {
				t.Errorf("%q with %+q: %q, %q; want %q, %q", question, apostrophe, plain, folded, wantPlain, wantFolded)
			}
		}
	}
}

func TestWordsCut(t *testing.T) {
	t.Parallel()
	for _, letter := range []string{"a", "é", "語", "𝐤", "\xff a"} {
		n := utf8.RuneCountInString(letter)
		if w := text.New(strings.Repeat(letter, text.MaxRunes/n)); w.Cut() {
			t.Errorf("%d times %+q is cut", text.MaxRunes/n, letter)
		}
		if w := text.New(strings.Repeat(letter, text.MaxRunes/n+1)); !w.Cut() {
			t.Errorf("%d times %+q is not cut", text.MaxRunes/n+1, letter)
		}
	}
	if (text.Words{}).Cut() {
		t.Error("the zero value is cut")
	}
	// What stands at the end of the longest message still counts, and what stands behind it does not.
	s := strings.Repeat("x ", (text.MaxRunes-4)/2) + "help" + " not this"
	plain := text.Normalize(text.New(s)).Plain()
	if last := plain[len(plain)-1]; last != "help" {
		t.Errorf("the last token is %q", last)
	}
}

func TestZeroValues(t *testing.T) {
	t.Parallel()
	var tokens text.Tokens
	if tokens.Plain() != nil || tokens.Folded() != nil {
		t.Error("zero Tokens have tokens")
	}
	if got := text.Normalize(text.Words{}); len(got.Plain()) != 0 || len(got.Folded()) != 0 {
		t.Error("zero Words have tokens")
	}
}

// A member can paste anything: the work is bounded by the longest message, not by what was pasted.
func TestHugeMessages(t *testing.T) {
	t.Parallel()
	const size = 2 << 20
	for _, unit := range []string{"a", "help me ", "é", "\xff", "<@", "<", "||", "e\u0301\u0302", "\ufdfa", "!", ".", "a ", "'", "𝐤", "https://", "\n", "aaa"} {
		s := strings.Repeat(unit, size/len(unit))
		start := time.Now()
		tokens := text.Normalize(text.New(s))
		if took := time.Since(start); took > time.Second { // about 1 ms, 10 for what decomposes; a loaded machine and the race detector take longer
			t.Errorf("2 MB of %+q took %v", unit, took)
		}
		checkTokens(t, tokens)
	}
}

// checkTokens holds what is true of all tokens.
func checkTokens(t *testing.T, tokens text.Tokens) {
	t.Helper()
	if n := utf8.RuneCountInString(strings.Join(tokens.Plain(), " ")); n > text.MaxRunes {
		t.Errorf("the plain form has %d characters", n)
	}
	if n := utf8.RuneCountInString(strings.Join(tokens.Folded(), "")); n > text.MaxRunes {
		t.Errorf("the folded form has %d characters", n)
	}
	for _, token := range slices.Concat(tokens.Plain(), tokens.Folded()) {
		if token == "" {
			t.Error("an empty token")
		}
		if strings.ToLower(token) != token {
			t.Errorf("upper case in %+q", token)
		}
	}
	for _, token := range tokens.Plain() {
		if strings.ContainsFunc(token, isNoWord) {
			t.Errorf("plain token %+q is more than letters and digits", token)
		}
	}
	for _, token := range tokens.Folded() {
		if token != "." && token != `"` && strings.ContainsFunc(token, isNoWord) {
			t.Errorf("folded token %+q is more than letters and digits", token)
		}
	}
}
