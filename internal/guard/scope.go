package guard

import (
	"fmt"

	"faqbot/internal/spelling"
)

// role is what a phrase of a scope file does to the statements around it.
type role int

const (
	noRole    role = iota
	harmless       // takes its words out of the count: "cut myself shaving"
	negation       // denies what follows: "never"
	question       // asks about what follows: "can withdrawal cause"
	asking         // begins a question
	past           // puts what its sentence tells into the past: "two years ago"
	recent         // brings it back: "last night"
	fiction        // a song, a film, a game
	retelling      // introduces words that are not the member's own
	study          // training, research, moderators' work: what is told of others is no news
	resolved       // a doctor looked, and it was nothing
)

// roles lists the roles in the order in which their files are read.
var roles = [...]role{harmless, negation, question, asking, past, recent, fiction, retelling, study, resolved}

// String names the file of the role.
func (r role) String() string {
	switch r {
	case harmless:
		return "harmless"
	case negation:
		return "negation"
	case question:
		return "question"
	case asking:
		return "asking"
	case past:
		return "past"
	case recent:
		return "recent"
	case fiction:
		return "fiction"
	case retelling:
		return "retelling"
	case study:
		return "study"
	case resolved:
		return "resolved"
	case noRole:
	}
	return "none"
}

// kind is what a single word is to the scope.
type kind uint8

const (
	light   kind = 1 << iota // a negation reaches over it
	present                  // it keeps a statement in the present
	self                     // the speaker
	person                   // somebody else
	gapless                  // no gap swallows it
)

// scope knows the kinds of words, by their number in the automaton.
type scope struct{ kinds []kind }

// newScope takes the word lists that lists.txt defines for it. All words must be known to b.
func newScope(lists map[string]list, b *builder) (scope, error) {
	var s scope
	for name, k := range map[string]kind{"light": light, "present": present, "self": self, "person": person, "gapless": gapless} {
		if len(lists[name].alts) == 0 {
			return s, fmt.Errorf("lists.txt: list {%s} is missing", name)
		}
		words(lists[name].alts, func(w string) {
			id := b.id(w)
			for int(id) >= len(s.kinds) {
				s.kinds = append(s.kinds, 0)
			}
			s.kinds[id] |= k
		})
	}
	return s, nil
}

func (s *scope) kind(id int32) kind {
	if int(id) < len(s.kinds) {
		return s.kinds[id]
	}
	return 0
}

// mark is what a scope phrase did to one word.
type mark uint8

const (
	spent    mark = 1 << iota // part of a harmless phrase
	denied                    // right behind a negation
	queried                   // right behind the opening of a question, or inside it
	retold                    // right behind what introduces the words of another
	inQuotes                  // between quotation marks
)

// message is what the guard reads of a member's words. A boundary between sentences is the word stop.
type message struct {
	words []string
	ids   []int32
	at    []int  // by word: the folded token that it comes from
	kinds []kind // by word
	marks []mark // by word, and one more for the end
	line  []int  // by word: the number of its sentence
	lines []sentence

	found []occurrence // of categories
}

// sentence holds the roles of the scope phrases in it, as bits, and whether it speaks of a person.
type sentence struct {
	roles  uint16
	people bool
}

func (m *message) isStop(i int) bool { return m.words[i] == stop }
func (m *message) inGap(i int) bool  { return m.kinds[i]&gapless == 0 }

// readMessage corrects spellings and marks sentences and quotations.
func (g *Guard) readMessage(folded []string) *message {
	m := &message{lines: make([]sentence, 1)}
	var run []spelling.Lexeme
	var quoted mark
	flush := func() {
		for _, l := range g.spell.Correct(run) {
			m.add(l, g.auto.ids[l.Word], &g.scope, quoted)
		}
		run = run[:0]
	}
	for i, w := range folded {
		switch w {
		case "\"":
			flush()
			quoted ^= inQuotes
		case stop:
			flush()
			m.add(spelling.Lexeme{Word: stop, From: i}, 0, &g.scope, quoted)
			m.lines = append(m.lines, sentence{})
		default:
			run = append(run, spelling.Lexeme{Word: w, From: i})
		}
	}
	flush()
	m.marks = append(m.marks, 0)
	return m
}

func (m *message) add(l spelling.Lexeme, id int32, s *scope, quoted mark) {
	k, line := s.kind(id), len(m.lines)-1
	m.words = append(m.words, l.Word)
	m.ids = append(m.ids, id)
	m.at = append(m.at, l.From)
	m.kinds = append(m.kinds, k)
	m.marks = append(m.marks, quoted)
	m.line = append(m.line, line)
	m.lines[line].people = m.lines[line].people || k&(self|person) != 0
}

// near is how many words after an introduction are the words of another.
const near = 5

// gather sorts what the automaton found: it keeps the statements, and marks what bears on them.
func (m *message) gather(phrases []phrase, found []occurrence) {
	for _, f := range found {
		r := phrases[f.phrase].role
		m.lines[m.line[f.from]].roles |= 1 << r
		switch r {
		case noRole:
			m.found = append(m.found, f)
		case harmless:
			m.set(spent, f.from, f.to)
		case negation:
			m.set(denied, f.to, f.to+1)
		case question:
			m.set(queried, f.from+1, f.to+1)
		case retelling:
			m.set(retold, f.to, f.to+near)
		case asking, past, recent, fiction, study, resolved:
		}
	}
}

// set marks the words from up to to.
func (m *message) set(k mark, from, to int32) {
	for i := from; i < min(to, int32(len(m.marks))); i++ {
		m.marks[i] |= k
	}
}

// weigh returns the category that a statement has in its surroundings: its own, a milder one, or none.
func (m *message) weigh(f occurrence, c Category) Category {
	var kinds kind
	for i := f.from; i < f.to; i++ {
		if m.marks[i]&spent != 0 {
			return ""
		}
		kinds |= m.kinds[i]
	}
	asked := m.reached(f, queried) || m.general(f, c, kinds)
	if !asked && !m.reached(f, denied) && !m.elsewhere(f, c, kinds) {
		return c
	}
	switch {
	case c == Suicide || c == SelfHarm || c == Thoughts:
		return CheckIn // these words are never answered with nothing
	case asked && c == Medical:
		return SeeDoctor
	}
	return ""
}

// before returns what the words just before f, of its sentence, say of speaker and time: "[i want to] kill myself".
func (m *message) before(f occurrence) kind {
	const words = 3
	var k kind
	for i := f.from - 1; i >= max(0, f.from-words) && !m.isStop(int(i)); i-- {
		k |= m.kinds[i]
	}
	return k
}

// reach is how many words of {light} may stand between a negation and what it denies.
const reach = 8

// reached reports whether a negation or a question reaches f: only light words stand between.
func (m *message) reached(f occurrence, k mark) bool {
	for i := f.from; i >= max(0, f.from-reach); i-- {
		if m.marks[i]&k != 0 {
			return true
		}
		if i == 0 || m.isStop(int(i-1)) || m.kinds[i-1]&light == 0 {
			return false
		}
	}
	return false
}

// general reports whether f stands in a question that names no person. A plan is no such question, nor is what holds at present:
// "what if somebody is not breathing".
func (m *message) general(f occurrence, c Category, kinds kind) bool {
	s := m.lines[m.line[f.from]]
	return s.roles&(1<<asking) != 0 && !s.people && c != Suicide && kinds&present == 0
}

// elsewhere reports whether a statement belongs to another time or world than the speaker's own.
func (m *message) elsewhere(f occurrence, c Category, kinds kind) bool {
	kinds |= m.before(f)
	own, now := kinds&self != 0, kinds&present != 0
	line := m.line[f.from]
	roles, around := m.lines[line].roles, uint16(0)
	for _, s := range m.lines[max(0, line-1):min(len(m.lines), line+2)] {
		around |= s.roles
	}
	bodily := c == Medical || c == SeeDoctor || c == Overdose
	switch {
	case !own && around&(1<<study) != 0:
		return true
	case roles&(1<<fiction) != 0 && (!own || m.marks[f.to-1]&inQuotes != 0), m.marks[f.from]&retold != 0:
		return true
	case roles&(1<<past|1<<recent) == 1<<past && !now:
		return true
	}
	return bodily && !now && roles&(1<<recent) == 0 && around&(1<<resolved) != 0
}
