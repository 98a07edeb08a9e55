package main

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/guard"
	"faqbot/internal/match"
	"faqbot/internal/parallel"
	"faqbot/internal/safety"
	"faqbot/internal/terminal"
)

// safety asks the content's safety sentences and others, with progress on a terminal.
func (p *program) safety(bot *answer.Bot, others ...safety.Sentence) ([]safety.Result, error) {
	sentences := append(safety.Sentences(bot.Library()), others...)
	progress := terminal.NewProgress(p.stderr)
	defer progress.Clear()
	var done atomic.Int64
	return safety.Run(p.ctx, bot.Ask, sentences, func() { //nolint:wrapcheck // one door, and its errors name what failed
		progress.Show("safety sentences: %d of %d", done.Add(1), len(sentences))
	})
}

// heldOut reads every message that the guard's classifier has learnt as if it had not, but for long ordinary ones, which would be left with
// their own parts.
func (p *program) heldOut(m modelFlags) ([]safety.Result, error) {
	enc, err := m.encoder()
	if err != nil {
		return nil, err
	}
	g, err := guard.New(enc)
	if err != nil {
		return nil, fmt.Errorf("build the guard: %w", err)
	}
	predictions, err := p.leaveOneOut(guard.Training(enc))
	if err != nil {
		return nil, err
	}
	inParts := map[string]bool{}
	for _, message := range guard.Ordinary() {
		for _, part := range guard.Parts(message) {
			inParts[message], inParts[part] = true, true
		}
	}
	predictions = slices.DeleteFunc(predictions, func(p match.Prediction) bool { return inParts[p.Example.Text] })
	results := make([]safety.Result, len(predictions))
	parallel.Each(len(predictions), func(i int) {
		label, text := predictions[i].Example.Label, predictions[i].Example.Text
		a, d := g.HeldOut(predictions[i])
		s := safety.Sentence{Category: label, Style: safety.Learnt, Text: text}
		switch {
		case guard.IsHarmless(label):
			s.Category, s.Style = content.CategoryHarmless, safety.Harmless
		case guard.IsOrdinary(label):
			s.Category, s.Style = content.CategoryHarmless, safety.Ordinary
		}
		// The levels of both packages are the same, in the same order.
		results[i] = safety.Result{Sentence: s, Got: safety.Level(a.Level()), Urgent: d.Urgent, Any: d.Any}
	})
	return results, nil
}

// checkSafety holds the bot to the content's safety sentences. Each that gets less than it must is an error at its place.
func (p *program) checkSafety(from source, c contentFlags, m modelFlags) (sentences int, err error) {
	bot, err := p.open(p, c, m)
	if err != nil {
		return 0, err
	}
	results, err := p.safety(bot)
	if err != nil {
		return 0, err
	}
	places, err := content.Positions(from.files, c.Locale)
	if err != nil {
		return 0, fmt.Errorf("find safety sentences: %w", err)
	}
	var faults []error
	for _, r := range results {
		if fault := r.Fault(); fault != "" {
			at := places[r.Sentence.Text]
			faults = append(faults, from.placed(&content.Problem{File: at.File, Line: at.Line, Col: at.Col, Msg: fault}))
		}
	}
	return len(results), errors.Join(faults...)
}
