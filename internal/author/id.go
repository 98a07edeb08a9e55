package author

import (
	"cmp"
	"fmt"
	"strings"

	"faqbot/internal/content"
)

// idRule is what an id must be, for messages.
const idRule = "lower-case letters, a slash, then lower-case letters, digits and hyphens, at most 60 characters in all, such as faq/opening-hours"

// defaultSpace is the part before the slash where an id has none that can be used.
const defaultSpace = "faq"

// isReserved reports whether the part of an id before its slash is for other cards than entries.
func isReserved(space string) bool { return space == "decline" || space == "card" || space == "crisis" }

// idFault says what is wrong with an id and how it could be written; empty when nothing is.
func idFault(id string, row int) string {
	space, _, _ := strings.Cut(id, "/")
	switch {
	case id == "":
		return "the id is empty"
	case !content.IsID(id):
		return fmt.Sprintf("%q is no id (%s): write %s", shorten(id), idRule, mendID(id, row))
	case isReserved(space):
		return fmt.Sprintf("the id %q begins with %s/, which is for other cards than answers: write %s", id, space, mendID(id, row))
	}
	return ""
}

var letters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "o", "å", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "á", "a", "à", "a",
	"â", "a", "ã", "a", "í", "i", "î", "i", "ï", "i", "ó", "o", "ô", "o", "õ", "o", "ú", "u", "û", "u", "ç", "c", "ñ", "n",
)

// mendID makes an id of what was meant as one.
func mendID(id string, row int) string {
	space, rest, ok := strings.Cut(strings.ToLower(id), "/")
	if !ok {
		space, rest = defaultSpace, space
	}
	space = strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, letters.Replace(space))
	const most = 20
	if space = space[:min(most, len(space))]; space == "" || isReserved(space) {
		space = defaultSpace
	}
	rest = cmp.Or(slug(rest, content.MaxID-len(space)-1), fmt.Sprintf("row-%d", row))
	return space + "/" + rest
}

// slug keeps letters and digits, with a hyphen for whatever stands between them, of at most so many bytes.
func slug(s string, most int) string {
	words := strings.FieldsFunc(letters.Replace(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	s = strings.Join(words, "-")
	return strings.Trim(s[:min(most, len(s))], "-")
}
