package text

import (
	"regexp"
	"strings"
	"unicode"
)

// What a number may have before it is taken for a person's: a dose or a year has four digits, a postal code five; a telephone number
// that is written in groups seven. A group has at least three; between two of them stand few words.
const (
	longNumber  = 5
	longNumbers = 7
	group       = 3
	fewWords    = 4
)

// units make of a number an amount, a time or a place in a row, which tell nothing of a person.
const units = `(?:m?c?gs?|[uμ]gs?|grams?|kgs?|mls?|l|am|pm|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|d|days?|nights?|w|wks?|weeks?|mos?|months?|` +
	`y|yrs?|years?|yo|x|times|k|st|nd|rd|th|ish|bpm|lbs?|pounds?|%|percent|degrees|euros?|dollars|people)`

var (
	// amount is a number with its unit in one word, such as 2000mg or 4:30am; unit is one as the next word.
	amount = regexp.MustCompile(`(?i)^[^\pL\pN]*(?:\d{1,4}` + units + `?[x.,:/+-]+)?\d{1,4}` + units + `(?:/\pL+)?[^\pL\pN%]*$`)
	unit   = regexp.MustCompile(`(?i)^` + units + `[^\pL\pN]*$`)
	// ordinary numbers are years, whom everybody calls, round ones, pairs such as 24/7 or 4:30, and a blood pressure.
	ordinary = regexp.MustCompile(`^[^\pL\pN]*(?:(?:19|20)\d\d|112|911|999|988|[1-9]\d?[05]0|\d{1,2}[.,:/-]\d{1,2}|\d{2,3}/\d{2,3})[^\pL\pN]*$`)
)

// number is a row of words that hold digits or no letters: fields[from:to].
type number struct {
	from, to  int
	all, bare int  // digits; the bare ones stand in no amount
	amount    bool // it has a unit
	ordinary  bool // it is no part of a person's number where no other is near
}

// numbers finds all rows in which there are digits.
func numbers(fields []string) []number {
	var out []number
	for i := 0; i < len(fields); i++ {
		n := number{from: i}
		for ; i < len(fields) && (digits(fields[i]) > 0 || !strings.ContainsFunc(fields[i], unicode.IsLetter)); i++ {
			n.all += digits(fields[i])
			if !amount.MatchString(fields[i]) {
				n.bare += digits(fields[i])
			}
		}
		n.to = i
		n.amount = n.bare == 0 || n.to < len(fields) && unit.MatchString(fields[n.to])
		n.ordinary = n.amount || n.to == n.from+1 && ordinary.MatchString(fields[n.from])
		if n.all > 0 {
			out = append(out, n)
		}
	}
	return out
}

// withoutNumbers drops long numbers with what is glued to them, be they one word, written in groups, or in groups with words between.
func withoutNumbers(fields []string) []string {
	found := numbers(fields)
	drop := make([]bool, len(fields))
	for from := 0; from < len(found); {
		to, n := stretch(found, from)
		for _, one := range found[from:to] {
			scattered := n >= longNumbers && !one.amount
			grouped := one.all >= longNumbers && one.bare >= longNumber
			for i := one.from; i < one.to; i++ {
				drop[i] = scattered || grouped || digits(fields[i]) >= longNumber && !amount.MatchString(fields[i]) && !ordinary.MatchString(fields[i])
			}
		}
		from = to
	}
	var out []string
	for i, f := range fields {
		if !drop[i] {
			out = append(out, f)
		}
	}
	return out
}

// stretch finds the end of the numbers that have only few words between them, and how many digits of theirs could be a telephone number's.
func stretch(found []number, from int) (to, n int) {
	for to = from; to < len(found) && (to == from || found[to].from-found[to-1].to <= fewWords); to++ {
		if one := found[to]; !one.ordinary && one.bare >= group {
			n += one.bare
		}
	}
	return to, n
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
