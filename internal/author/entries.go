package author

import (
	"strings"
	"unicode/utf8"

	"faqbot/internal/content"
	"faqbot/internal/text"
)

// value is a text and where it stands.
type value struct {
	text string
	at   cell
}

// entry is one answer as it is gathered from the rows of its id.
type entry struct {
	id        string
	at        cell
	texts     map[string]value // of columns of which the first non-empty text counts
	questions []value          // as they stand
	question  value            // the one that stands for all: short, without numbers
	title     value
	phrasings []value // all other questions
	broken    bool    // has a fault, and is left out
}

// gatherer puts rows together to entries.
type gatherer struct {
	sheet    sheet
	faults   *faults
	warnings *faults
	entries  []*entry
	byID     map[string]*entry
	asked    map[string]asked // by normalised question
}

// asked is where a question stood first.
type asked struct {
	entry *entry
	at    cell
}

// gather returns the entries in the order of their first rows. Those with a fault are left out.
func gather(s sheet, f, warnings *faults) []*entry {
	g := &gatherer{sheet: s, faults: f, warnings: warnings, byID: make(map[string]*entry), asked: make(map[string]asked)}
	for _, r := range s.rows {
		g.row(r)
	}
	var good []*entry
	for _, e := range g.entries {
		if g.finish(e); !e.broken {
			good = append(good, e)
		}
	}
	return good
}

// field returns a column of a row, and an empty text at the row's start where the spreadsheet has no such column.
func (g *gatherer) field(r row, column string) value {
	i, ok := g.sheet.columns[column]
	if !ok {
		return value{"", cell{r.number, 1}}
	}
	return value{tidy(r.fields[i]), cell{r.number, i + 1}}
}

// row adds a row to its entry.
func (g *gatherer) row(r row) {
	id := g.field(r, columnID)
	e := g.byID[id.text]
	if e == nil {
		e = &entry{id: id.text, at: id.at, texts: make(map[string]value)}
		if why := idFault(id.text, r.number); why != "" {
			g.faults.at(id.at, "%s", why)
			e.broken = true
		}
		if id.text != "" { // each row without one is told
			g.byID[id.text] = e
		}
		g.entries = append(g.entries, e)
	}
	for _, column := range append(optionalColumns(), columnAnswer) {
		g.first(e, column, g.field(r, column))
	}
	q := g.field(r, columnQuestion)
	q.text = strings.Join(strings.Fields(q.text), " ")
	if g.ask(e, q) {
		e.questions = append(e.questions, q)
	}
}

// first keeps the first text of a column, and tells of others that are not used.
func (g *gatherer) first(e *entry, column string, v value) {
	if column != columnAnswer && column != columnGetHelp {
		v.text = strings.Join(strings.Fields(v.text), " ")
	}
	kept, ok := e.texts[column]
	switch {
	case v.text == "":
	case !ok:
		e.texts[column] = v
	case kept.text != v.text:
		g.warnings.at(v.at, "the %s of %s stands in row %d already; this other one is not used", column, shorten(e.id), kept.at.row)
	}
}

// ask checks a question and reports whether it is new.
func (g *gatherer) ask(e *entry, q value) bool {
	key := normal(q.text)
	n := utf8.RuneCountInString(q.text)
	first, again := g.asked[key]
	switch {
	case q.text == "":
		g.faults.at(q.at, "the question is empty")
	case n > text.MaxRunes:
		g.faults.at(q.at, "the question has %d characters, more than the %d of a message", n, text.MaxRunes)
	case key == "":
		g.faults.at(q.at, "nothing is left of the question %q without its signs", shorten(q.text))
	case again && first.entry == e:
		g.warnings.at(q.at, "the same question stands in row %d already; this one is left out", first.at.row)
		return false
	case again:
		g.faults.at(q.at, "the same question stands under %s in row %d: one question can have one answer only", shorten(first.entry.id), first.at.row)
	default:
		g.asked[key] = asked{e, q.at}
		return true
	}
	e.broken = true
	return false
}

// finish chooses what stands for the entry.
func (g *gatherer) finish(e *entry) {
	if _, ok := e.texts[columnAnswer]; !ok && e.id != "" {
		e.broken = true
		g.faults.at(cell{e.at.row, g.sheet.columns[columnAnswer] + 1}, "%s has no answer in any of its rows", shorten(e.id))
	}
	if e.broken || len(e.questions) == 0 {
		e.broken = true
		return
	}
	if !g.choose(e) {
		e.broken = true
		g.faults.at(e.questions[0].at, "no question of %s can stand on a card: add one of at most %d characters, without numbers of three digits or more",
			shorten(e.id), content.MaxQuestion)
		return
	}
	for _, q := range e.questions {
		if q != e.question {
			e.phrasings = append(e.phrasings, q)
		}
	}
	var ok bool
	if e.title, ok = e.texts[columnTitle]; !ok {
		e.title = value{cut(e.questions[0].text, content.MaxTitle), e.questions[0].at}
	}
}

// choose takes the first question that may stand on a card and fits; where none does, the first whose beginning is asked nowhere else.
func (g *gatherer) choose(e *entry) bool {
	for _, q := range e.questions {
		if fits(q.text, content.MaxQuestion) {
			e.question = q
			return true
		}
	}
	for _, q := range e.questions {
		short := cut(q.text, content.MaxQuestion)
		if _, taken := g.asked[normal(short)]; !taken && fits(short, content.MaxQuestion) {
			e.question = value{short, q.at}
			g.asked[normal(short)] = asked{e, q.at}
			return true
		}
	}
	return false
}

// fits reports whether a text may stand on a card where so many characters are allowed.
func fits(s string, limit int) bool {
	return utf8.RuneCountInString(s) <= limit && !content.HasNumber(s)
}

// ellipsis stands for what is left out.
const ellipsis = "…"

// cut returns s where it fits, else the whole words of its beginning that do, with an ellipsis for the rest and for each number, which no
// card may show. A text of which nothing would be left comes back whole.
func cut(s string, limit int) string {
	if fits(s, limit) {
		return s
	}
	words := strings.Fields(s)
	for i, word := range words {
		if content.HasNumber(word) {
			words[i] = ellipsis
		}
	}
	if whole := strings.Join(words, " "); fits(whole, limit) && hasWord(whole) {
		return whole
	}
	kept := ""
	for _, word := range words {
		longer := strings.TrimSpace(kept + " " + word)
		if !fits(longer+ellipsis, limit) {
			break
		}
		kept = longer
	}
	if kept == "" { // one word, or a language without blanks
		r := []rune(s)
		kept = string(r[:min(limit-1, len(r))])
	}
	kept = strings.TrimRight(kept, " .,;:!?-–($£€#…")
	if content.HasNumber(kept) || !hasWord(kept) {
		return s
	}
	return kept + ellipsis
}

// hasWord reports whether anything is left of a text that the matcher could read.
func hasWord(s string) bool { return len(text.Plain(s)) > 0 }
