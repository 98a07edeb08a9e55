package main

import (
	"fmt"

	"faqbot/internal/answer"
	"faqbot/internal/guard"
)

type trainCmd struct {
	contentFlags
	NoEncoder bool   `help:"Learn to match by words alone."`
	Guard     bool   `help:"Learn the safety guard's classifier in place of the content's matcher. It is built in: this is for those who change its examples."`
	Out       string `required:"" placeholder:"FILE" help:"File to write the model to."`
}

// Help is shown by --help.
func (trainCmd) Help() string {
	return `Learns the matcher's model, so that no start has to. A model belongs to exactly its content; put it beside the locale's folder as LOCALE.model (LOCALE.words.model with --no-encoder), where every command looks first.

Example:

    faqbot train --faq ./faq --out ./faq/en.model`
}

// Run learns and writes.
func (c *trainCmd) Run(p *program) error {
	enc, err := modelFlags{NoEncoder: c.NoEncoder}.encoder()
	if err != nil {
		return err
	}
	examples, options := guard.Training(enc)
	if !c.Guard {
		_, lib, err := p.load(c.contentFlags)
		if err != nil {
			return err
		}
		examples, options = answer.Examples(lib, enc)
	}
	model, err := p.learn(examples, options)
	if err != nil {
		return err
	}
	if err := writeModel(c.Out, model); err != nil {
		return err
	}
	labels := make(map[string]bool)
	for _, e := range examples {
		labels[e.Label] = true
	}
	if _, err := fmt.Fprintf(p.stdout, "wrote %s: %d examples, %d labels, model %s\n", c.Out, len(examples), len(labels), model.Hash[:shownDigits]); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
