package answer

import (
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/guard"
	"faqbot/internal/match"
)

// Labels of the matcher that are no entries: what needs no answer, messages of people in need, and what only sounds like these.
const (
	labelOffTopic = "off-topic"
	labelNeed     = "need"
	labelHarmless = "harmless"
)

// Bands on calibrated confidence, set on labelled questions (dev.jsonl and heldout-a.jsonl of internal/evaluate) so that few wrong answers
// and few answers to off-topic lines are shown before many are helped.
const (
	// answerAt and answerMargin: an entry is answered at once when it is right with this probability and this far ahead of the next.
	// 0.75 and 0.50 answer 70 and 78 % of the answerable questions at once and none wrongly, 0.55 and 0.25 80 and 82 % with 1.1 and
	// 0.5 % wrong, 0.50 and 0.20 83 and 88 % with 1.1 and 1.4 % wrong.
	answerAt     = 0.55
	answerMargin = 0.25
	// chooseAt: up to three entries are offered when together they hold this probability. 0.30 helps 93.1 and 95.9 % of the answerable
	// questions, 0.20 94.9 and 97.3 %, while it offers a choice on three more of 100 off-topic lines; 0.15 helps no more.
	chooseAt = 0.20
	// optionAt: an entry less likely than this is not worth a button.
	optionAt = 0.04
	// declineAt: a request is declined when the declined classes together hold this probability and one of them leads. 0.45 recognises
	// 45 of 50 requests, 0.40 two more, at no answerable question more that is declined.
	declineAt = 0.40
	// needAt: a check-in stands above the reply when the message looks this much like those of people in need. 0.50 puts it on five of 60
	// off-topic lines, 0.60 on three.
	needAt = 0.60
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
	inNeed  bool
}

// judge reads the bands off a ranking.
func judge(hits []match.Hit) verdict {
	var v verdict
	declined, best := 0.0, match.Hit{}
	for _, h := range hits {
		switch {
		case h.Label == labelOffTopic || h.Label == labelHarmless:
		case h.Label == labelNeed:
			v.inNeed = h.Confidence >= needAt
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
	// The messages of the guard are as many for a small folder as for the shipped content, which has ownExamples of its own. Their
	// weight shrinks with the folder, or they would claim its plain questions.
	ownExamples = 5000
	leastNeed   = 0.05
)

// Examples returns what the matcher learns from: phrasings and questions of the entries, declined and off-topic examples of the
// content, and the guard's compiled-in messages of people in need, so that "none of these" is learnt too. Without an encoder it learns
// from words alone.
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
	weight := weightNeed * min(1, max(leastNeed, float64(len(out))/ownExamples))
	for _, p := range guard.Need() {
		out = append(out, match.Example{Label: labelNeed, Text: p, Weight: weight})
	}
	for _, p := range guard.Harmless() {
		out = append(out, match.Example{Label: labelHarmless, Text: p, Weight: weight})
	}
	return out, match.Options{Synonyms: lib.Synonyms(), Encoder: enc}
}
