package guard

import (
	_ "embed"
	"fmt"
	"strings"

	"faqbot/internal/encoder"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// The classifier's models, learnt from the examples with and without the sentence encoder. They are built in like the examples, so that no
// content folder can weaken them.
//
//go:generate go run faqbot/cmd/faqbot train --guard --out guard.model
//go:generate go run faqbot/cmd/faqbot train --guard --no-encoder --out guard.words.model
var (
	//go:embed guard.model
	sentenceModel []byte
	//go:embed guard.words.model
	wordsModel []byte
)

// labelHarmless is the class of messages that only sound like danger. What members ask and say all day has several, which begin with
// ordinaryFile.
const labelHarmless = "harmless"

// IsHarmless reports whether a class of the classifier is of messages that hold words of danger and mean none, IsOrdinary whether it is of
// what members ask and say all day; all others are categories.
func IsHarmless(label string) bool { return label == labelHarmless }

// IsOrdinary is said at IsHarmless.
func IsOrdinary(label string) bool { return strings.HasPrefix(label, ordinaryFile) }

// weightOrdinary is the weight of an ordinary line against that of all other examples, which have 1: there are many, and plain.
const weightOrdinary = 0.5

// rivals is from how many other messages each class is told at most. With 1,000 in place of 3,000, at about the same share of explicit
// danger (91 and 92 %), 1.3 % of ordinary questions got the urgent card in place of 0.6 %; 6,000 find a little more of what is said
// sideways, and take at least twice as long to learn as 3,000.
const rivals = 4500

// Training returns what the classifier learns from: all examples, and of ordinary ones that are long their parts too, for a long message is
// read in parts. Without an encoder it learns from words alone.
func Training(enc *encoder.Encoder) ([]match.Example, match.Options) {
	var out []match.Example
	for _, c := range Learnt() {
		for _, s := range Examples(c) {
			out = append(out, match.Example{Label: string(c), Text: s})
		}
	}
	for _, s := range Harmless() {
		out = append(out, match.Example{Label: labelHarmless, Text: s})
	}
	for _, subject := range ordinarySubjects() {
		for _, s := range exampleFile(ordinaryFile + subject) {
			out = append(out, match.Example{Label: ordinaryFile + subject, Text: s, Weight: weightOrdinary})
			for _, p := range Parts(s) {
				out = append(out, match.Example{Label: ordinaryFile + subject, Text: p, Weight: weightOrdinary})
			}
		}
	}
	return out, match.Options{Encoder: enc, Rivals: rivals, Primal: true}
}

// HeldOut says what the guard makes of a message that its classifier has learnt, as if it had not: predicted is what match.LeaveOneOut says
// of it. The message is read as a whole.
func (g *Guard) HeldOut(predicted match.Prediction) (Assessment, Danger) {
	phrases := g.Assess(text.Normalize(text.New(predicted.Example.Text)))
	if phrases.Explicit() {
		return phrases, Certain()
	}
	o := opinionOf(predicted.Hits)
	return phrases.With(o), Most(o)
}

// newClassifier reads the built-in model.
func newClassifier(enc *encoder.Encoder) (*match.Matcher, error) {
	raw := sentenceModel
	if enc == nil {
		raw = wordsModel
	}
	var model match.Model
	if err := model.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("the guard's model: %w", err)
	}
	examples, options := Training(enc)
	m, err := match.New(examples, options, &model)
	if err != nil {
		return nil, fmt.Errorf("the guard's model: %w", err)
	}
	return m, nil
}
