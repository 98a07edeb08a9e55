package guard

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"faqbot/internal/spelling"
)

// The language of the phrase files, one phrase a line:
//
//	want to die         these words, in this order
//	(want|need) to die  one of several
//	[just] want to die  may be absent
//	{person} wont wake  any member of a named list: "{person} = he | she | my friend"
//	took ..3 pills      a gap of up to three words of one sentence, none of them a negator ("not", "never", ...)
//	^want to die$       only at the start, or the end, of a sentence
//	passed out & k      both in one message, in either order, near each other
//
// "#" starts a comment. Words are written in any spelling that spelling.txt knows: "dont", "don't" and "do not" are the same.

type elemKind int

const (
	wordElem  elemKind = iota
	gapElem            // up to gap words
	groupElem          // one of alts, or nothing when optional
)

// elem is one piece of a phrase.
type elem struct {
	kind     elemKind
	word     string
	gap      int
	alts     [][]elem
	optional bool
	key      string // its source: equal keys mean equal pieces.
}

// part is one stretch of a phrase between "&"s.
type part struct {
	seq        []elem
	start, end bool // "^" and "$"
}

// list is a named list; lists of one name in two files have different keys.
type list struct {
	alts [][]elem
	key  string
}

// parser reads phrases of one file. Lists must be defined before they are used, so they cannot refer to themselves.
type parser struct {
	file   string
	lists  map[string]list
	spell  *spelling.Speller
	source string
	pos    int
}

// definition reads a line such as "{name} = a | b".
func (p *parser) definition(line string) (bool, error) {
	name, body, ok := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	if !ok || !strings.HasPrefix(name, "{") || !strings.HasSuffix(name, "}") {
		return false, nil
	}
	name = strings.Trim(name, "{}")
	if _, twice := p.lists[name]; twice {
		return true, fmt.Errorf("list {%s} is defined twice", name)
	}
	p.source, p.pos = body, 0
	alts, err := p.alternatives(0)
	if err != nil {
		return true, err
	}
	p.lists[name] = list{alts, p.file + name}
	return true, nil
}

// phrase reads the parts of one phrase.
func (p *parser) phrase(line string) ([]part, error) {
	var out []part
	for s := range strings.SplitSeq(line, "&") {
		s = strings.TrimSpace(s)
		var q part
		s, q.start = strings.CutPrefix(s, "^")
		s, q.end = strings.CutSuffix(s, "$")
		p.source, p.pos = s, 0
		alts, err := p.alternatives(0)
		if err != nil {
			return nil, err
		}
		if len(alts) != 1 {
			return nil, fmt.Errorf("%q: put alternatives in brackets", line)
		}
		if q.seq = alts[0]; canBeEmpty(q.seq) || q.seq[0].kind == gapElem || q.seq[len(q.seq)-1].kind == gapElem {
			return nil, fmt.Errorf("%q: a phrase needs a word, and none starts or ends with a gap", line)
		}
		out = append(out, q)
	}
	return out, nil
}

func canBeEmpty(seq []elem) bool {
	for _, e := range seq {
		if e.kind == wordElem || e.kind == groupElem && !e.optional {
			return false
		}
	}
	return true
}

// alternatives reads sequences that "|" separates, up to the closing byte (0: the end).
func (p *parser) alternatives(closing byte) ([][]elem, error) {
	var alts [][]elem
	var seq []elem
	var words []string // adjacent words wait here, so that the speller sees "can not" as a whole
	flush := func() {
		for _, w := range p.spell.Fix(words) {
			seq = append(seq, elem{kind: wordElem, word: w, key: w})
		}
		words = nil
	}
	for p.pos < len(p.source) {
		c := p.source[p.pos]
		switch {
		case c == ' ':
			p.pos++
		case closing != 0 && c == closing:
			p.pos++
			flush()
			return append(alts, seq), nil
		case c == '|':
			p.pos++
			flush()
			alts, seq = append(alts, seq), nil
		case strings.IndexByte("([{.", c) >= 0:
			flush()
			e, err := p.element(c)
			if err != nil {
				return nil, err
			}
			seq = append(seq, e)
		default:
			w, err := p.usableWord(c)
			if err != nil {
				return nil, err
			}
			words = append(words, w)
		}
	}
	if closing != 0 {
		return nil, fmt.Errorf("%q: missing %q", p.source, closing)
	}
	flush()
	return append(alts, seq), nil
}

// usableWord reads one word that a message can hold after its spelling was corrected.
func (p *parser) usableWord(next byte) (string, error) {
	w := p.word()
	if w == "" {
		return "", fmt.Errorf("%q: unexpected %q", p.source, next)
	}
	if p.spell.Drops(w) {
		return "", fmt.Errorf("%q: %q never reaches a phrase, spelling.txt drops it", p.source, w)
	}
	return w, nil
}

// element reads a group, an optional group, a list reference or a gap.
func (p *parser) element(c byte) (elem, error) {
	from := p.pos
	p.pos++
	e := elem{kind: groupElem}
	var err error
	switch c {
	case '(':
		e.alts, err = p.alternatives(')')
	case '[':
		e.optional = true
		e.alts, err = p.alternatives(']')
	case '{':
		end := strings.IndexByte(p.source[p.pos:], '}')
		if end < 0 {
			return e, fmt.Errorf("%q: missing '}'", p.source)
		}
		name := p.source[p.pos : p.pos+end]
		p.pos += end + 1
		l, ok := p.lists[name]
		if !ok {
			return e, fmt.Errorf("%q: no list {%s} above", p.source, name)
		}
		e.alts, e.key = l.alts, l.key
		return e, nil
	default:
		digits := strings.TrimLeft(p.source[p.pos:], ".")
		end := strings.IndexFunc(digits+" ", func(r rune) bool { return !unicode.IsDigit(r) })
		e.kind = gapElem
		n, bad := strconv.Atoi(digits[:end])
		if bad != nil {
			return e, fmt.Errorf("%q: a gap without its number of words: %w", p.source, bad)
		}
		e.gap = n
		p.pos = len(p.source) - len(digits) + end
	}
	if e.key = p.source[from:p.pos]; strings.Contains(e.key, "{") {
		e.key = p.file + e.key
	}
	return e, err
}

// word reads one word; apostrophes are nothing, as in the tokens.
func (p *parser) word() string {
	from := p.pos
	for p.pos < len(p.source) && (p.source[p.pos] == '\'' || p.source[p.pos] >= 'a' && p.source[p.pos] <= 'z' || p.source[p.pos] >= '0' && p.source[p.pos] <= '9') {
		p.pos++
	}
	return strings.ReplaceAll(p.source[from:p.pos], "'", "")
}

// words lists every word of the alternatives.
func words(alts [][]elem, yield func(string)) {
	for _, seq := range alts {
		for _, e := range seq {
			if e.kind == wordElem {
				yield(e.word)
			}
			words(e.alts, yield)
		}
	}
}
