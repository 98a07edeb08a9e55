package answer

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"faqbot/internal/content"
)

// Line is a help line of the content with the id that replacements know it by.
type Line struct {
	content.Helpline

	ID      string // such as gb/samaritans; it changes with the line's name
	Country string // the code that the line stands under
	Land    string // the country's name
}

// Lines lists the help lines of all countries, in the order of the countries' names. No two have the same id.
func Lines(lib *content.Library) []Line {
	var out []Line
	for _, country := range lib.Countries() {
		out = append(out, linesOf(lib, country)...)
	}
	return out
}

// linesOf lists the lines that a country's members are shown, none where there are none: a member state of the European Union without its
// own has the ids of the Union's.
func linesOf(lib *content.Library, country string) []Line {
	of, ok := lib.Helplines(country)
	if !ok {
		return nil
	}
	if !slices.Contains(lib.Countries(), country) {
		country = "EU"
	}
	out := make([]Line, len(of.Lines))
	seen := map[string]int{}
	for i, h := range of.Lines {
		id := strings.ToLower(country) + "/" + slug(h.Name, h.Role)
		if seen[id]++; seen[id] > 1 {
			id += "-" + strconv.Itoa(seen[id])
		}
		out[i] = Line{Helpline: h, ID: id, Country: country, Land: of.Name}
	}
	return out
}

// slug brings a name into the form of an id; otherwise stands for one without a letter that fits.
func slug(name, otherwise string) string {
	const longest = 60
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	s := strings.Join(words, "-")
	if s == "" {
		return otherwise
	}
	return strings.Trim(s[:min(len(s), longest)], "-")
}

// Replacement is what those who look after a server have put in a help line's place for a time. One that Check refuses is shown nowhere.
type Replacement struct {
	Name  string
	Phone string    // as people dial it; empty where there is a URL
	URL   string    // https; empty where there is a phone
	Until time.Time // the line itself is shown from then on
}

// The lengths of a replacement, in letters. Seven of the longest fit on the where-to-turn card.
const (
	MaxReplacementName  = 100
	MaxReplacementPhone = 40
	MaxReplacementURL   = 200
)

// What Check finds.
var (
	ErrReplacementName  = errors.New("the name is empty, too long, or holds what a name does not")
	ErrReplacementReach = errors.New("there is neither a phone nor a page")
	ErrReplacementPhone = errors.New("the phone is too long or no number")
	ErrReplacementURL   = errors.New("the page is too long, or is no page of a public site that begins with https://")
)

// Check returns the first of the errors above that holds. Members in need read a replacement and nobody reviews it, so nothing may stand in
// it that looks like anything but a name and a way to reach it.
func (r Replacement) Check() error {
	foreign := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" +()-./", r)
	}
	switch {
	case !plainName(r.Name):
		return ErrReplacementName
	case r.Phone == "" && r.URL == "":
		return ErrReplacementReach
	case r.Phone != "" && (utf8.RuneCountInString(r.Phone) > MaxReplacementPhone || strings.ContainsFunc(r.Phone, foreign) || digits(r.Phone) < 2):
		return ErrReplacementPhone
	case r.URL != "" && !public(r.URL):
		return ErrReplacementURL
	}
	return nil
}

// plainName reports whether a text is a name without marks of any surface's own and without an address.
func plainName(s string) bool {
	odd := func(r rune) bool { return content.IsForbidden(r) || strings.ContainsRune("\n<>@*_`[]|#~\\", r) }
	return strings.TrimSpace(s) != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= MaxReplacementName &&
		!strings.ContainsFunc(s, odd) && !strings.Contains(s, "://")
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// public reports whether an address is a page of a public site, without a user's name in it.
func public(address string) bool {
	u, err := url.Parse(address)
	odd := func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || content.IsForbidden(r) }
	return err == nil && u.Scheme == "https" && u.User == nil && strings.Contains(strings.Trim(u.Hostname(), "."), ".") &&
		utf8.RuneCountInString(address) <= MaxReplacementURL && !strings.ContainsFunc(address, odd)
}

// longestReplacements are what needs the most room in place of every line of a country.
func longestReplacements(lib *content.Library, country string) map[string]Replacement {
	const site = "https://example.org/"
	longest := Replacement{
		Name: strings.Repeat("N", MaxReplacementName), URL: site + strings.Repeat("u", MaxReplacementURL-len(site)), Until: time.Unix(0, 0),
	}
	out := map[string]Replacement{}
	for _, l := range linesOf(lib, country) {
		out[l.ID] = longest
	}
	return out
}

// contact turns a line into what a card shows: the line itself, or what holds in its place when the question was asked. An emergency number
// has nothing in its place: a wrong one costs a life. Whom the line is for and when it is open nobody has said of a replacement.
func (q Question) contact(l Line) Contact {
	r, replaced := q.Replaced[l.ID]
	if !replaced || l.Role == content.RoleEmergency || !r.Until.After(q.At) || r.Check() != nil {
		return contactOf(l.Helpline)
	}
	reach := ""
	if r.Phone != "" {
		reach = "call " + r.Phone
	}
	return Contact{Name: r.Name, Reach: reach, Link: r.URL, Until: r.Until.UTC().Format(time.DateOnly)}
}
