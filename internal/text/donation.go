package text

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What a number may have before it is taken for a person's: a dose or a year has four digits, a postal code five; a telephone number
// that is written in groups seven.
const (
	longNumber  = 5
	longNumbers = 7
)

// A page's address, with or without its scheme, and a name such as somebody#1234.
var (
	address = regexp.MustCompile(`(?i)://|^\W*www\.|[\pL\d-]\.\pL{2,}/|[\pL\d-]\.(com|org|net|edu|gov|info|io|gg|app|dev|uk|de|eu|ca|au|nz|xyz|link)\b`)
	oldName = regexp.MustCompile(`\pL.*#\d{4}\b`)
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
	var fields []string
	for f := range strings.FieldsSeq(norm.NFKC.String(s)) {
		if !personal(f) {
			fields = append(fields, f)
		}
	}
	whole, _ := head(strings.Join(withoutNumbers(fields), " ")) // one letter may have become many
	return strings.TrimSpace(whole)
}

// personal reports whether a word may tell of a person.
func personal(field string) bool {
	return strings.ContainsRune(field, '@') || address.MatchString(field) || oldName.MatchString(field) || digits(field) >= longNumber ||
		strings.ContainsAny(field, "<>") && strings.ContainsAny(field, ":#/&")
}

// withoutNumbers drops numbers that are written in groups: words in a row without letters that hold many digits together.
func withoutNumbers(fields []string) []string {
	var out []string
	for i := 0; i < len(fields); {
		end, n := i, 0
		for end < len(fields) && !strings.ContainsFunc(fields[end], unicode.IsLetter) {
			n += digits(fields[end])
			end++
		}
		if n < longNumbers {
			end = max(end, i+1)
			out = append(out, fields[i:end]...)
		}
		i = end
	}
	return out
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsNumber(r) {
			n++
		}
	}
	return n
}
