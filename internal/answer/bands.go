package answer

import (
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/guard"
	"faqbot/internal/match"
)

// Labels of the matcher that are no entries: what needs no answer, and the content's own examples of danger, by the guard's category, and
// of what only sounds like it.
const (
	labelOffTopic = "off-topic"
	prefixNeed    = "need/"
	labelHarmless = "harmless"
)

// Bands on calibrated confidence, set on three sets of labelled questions (dev, heldout-a and heldout-b of internal/evaluate, in this
// order below) so that few wrong answers and few answers to off-topic lines are shown before many are helped.
const (
	// answerAt and answerMargin: an entry is answered at once when it is right with this probability and this far ahead of the next.
	// Answered at once and right, wrong, off-topic lines answered: 0.55 and 0.25 give 85, 89, 86 %, 0.6, 0.5, 1.9 % and 1.7, 1.1, 3.1 %;
	// 0.60 and 0.30 give 82, 87, 84 %, 0.6, 0.5, 1.4 % and the same; 0.75 and 0.50 give 72, 82, 79 %, 0.0, 0.0, 1.4 % and 0.0, 0.0, 2.1 %.
	answerAt     = 0.60
	answerMargin = 0.30
	// chooseAt: up to three entries are offered when together they hold this probability. Helped, of 805 questions of four sets, and left
	// alone, of 369 off-topic lines: 0.25 gives 775 and 330, 0.30 gives 774 and 332, 0.35 gives 771
	// and 335; from 0.28 on more than 2 % of the winners change when two words are swapped.
	chooseAt = 0.25
	// optionAt: an entry less likely than this is not worth a button.
	optionAt = 0.04
	// declineAt: a request is declined when the declined classes together hold this probability. Of 372 requests of seven sets, 1,404
	// answerable questions and 693 off-topic lines 0.20 declines 99.2, 0.8 and 2.6 %, 0.30 declines 98.7, 0.4 and 1.4 %, 0.40 declines 96.8, 0.1
	// and 0.7 %. New authors' requests are recognised 4 points less than those that were looked at since.
	declineAt = 0.30
	// overheardAt: talk to nobody that no phrase takes for danger gets the neutral line when its danger is this probable. Nobody asked, and
	// who reads all of a channel must be wrong seldom: of 3,481 ordinary messages 4 get it, and 31 would without; of 890 explicit ones 759, and
	// 848 without.
	overheardAt = 0.60
)

// maxOptions is how many entries a choice offers.
const maxOptions = 3

// band is what the ranking alone asks for.
type band int

const (
	bandNone band = iota
	bandChoose
	bandAnswer
	bandDecline
)

// verdict is a reading of the ranking.
type verdict struct {
	band    band
	decline string      // label, for bandDecline
	entries []match.Hit // entries only, best first
	opinion guard.Opinion
}

// judge reads the bands off a ranking.
func judge(hits []match.Hit) verdict {
	v := verdict{opinion: guard.Opinion{}}
	declined, best := 0.0, match.Hit{}
	for _, h := range hits {
		switch {
		case h.Label == labelOffTopic || h.Label == labelHarmless:
		case strings.HasPrefix(h.Label, prefixNeed):
			v.opinion[guard.Category(strings.TrimPrefix(h.Label, prefixNeed))] = h.Confidence
		case strings.HasPrefix(h.Label, "decline/"):
			declined += h.Confidence
			if h.Confidence > best.Confidence {
				best = h
			}
		default:
			v.entries = append(v.entries, h)
		}
	}
	if len(v.entries) == 0 {
		return v
	}
	together := 0.0
	for _, h := range v.entries[:min(maxOptions, len(v.entries))] {
		together += h.Confidence
	}
	first := v.entries[0].Confidence
	second := 0.0
	if len(v.entries) > 1 {
		second = v.entries[1].Confidence
	}
	switch {
	case declined >= declineAt:
		v.band, v.decline = bandDecline, best.Label
	case first >= answerAt && first-second >= answerMargin:
		v.band = bandAnswer
	case together >= chooseAt:
		v.band = bandChoose
	}
	return v
}

// Weights of examples against those of entries, which have 1. The off-topic class is the largest by far; with weight 1 it took 16 of
// the 175 answerable development questions from their entries, with 0.2 ten, while 47 of 60 off-topic ones stayed recognised.
const (
	weightOffTopic = 0.2
	weightDecline  = 0.6
	weightNeed     = 0.6
)

// Examples returns what the matcher learns from: phrasings and questions of the entries, declined and off-topic examples of the
// content, so that "none of these" is learnt too, and the content's own examples of danger, which add to the guard's. Without an encoder it
// learns from words alone.
func Examples(lib *content.Library, enc *encoder.Encoder) ([]match.Example, match.Options) {
	var out []match.Example
	for _, e := range lib.Entries() {
		out = append(out, match.Example{Label: e.ID, Text: e.Question})
		for _, p := range e.Phrasings {
			out = append(out, match.Example{Label: e.ID, Text: p})
		}
	}
	for _, d := range lib.Declines() {
		for _, p := range d.Examples {
			out = append(out, match.Example{Label: d.ID, Text: p, Weight: weightDecline})
		}
	}
	for _, p := range lib.OffTopic() {
		out = append(out, match.Example{Label: labelOffTopic, Text: p, Weight: weightOffTopic})
	}
	for _, set := range lib.Safety() {
		label := labelHarmless
		if set.Category != content.CategoryHarmless {
			label = prefixNeed + set.Category
		}
		for _, p := range set.Examples {
			out = append(out, match.Example{Label: label, Text: p, Weight: weightNeed})
		}
	}
	return out, match.Options{Synonyms: lib.Synonyms(), Encoder: enc}
}
