package guard

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"strings"
	"sync"

	"faqbot/internal/text"
)

//go:embed phrases/*.txt
var phraseFiles embed.FS

// Guard finds danger in a member's words. It is safe for concurrent use.
type Guard struct {
	spell   *speller
	auto    *automaton
	phrases []phrase
	scope   scope
	memory  sync.Pool // of *scratch
}

// phrase is one line of a phrase file.
type phrase struct {
	source string
	// A phrase has a category or a role, which is what it does to others.
	category Category
	role     role
	parts    []part
}

// New parses the phrases that are compiled in. An error names the file and the line.
func New() (*Guard, error) {
	spelling, err := readLines("spelling")
	if err != nil {
		return nil, err
	}
	var bare []string
	for _, l := range spelling {
		bare = append(bare, l.text)
	}
	spell, err := newSpeller(bare)
	if err != nil {
		return nil, fmt.Errorf("spelling.txt: %w", err)
	}
	g := &Guard{spell: spell}
	b := newBuilder()
	lists := map[string]list{}
	if err := g.read(lists, b, "lists", phrase{}); err != nil {
		return nil, err
	}
	for _, r := range roles {
		if err := g.read(maps.Clone(lists), b, "scope-"+r.String(), phrase{role: r}); err != nil {
			return nil, err
		}
	}
	for _, c := range order {
		if err := g.read(maps.Clone(lists), b, string(c), phrase{category: c}); err != nil {
			return nil, err
		}
	}
	if g.scope, err = newScope(lists, b); err != nil {
		return nil, err
	}
	g.auto = b.finish()
	for w := range g.auto.ids {
		spell.learn(w)
	}
	g.memory.New = func() any { return &scratch{} }
	return g, nil
}

// sourceLine is a line of a phrase file that says something.
type sourceLine struct {
	number int
	text   string
}

func readLines(name string) ([]sourceLine, error) {
	raw, err := phraseFiles.ReadFile("phrases/" + name + ".txt")
	if err != nil {
		return nil, fmt.Errorf("phrases: %w", err)
	}
	var out []sourceLine
	n := 0
	for line := range strings.Lines(string(raw)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.ToLower(strings.TrimSpace(line)); line != "" {
			out = append(out, sourceLine{n, line})
		}
	}
	return out, nil
}

// read takes in one phrase file, and its lists into lists; like gives its phrases their category or role.
func (g *Guard) read(lists map[string]list, b *builder, name string, like phrase) error {
	p := &parser{file: name, lists: lists, spell: g.spell}
	lines, err := readLines(name)
	if err != nil {
		return err
	}
	for _, l := range lines {
		isList, err := p.definition(l.text)
		if err != nil {
			return fmt.Errorf("%s.txt:%d: %w", name, l.number, err)
		}
		if isList {
			continue
		}
		if like.category == "" && like.role == noRole {
			return fmt.Errorf("%s.txt:%d: a phrase stands in a file of lists, where it would do nothing", name, l.number)
		}
		parts, err := p.phrase(l.text)
		if err != nil {
			return fmt.Errorf("%s.txt:%d: %w", name, l.number, err)
		}
		like.source, like.parts = l.text, parts
		for i, q := range parts {
			b.add(q, accept{phrase: int32(len(g.phrases)), part: int32(i)})
		}
		g.phrases = append(g.phrases, like)
	}
	return nil
}

// Assess returns what the words say of danger. The same words always give the same assessment, in time proportional to their number;
// no words make it fail.
func (g *Guard) Assess(t text.Tokens) Assessment {
	m := g.readMessage(t.Folded())
	if len(m.words) == 0 {
		return Assessment{}
	}
	s := g.memory.Get().(*scratch) //nolint:errcheck,forcetypeassert // New is the only source of the pool
	defer g.memory.Put(s)
	m.gather(g.phrases, g.auto.scan(m.ids, m.isStop, m.inGap, s))

	best := map[Category]finding{}
	for _, f := range g.findings(m) {
		old, ok := best[f.category]
		if !ok || f.before(old) {
			best[f.category] = f
		}
	}
	var a Assessment
	for _, c := range order {
		if f, ok := best[c]; ok {
			a.Hits = append(a.Hits, Hit{Category: c, From: m.at[f.from], To: m.at[f.to-1] + 1, Phrase: g.phrases[f.phrase].source})
		}
	}
	return a
}

// finding is a phrase that holds, after its surroundings had their say.
type finding struct {
	category Category
	match
}

// before orders findings of one category: the first in the message, then the longest, then the first in its file.
func (f finding) before(o finding) bool {
	return cmp.Or(cmp.Compare(f.from, o.from), cmp.Compare(o.to, f.to), cmp.Compare(f.phrase, o.phrase)) < 0
}

// findings weighs the statements of a message.
func (g *Guard) findings(m *message) []finding {
	var out []finding
	parts := map[int32]uint{} // by phrase with "&": the parts that occur, as bits
	for _, f := range m.found {
		p := g.phrases[f.phrase]
		if len(p.parts) > 1 {
			parts[f.phrase] |= 1 << f.part
		} else if c := m.weigh(f, p.category); c != "" {
			out = append(out, finding{c, f})
		}
	}
	for phrase, seen := range parts {
		if seen == 1<<len(g.phrases[phrase].parts)-1 {
			out = g.appendTogether(out, m, phrase)
		}
	}
	return out
}

// nearby is how many words apart the parts of one phrase may begin: about three sentences.
const nearby = 40

// appendTogether adds the first stretch in which all parts of a phrase stand near each other, none of them doubted.
func (g *Guard) appendTogether(out []finding, m *message, phrase int32) []finding {
	p := g.phrases[phrase]
	last := make([]match, len(p.parts)) // the latest of each part; none where to is 0
next:
	for _, f := range m.found {
		if f.phrase != phrase || m.weigh(f, p.category) != p.category {
			continue
		}
		last[f.part] = f
		whole := f
		for _, o := range last {
			if o.to == 0 || max(f.from-o.from, o.from-f.from) > nearby {
				continue next
			}
			whole.from, whole.to = min(whole.from, o.from), max(whole.to, o.to)
		}
		return append(out, finding{p.category, whole})
	}
	return out
}
