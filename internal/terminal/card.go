package terminal

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"faqbot/internal/answer"
)

// errNoCard says that a reply has nothing to show: silence, or a zero card.
var errNoCard = errors.New("the reply has no card")

// Reply draws a reply. It fails for a reply without a card, which nobody may see, and when the writer does.
func (p *Printer) Reply(r answer.Reply) error {
	if r.Shown().IsZero() {
		return errNoCard
	}
	s := p.sheet()
	s.card(r, r.Shown().Body())
	s.related(r.Shown().Related(), false)
	return p.print(s)
}

// choices draws a reply with numbers at all that can be picked, and returns what they mean, from 1.
func (p *Printer) choices(r answer.Reply) ([]answer.Option, error) {
	card := r.Shown()
	if card.IsZero() {
		return nil, errNoCard
	}
	s := p.sheet()
	body, offered := card.Body(), card.Related()
	if c, ok := r.(answer.Choose); ok {
		body, offered = numbered(body, c.Options)
		s.card(r, body)
	} else {
		s.card(r, body)
		s.related(offered, true)
	}
	if len(offered) > 0 {
		s.gap()
		s.text(styleDim, "", "Type a number to open one, or ask something else.")
	}
	return offered, p.print(s)
}

// numbered turns the list of options at the end of a choice's text into a numbered one.
func numbered(body string, options []answer.Option) (string, []answer.Option) {
	lines := strings.Split(body, "\n")
	for i, o := range options {
		item := fmt.Sprintf("%d. %s", i+1, o.Title)
		at := len(lines) - 1
		for at >= 0 && lines[at] != "- "+o.Title {
			at--
		}
		if at < 0 {
			lines = append(lines, item)
			continue
		}
		lines[at] = item
	}
	return strings.Join(lines, "\n"), options
}

// card draws the card of a reply with the given text as its body.
func (s *sheet) card(r answer.Reply, body string) {
	c := r.Shown()
	_, urgent := r.(answer.Urgent)
	lead, margin, plain := stylePlain, "", stylePlain
	if urgent {
		lead, margin, plain = styleUrgent, bar, styleStrong
	}
	if c.Lead() != "" {
		s.text(lead, margin, c.Lead())
	}
	for _, n := range c.Notices() {
		s.gap()
		s.text(styleNotice, bar, n)
	}
	s.gap()
	if urgent {
		s.text(styleUrgent, margin, c.Title())
	} else {
		s.text(styleHeading, margin, c.Title())
	}
	s.text(plain, margin, body)
	if c.GetHelp() != "" {
		s.gap()
		s.text(styleUrgent, bar, answer.HelpHeading)
		s.text(stylePlain, bar, c.GetHelp())
	}
	s.contacts(c.Contacts(), c.Checked(), margin)
	s.gap()
	s.text(stylePlain, "", c.Reminder())
	if c.Note() != "" {
		s.gap()
		s.text(styleNotice, "", c.Note())
	}
	s.small(c)
}

// contacts draws help lines, a line each, and when they were last checked.
func (s *sheet) contacts(contacts []answer.Contact, checked, margin string) {
	if len(contacts) == 0 {
		return
	}
	s.gap()
	for _, c := range contacts {
		s.text(styleStrong, margin, "• "+c.Line())
		if c.Reach != "" && c.Link != "" {
			s.text(stylePlain, margin+"  ", c.Link)
		}
	}
	if checked != "" {
		s.text(styleDim, margin, checked)
	}
}

// small draws the small print: sources with their addresses, review state, id.
func (s *sheet) small(c answer.Card) {
	s.gap()
	if sources := c.Sources(); len(sources) > 0 {
		s.text(styleDim, "", "Sources")
		for _, source := range sources {
			s.text(styleDim, "", strings.TrimSpace("- "+source.Title+" "+source.URL))
		}
	}
	s.text(styleDim, "", c.Foot())
}

// related draws the entries offered below a card, with numbers where they can be picked and with their ids elsewhere.
func (s *sheet) related(options []answer.Option, pick bool) {
	if len(options) == 0 {
		return
	}
	s.gap()
	s.text(styleStrong, "", "See also")
	for i, o := range options {
		if pick {
			s.text(stylePlain, "", fmt.Sprintf("%d. %s", i+1, o.Title))
		} else {
			s.text(stylePlain, "", fmt.Sprintf("- %s (%s)", o.Title, o.ID))
		}
	}
}

// Check draws a reply narrow and wide and says what is wrong with it, for checks of content: there must be a card with a text and its
// reminder, every word must have survived, and nothing in it may control the terminal.
func Check(r answer.Reply) error {
	c := r.Shown()
	if c.IsZero() {
		return errNoCard
	}
	if strings.TrimSpace(c.Title()) == "" || strings.TrimSpace(c.Body()) == "" {
		return errors.New("the card has no title or no text")
	}
	if strings.TrimSpace(c.Reminder()) == "" || !strings.Contains(c.Text(), c.Reminder()) {
		return errors.New("the card does not show its reminder")
	}
	for _, width := range []int{minColumns, maxColumns} {
		if err := checkDrawn(r, width); err != nil {
			return err
		}
	}
	return nil
}

// checkDrawn looks for what was lost or does harm in the card as it is drawn at a width.
func checkDrawn(r answer.Reply, width int) error {
	c := r.Shown()
	s := &sheet{width: width}
	s.card(r, c.Body())
	drawn := s.String()
	if i := strings.IndexFunc(drawn, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
		return fmt.Errorf("the card holds the control character %q", drawn[i])
	}
	parts := append([]string{c.Lead(), c.Title(), c.Body(), c.GetHelp(), c.Reminder()}, c.Notices()...)
	for _, contact := range c.Contacts() {
		parts = append(parts, contact.Line())
	}
	drawn = words(strings.ReplaceAll(drawn, strings.TrimSpace(bar), ""))
	for _, part := range parts {
		if !strings.Contains(drawn, words(part)) {
			return fmt.Errorf("a part of the card is lost at %d columns: %q", width, part)
		}
	}
	return nil
}

// words writes a text with single blanks.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }
