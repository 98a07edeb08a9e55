package guard

import (
	"cmp"
	"slices"
	"strings"

	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

const (
	// wholeWords is how many words a message may have to be read as a whole alone: of a longer one its parts are read too, for what a
	// sentence says of danger drowns among ten others.
	wholeWords = 25
	// leastWords and mostWords bound a part: sentences shorter than the least are put together, longer ones than the most are cut.
	leastWords, mostWords = 5, 40
	// mostParts bounds what a long message costs, and encodedParts what of it does: all parts are read by their words, the worst by what
	// they mean too.
	mostParts, encodedParts = 32, 3
	// wordsAt is how much danger the words of a part must speak of for it to be encoded at all. Of an ordinary long post 2.5 parts are, of
	// a look-alike 1.5, and 2.7 and 2.2 were without it; not one of 4,800 messages got another card.
	wordsAt = 0.1
	// partWeight is what a part's opinion counts against that of a whole message: what surrounds it may say that nothing is meant. A part
	// that speaks less of danger than partAt counts nothing: nearly every long post has a sentence that sounds like something. Of 469 explicit
	// sentences with a harmless text around them 431 stay urgent, and 0.94 % of 3,700 ordinary messages become so; with every part in full
	// these were 433 and 1.12 %, with 0.88 and 0.45 439 and 1.22 %, with 0.92 and 0.42 442 and 1.34 %.
	partWeight, partAt = 0.8, 0.5
)

// Opinions returns what the classifier makes of a message: of the whole as it stands, of what stands behind a disguise, and of those parts
// of a long message that look worst by their words. Meaning is that of match.Rank for the whole; nil goes by words alone, and must where
// the guard was built without an encoder.
func (g *Guard) Opinions(t text.Tokens, meaning match.Meaning) []Opinion {
	out := []Opinion{g.opinion(t, meaning)}
	disguised, parts := g.readings(t)
	if disguised != nil {
		out = append(out, g.readAlone(*disguised, meaning != nil))
	}
	for _, p := range g.worst(parts) {
		o := p.byWords
		if meaning != nil {
			o = g.readAlone(p.words, true)
		}
		if Most(o).Any >= partAt {
			out = append(out, o.times(partWeight))
		}
	}
	return out
}

// times returns the opinion of something that counts so much.
func (o Opinion) times(weight float64) Opinion {
	out := make(Opinion, len(o))
	for c, p := range o {
		out[c] = weight * p
	}
	return out
}

// readAlone asks the classifier about words that are not the whole message as it stands, and are encoded for this alone.
func (g *Guard) readAlone(words text.Tokens, encode bool) Opinion {
	if !encode {
		return g.opinion(words, nil)
	}
	return g.opinion(words, func() encoder.Embedding { return g.encoder.Encode(match.Sentence(words)) })
}

// passage is a part of a long message, and what the classifier makes of its words alone.
type passage struct {
	words   text.Tokens
	byWords Opinion
}

// worst returns the parts that speak most of danger by their words alone, without those that hardly do: encoding each would take longer than
// all else.
func (g *Guard) worst(parts []text.Tokens) []passage {
	var out []passage
	for _, words := range parts {
		if o := g.opinion(words, nil); Most(o).Any >= wordsAt {
			out = append(out, passage{words, o})
		}
	}
	slices.SortStableFunc(out, func(a, b passage) int { return cmp.Compare(Most(b.byWords).Any, Most(a.byWords).Any) })
	return out[:min(len(out), encodedParts)]
}

// opinion asks the classifier.
func (g *Guard) opinion(t text.Tokens, meaning match.Meaning) Opinion {
	return opinionOf(g.classifier.Rank(t, meaning, g.labels))
}

func opinionOf(hits []match.Hit) Opinion {
	o := Opinion{}
	for _, h := range hits {
		if !IsHarmless(h.Label) && !IsOrdinary(h.Label) {
			o[Category(h.Label)] = h.Confidence
		}
	}
	return o
}

// readings returns the words behind a disguise or a misspelling, nil without, and the parts of a long message.
func (g *Guard) readings(t text.Tokens) (disguised *text.Tokens, parts []text.Tokens) {
	sentences := split(t, g.spell.Repair)
	whole := slices.Concat(sentences...)
	if strings.Join(whole, "") != strings.Join(t.Plain(), "") {
		d := reread(whole)
		disguised = &d
	}
	for _, p := range partsOf(sentences) {
		parts = append(parts, reread(p))
	}
	return disguised, parts
}

// Parts returns the parts that a long message is read in beside the whole, with the words as they stand; a short one has none.
func Parts(message string) []string {
	asItStands := func(word string) string { return word }
	var out []string
	for _, p := range partsOf(split(text.Normalize(text.New(message)), asItStands)) {
		out = append(out, strings.Join(p, " "))
	}
	return out
}

// split returns the words of each sentence, each word repaired.
func split(t text.Tokens, repair func(string) string) [][]string {
	sentences := [][]string{nil}
	for _, w := range t.Folded() {
		switch w {
		case stop:
			sentences = append(sentences, nil)
		case "\"":
		default:
			sentences[len(sentences)-1] = append(sentences[len(sentences)-1], repair(w))
		}
	}
	return sentences
}

// partsOf is Parts of the words of each sentence.
func partsOf(sentences [][]string) [][]string {
	if len(slices.Concat(sentences...)) <= wholeWords {
		return nil
	}
	return cut(sentences)
}

// reread reads words as if they were a message.
func reread(words []string) text.Tokens { return text.Normalize(text.New(strings.Join(words, " "))) }

// cut puts short sentences together and cuts long ones.
func cut(sentences [][]string) [][]string {
	var out [][]string
	var short []string
	for _, s := range sentences {
		if len(s) < leastWords {
			short = append(short, s...)
			continue
		}
		out = slices.AppendSeq(out, slices.Chunk(s, mostWords))
		if len(short) > 0 {
			out = append(out, short)
			short = nil
		}
	}
	if len(short) > 0 {
		out = append(out, short)
	}
	return out[:min(len(out), mostParts)]
}
