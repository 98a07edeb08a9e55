package guard

import (
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
	// mostParts bounds what a long message costs.
	mostParts = 16
	// partWeight is what a part's opinion counts against that of a whole message: what surrounds it may say that nothing is meant. Of
	// 1,365 ordinary messages 15 got the urgent card with 0.85 and 19 with 1; of 303 explicit ones with harmless text around, 280 and 297.
	partWeight = 0.87
)

// Opinions returns what the classifier makes of a message: of the whole as it stands, of what stands behind a disguise, and of the parts of
// a long message. Meaning is that of match.Rank for the whole; nil goes by words alone, and must where the guard was built without an
// encoder.
func (g *Guard) Opinions(t text.Tokens, meaning match.Meaning) []Opinion {
	out := []Opinion{g.opinion(t, meaning)}
	for _, r := range g.readings(t) {
		tokens := text.Normalize(text.New(strings.Join(r.words, " ")))
		var meaningOfPart match.Meaning
		if meaning != nil {
			meaningOfPart = func() encoder.Embedding { return g.encoder.Encode(match.Sentence(tokens)) }
		}
		o := g.opinion(tokens, meaningOfPart)
		for c := range o {
			o[c] *= r.weight
		}
		out = append(out, o)
	}
	return out
}

// opinion asks the classifier.
func (g *Guard) opinion(t text.Tokens, meaning match.Meaning) Opinion {
	o := Opinion{}
	for _, h := range g.classifier.Rank(t, meaning, g.labels) {
		if h.Label != labelHarmless && h.Label != labelOrdinary {
			o[Category(h.Label)] = h.Confidence
		}
	}
	return o
}

// reading is another way to read a message, and how much it counts.
type reading struct {
	words  []string
	weight float64
}

// readings returns the words behind a disguise or a misspelling, and the parts of a long message; nothing for a short and plain one.
func (g *Guard) readings(t text.Tokens) []reading {
	sentences := [][]string{nil}
	var whole []string
	for _, w := range t.Folded() {
		switch w {
		case stop:
			sentences = append(sentences, nil)
		case "\"":
		default:
			w = g.spell.Repair(w)
			whole = append(whole, w)
			sentences[len(sentences)-1] = append(sentences[len(sentences)-1], w)
		}
	}
	var out []reading
	if strings.Join(whole, "") != strings.Join(t.Plain(), "") {
		out = append(out, reading{whole, 1})
	}
	if len(whole) > wholeWords {
		for _, p := range parts(sentences) {
			out = append(out, reading{p, partWeight})
		}
	}
	return out
}

// parts puts short sentences together and cuts long ones.
func parts(sentences [][]string) [][]string {
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
