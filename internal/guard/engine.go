package guard

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"

	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/spelling"
	"faqbot/internal/text"
)

//go:embed phrases/*.txt
var phraseFiles embed.FS

// Guard finds danger in a member's words. It is safe for concurrent use.
type Guard struct {
	phraseBook
	classifier *match.Matcher
	labels     int              // that the classifier knows
	encoder    *encoder.Encoder // nil by words alone
}

// New parses the phrases that are compiled in, and reads the classifier's model. An error names the file and the line.
func New(enc *encoder.Encoder) (*Guard, error) {
	var g Guard
	var failed error
	var building sync.WaitGroup // at a time: a start should be fast
	building.Go(func() { failed = g.compile() })
	classifier, err := newClassifier(enc)
	building.Wait()
	if err := errors.Join(failed, err); err != nil {
		return nil, err
	}
	g.classifier, g.labels, g.encoder = classifier, len(classifier.Labels()), enc
	return &g, nil
}

// phraseBook holds what people say plainly.
type phraseBook struct {
	spell   *spelling.Speller
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
	// hint is set for what suggests danger and does not say it in one breath: parts that stand apart, or words with other senses.
	hint bool
}

// compile parses the phrases.
func (g *phraseBook) compile() error {
	spellings, err := readLines("spelling")
	if err != nil {
		return err
	}
	var bare []string
	for _, l := range spellings {
		bare = append(bare, l.text)
	}
	spell, err := spelling.New(bare)
	if err != nil {
		return fmt.Errorf("spelling.txt: %w", err)
	}
	g.spell = spell
	b := newBuilder()
	lists := map[string]list{}
	if err := g.read(lists, b, "lists", phrase{}); err != nil {
		return err
	}
	for _, r := range roles {
		if err := g.read(maps.Clone(lists), b, "scope-"+r.String(), phrase{role: r}); err != nil {
			return err
		}
	}
	for _, c := range order {
		if err := g.read(maps.Clone(lists), b, string(c), phrase{category: c}); err != nil {
			return err
		}
	}
	if g.scope, err = newScope(lists, b); err != nil {
		return err
	}
	g.auto = b.finish()
	for w := range g.auto.ids {
		spell.Learn(w)
	}
	g.memory.New = func() any { return &scratch{} }
	return nil
}

// hintMark begins the line of a phrase whose words have other senses too.
const hintMark = "? "

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
func (g *phraseBook) read(lists map[string]list, b *builder, name string, like phrase) error {
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
		words, unsure := strings.CutPrefix(l.text, hintMark)
		parts, err := p.phrase(words)
		if err != nil {
			return fmt.Errorf("%s.txt:%d: %w", name, l.number, err)
		}
		like.source, like.parts, like.hint = l.text, parts, unsure || len(parts) > 1
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
			a.Hits = append(a.Hits, Hit{Category: c, From: m.at[f.from], To: m.at[f.to-1] + 1, Phrase: g.phrases[f.phrase].source, Hint: f.hint})
		}
	}
	return a
}

// finding is a phrase that holds, after its surroundings had their say.
type finding struct {
	category Category
	occurrence
	hint bool
}

// before orders findings of one category: what is said in one breath before hints, the first in the message, then the longest, then the first in its file.
func (f finding) before(o finding) bool {
	if f.hint != o.hint {
		return o.hint
	}
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
			out = append(out, finding{c, f, p.hint})
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
	last := make([]occurrence, len(p.parts)) // the latest of each part; none where to is 0
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
		return append(out, finding{p.category, whole, true})
	}
	return out
}
