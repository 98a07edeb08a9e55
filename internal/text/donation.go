package text

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What of an address can be known: how it ends, and names of mail that need no ending. Then "at" and "dot" as people write them so that no
// program takes them for an address, in brackets or between other signs.
const (
	endings   = `(?:com|org|net|edu|gov|info|io|gg|app|dev|uk|de|eu|ca|au|nz|xyz|link)\b`
	providers = `(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton|protonmail|gmx|aol)\b`
	opened    = `[ _-]?[\[({<] ?`
	closed    = ` ?[\])}>][ _-]?`
	at        = `[ _-](?:at|@)[ _-]`
	dot       = `[ _-](?:dot|\.)[ _-]`
	shownAt   = opened + `(?:at|@)` + closed
	shownDot  = opened + `(?:dot|\.)` + closed
	name      = `[\pL\d-]+`
	person    = `(?:\S+` + dot + `)*\S+`
)

var (
	// address is a page's, with or without its scheme; oldName is one such as somebody#1234.
	address = regexp.MustCompile(`(?i)://|^\W*www\.|[\pL\d-]\.\pL{2,}/|[\pL\d-]\.` + endings)
	oldName = regexp.MustCompile(`\pL.*#\d{4}\b`)
	// written is an address with an at or a dot in brackets, with an at before what can be nothing but a place of mail, or with a written dot
	// before a known ending. Who stares at a dot has written none.
	written = regexp.MustCompile(`(?i)(?:` + person + shownAt + `\S+(?:(?:` + dot + `|` + shownDot + `)\S+)*` +
		`|\S+` + shownDot + `\S+` +
		`|` + person + at + `(?:` + name + `(?:` + dot + name + `)*` + dot + `(?:(?:me|co|us|fr|nl|ch|se|es|pl|ie|dk)\b|` + endings + `)` +
		`|\pL[\pL\d.-]*\.(?:\pL{2,3}\b|` + endings + `)|` + providers + `)` +
		`|` + name + dot + endings + `)[.,;:!?)]*`)
)

// ForDonation returns a member's words for the one use that the member agrees to on seeing them: as an example of how people ask. It is
// the only way to read Words, and takes out what may tell of a person: names behind an @ and mentions, addresses of mail and of pages,
// telephone numbers and other long numbers. The result is one line of at most MaxRunes without control characters, and the same
// when it is put in again.
func ForDonation(w Words) string {
	s := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1 // invisible letters could hide the rest
		}
		return r
	}, w.text())
	for before := "\n"; s != before; { // what is left can be an address or a number anew
		before = s
		s = strings.Join(strings.Fields(norm.NFKC.String(s)), " ")
		s = strings.Join(withoutNumbers(withoutAddresses(s)), " ")
	}
	whole, _ := head(s) // one letter may have become many
	return strings.TrimSpace(whole)
}

// withoutAddresses drops addresses and names, and returns the words that are left.
func withoutAddresses(s string) []string {
	var out []string
	for f := range strings.FieldsSeq(written.ReplaceAllString(s, " ")) {
		if !personal(f) {
			out = append(out, f)
		}
	}
	return out
}

// personal reports whether a word may tell of a person.
func personal(field string) bool {
	return strings.ContainsRune(field, '@') || address.MatchString(field) || oldName.MatchString(field) ||
		strings.ContainsAny(field, "<>") && strings.ContainsAny(field, ":#/&")
}
