package text

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Tokens are the normalised words of a question, as unprintable as Words. The zero value has none.
//
// There are two forms. Plain is what matching reads: lower case, accents and apostrophes gone ("don't" is "dont"), markup,
// mentions and links dropped, a letter repeated three times or more written twice. Folded also undoes disguises: leet
// ("k1ll"), spaced letters ("k i l l") and letters of other scripts that look Latin. Folding makes mistakes on ordinary
// text, so it is for the guard alone.
//
// The pointer to a pointer is what fmt never follows, see Words.
type Tokens struct{ t **tokens }

type tokens struct {
	plain, folded []string
}

// Plain returns the tokens for matching. The caller must not change or print them.
func (t Tokens) Plain() []string {
	if t.t == nil {
		return nil
	}
	return (*t.t).plain
}

// Folded returns the tokens for the guard. The caller must not change or print them.
func (t Tokens) Folded() []string {
	if t.t == nil {
		return nil
	}
	return (*t.t).folded
}

// String says how many tokens there are, and never which.
func (t Tokens) String() string { return count(len(t.Plain())) }

// Format prints what String does, whatever the verb.
func (t Tokens) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText gives encoders (JSON, log/slog) what String gives.
func (t Tokens) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Normalize tokenises a member's words. It never fails, and normalising the joined plain tokens again changes nothing.
//
// Boundaries of sentences stay visible to the guard as "." tokens in the folded form: a negation or a quotation does not reach
// across them.
func Normalize(w Words) Tokens {
	s := stripMarkup(unify(w.text()))
	t := &tokens{plain: plain(s), folded: fold(s)}
	return Tokens{&t}
}

// Plain returns the plain tokens of a text that is no member's, such as a phrasing of the content: those that Normalize finds in the
// same words.
func Plain(s string) []string { return plain(stripMarkup(unify(New(s).text()))) }

// quotes brings quotation marks into one and drops apostrophes: "don't" and "dont" are one word. It runs before the compatibility
// forms, which make a blank of some.
var quotes = strings.NewReplacer(
	"'", "", "‘", "", "’", "", "‛", "", "ʼ", "", "ʹ", "", "ʻ", "", "′", "", "´", "", "`", "", "＇", "", "｀", "", "ꞌ", "", "՚", "",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`, "″", `"`, "＂", `"`,
)

// unify brings characters that mean the same into one: compatibility forms, case, quotes; it drops marks and invisible characters.
func unify(s string) string {
	s = quotes.Replace(s)
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		// Accents, joiners and direction marks: "café" is "cafe", a zero-width space inside a word is nothing.
		if !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Variation_Selector) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	// Lower-casing can make new compatibility sequences (a dotted capital I), and these apostrophes ("ŉ"); once more settles it.
	unified, _ := head(norm.NFKC.String(quotes.Replace(b.String()))) // one character can become eighteen
	return unified
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// stripMarkup blanks out what is not language: Discord's mentions, channels, emoji and timestamps (<@1>, <#1>, <:name:1>,
// <t:1:R>), and links.
func stripMarkup(s string) string {
	if !strings.ContainsAny(s, "<:") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		n := markupLen(s)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
			b.WriteString(s[:n])
		} else {
			b.WriteByte(' ')
		}
		s = s[n:]
	}
	return b.String()
}

// markupLen returns the length in bytes of the markup that s starts with, 0 when it starts with none.
func markupLen(s string) int {
	const longestMention = 64 // far above the longest: <a:NAME:ID> with 32 letters and 20 digits
	if s[0] == '<' && len(s) > 1 && strings.IndexByte("@#:at/", s[1]) >= 0 {
		end := strings.IndexByte(s[:min(len(s), longestMention)], '>')
		if end > 0 && strings.ContainsAny(s[:end], "0123456789") && !strings.ContainsAny(s[:end], " \n") {
			return end + 1
		}
	}
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		if end := strings.IndexFunc(s, unicode.IsSpace); end > 0 {
			return end
		}
		return len(s)
	}
	return 0
}

// plain splits unified text into runs of letters and digits. All else separates.
func plain(s string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(squeeze(word)))
			word = word[:0]
		}
	}
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, r)
		} else {
			flush()
		}
	}
	flush()
	return out
}

// squeeze writes a character that stands three times or more in a row twice, in place; digits stay, they are amounts.
func squeeze(word []rune) []rune {
	out := word[:0]
	for _, r := range word {
		if n := len(out); n >= 2 && r == out[n-1] && r == out[n-2] && !unicode.IsDigit(r) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// leet maps the characters that stand for letters inside a word.
var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// confusable maps letters of other scripts to the Latin ones they look like: the commonest of Unicode's confusables table
// (UTS #39) in Cyrillic and Greek, after lower-casing, and the small capitals of "fancy text".
var confusable = strings.NewReplacer(
	"а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "і", "i", "ѕ", "s", "ј", "j", "ԁ", "d", "һ", "h", "к", "k", "ӏ", "l", "в", "b", "н", "h", "т", "t", "м", "m",
	"α", "a", "ο", "o", "ε", "e", "ι", "i", "κ", "k", "ν", "v", "ρ", "p", "τ", "t", "υ", "u", "ѵ", "v", "ı", "i", "ł", "l", "ø", "o", "đ", "d",
	"ᴀ", "a", "ʙ", "b", "ᴄ", "c", "ᴅ", "d", "ᴇ", "e", "ꜰ", "f", "ɢ", "g", "ɡ", "g", "ʜ", "h", "ɪ", "i", "ᴊ", "j", "ᴋ", "k", "ʟ", "l", "ᴍ", "m",
	"ɴ", "n", "ᴏ", "o", "ᴘ", "p", "ʀ", "r", "ꜱ", "s", "ᴛ", "t", "ᴜ", "u", "ᴠ", "v", "ᴡ", "w", "ʏ", "y", "ᴢ", "z",
)

// structure marks ends of lines, each a new thought, as ends of sentences, and drops spoiler bars.
var structure = strings.NewReplacer("||", "", "\n", " . ", "\r", " . ", "\u0085", " . ", "\u2028", " . ", "\u2029", " . ")

// fold splits unified text for the guard: disguises undone, ends of sentences kept as ".", quotation marks as "\"".
func fold(s string) []string {
	var out []string
	for field := range strings.FieldsSeq(structure.Replace(confusable.Replace(s))) {
		out = appendFolded(out, field)
	}
	return slices.Clip(joinSpaced(out))
}

// appendFolded splits one blank-separated field into words and boundaries.
func appendFolded(out []string, field string) []string {
	for len(field) > 0 {
		end := strings.IndexFunc(field, func(r rune) bool { return !isWordRune(r) })
		if end < 0 {
			end = len(field)
		}
		if end > 0 {
			out = appendWord(out, field[:end])
			field = field[end:]
			continue
		}
		r, n := utf8.DecodeRuneInString(field)
		switch r {
		case '.', '?', '!', ';':
			if len(out) > 0 && out[len(out)-1] != "." {
				out = append(out, ".")
			}
		case '"':
			out = append(out, "\"")
		}
		field = field[n:]
	}
	return out
}

// isWordRune reports whether r may stand inside a disguised word.
func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@$!|*_~", r)
}

// appendWord adds one disguised word. A number stays a number; trailing exclamation marks end the sentence.
func appendWord(out []string, w string) []string {
	end := strings.HasSuffix(w, "!")
	w = strings.Trim(w, "!|@*_~")
	if n := strings.TrimLeft(w, "$"); n != "" && n[0] >= '0' && n[0] <= '9' {
		w = strings.Trim(w, "$") // a price
	}
	if strings.ContainsFunc(w, unicode.IsLetter) && !isAmount(w) {
		w = leet.Replace(w)
	}
	w = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, w)
	if w != "" {
		out = append(out, string(squeeze([]rune(w))))
	}
	if end && len(out) > 0 && out[len(out)-1] != "." {
		out = append(out, ".")
	}
	return out
}

// isAmount reports whether w is a number with a unit or an ordinal ("3g", "2nd", "10mg"), which leet must not touch.
func isAmount(w string) bool {
	rest := strings.TrimLeft(w, "0123456789")
	return len(rest) < len(w) && len(rest) <= 3 && !strings.ContainsAny(rest, "0123456789@$!|")
}

// joinSpaced joins single letters that stand in a row, at least three of them, with or without ends of sentences between:
// "k i l l" and "k.i.l.l" are "kill".
func joinSpaced(words []string) []string {
	const fewest = 3
	var out []string
	for i := 0; i < len(words); i++ {
		var letters []rune
		end := i
		for j := i; j < len(words); j++ {
			if isSingleLetter(words[j]) {
				letters = append(letters, []rune(words[j])...)
				end = j
			} else if words[j] != "." || j == i {
				break
			}
		}
		if len(letters) < fewest {
			out = append(out, words[i])
			continue
		}
		out = append(out, string(squeeze(letters)))
		i = end
	}
	return out
}

func isSingleLetter(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n == len(w) && unicode.IsLetter(r)
}
