package main

import (
	"errors"
	"fmt"
	"sync/atomic"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/safety"
	"faqbot/internal/terminal"
)

// safety asks the content's safety sentences, with progress on a terminal.
func (p *program) safety(bot *answer.Bot) ([]safety.Result, error) {
	sentences := safety.Sentences(bot.Library())
	progress := terminal.NewProgress(p.stderr)
	defer progress.Clear()
	var done atomic.Int64
	return safety.Run(p.ctx, bot.Ask, sentences, func() { //nolint:wrapcheck // one door, and its errors name what failed
		progress.Show("safety sentences: %d of %d", done.Add(1), len(sentences))
	})
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
