package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"faqbot/internal/content"
)

// Card is what a member reads. Its fields are set by newCard alone, which insists on the professional-support reminder and the review
// state; the zero card is no card, and surfaces refuse to draw it.
type Card struct {
	id       string
	title    string
	lead     string
	notices  []string
	body     string
	getHelp  string
	contacts []Contact
	reminder string
	sources  []content.Source
	review   string
	reviewed string
	hash     string
	related  []Option
	note     string
}

// Contact is one help line as a card shows it.
type Contact struct {
	Name  string
	Reach string // how to call or text it, as plain text; empty for a site
	Link  string // https page of its chat or directory, may be empty
	For   string // may be empty
	Hours string // may be empty
	Since string // day it was last checked, YYYY-MM-DD; empty for a replacement
	Until string // last day of a replacement by a server's moderators, YYYY-MM-DD; else empty
}

// Option is an entry that a member can choose.
type Option struct {
	ID, Title  string
	Confidence float64 // in [0,1]; 0 where nothing was matched
}

// newCard completes a card. It panics when reminder or review state are missing: content is checked before it gets here, and the
// compiled-in cards are covered by tests, so that is a programmer's error.
func newCard(c Card) Card {
	if c.reminder == "" || c.review == "" || c.title == "" || c.body == "" {
		panic("answer: a card without title, text, reminder or review state")
	}
	return c
}

// IsZero reports whether c is no card.
func (c Card) IsZero() bool { return c.reminder == "" }

// ID returns the entry, decline or crisis card's id, empty for the bot's own cards.
func (c Card) ID() string { return c.id }

// Title returns the heading.
func (c Card) Title() string { return c.title }

// Lead returns the first line of a message with this card. It names no drug and no symptom: it shows in notifications.
func (c Card) Lead() string { return c.lead }

// Notices returns the check-in or see-a-doctor lines that stand above the card.
func (c Card) Notices() []string { return slices.Clone(c.notices) }

// Body returns the reviewed text.
func (c Card) Body() string { return c.body }

// GetHelp returns when to get medical help, empty where the card has no such part.
func (c Card) GetHelp() string { return c.getHelp }

// Contacts returns the help lines on the card.
func (c Card) Contacts() []Contact { return slices.Clone(c.contacts) }

// Reminder returns the professional-support reminder; every card has one.
func (c Card) Reminder() string { return c.reminder }

// Sources returns what the text rests on.
func (c Card) Sources() []content.Source { return slices.Clone(c.sources) }

// Review says in words whether and when the text was clinically reviewed; every card does.
func (c Card) Review() string { return c.review }

// ReviewedOn returns the day of the review as YYYY-MM-DD, empty for a draft.
func (c Card) ReviewedOn() string { return c.reviewed }

// Related returns the entries offered below the card.
func (c Card) Related() []Option { return slices.Clone(c.related) }

// Note returns a remark on how the question was read, mostly empty.
func (c Card) Note() string { return c.note }

// Foot returns the small print: review state, id and the first eight digits of the text's hash.
func (c Card) Foot() string {
	parts := []string{c.review}
	if c.id != "" {
		parts = append(parts, c.id)
	}
	if c.hash != "" {
		parts = append(parts, c.hash[:8])
	}
	return strings.Join(parts, " · ")
}

// SourceLine names the sources in one line, empty when there are none.
func (c Card) SourceLine() string {
	if len(c.sources) == 0 {
		return ""
	}
	titles := make([]string, len(c.sources))
	for i, s := range c.sources {
		titles[i] = s.Title
	}
	return "Sources: " + strings.Join(titles, "; ")
}

// HelpHeading stands above the part that says when to get medical help.
const HelpHeading = "When to get medical help"

// Text returns the card as plain text, reminder included.
func (c Card) Text() string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(c.lead)
	add(strings.Join(c.notices, "\n\n"))
	add(c.title + "\n" + c.body)
	if c.getHelp != "" {
		add(HelpHeading + "\n" + c.getHelp)
	}
	add(c.ContactText())
	add(c.reminder)
	add(c.note)
	if line := c.SourceLine(); line != "" {
		add(line + "\n" + c.Foot())
	} else {
		add(c.Foot())
	}
	return strings.Join(parts, "\n\n")
}

// ContactText lists the contacts as plain text, a line each (a platform refuses telephone links), and when they were last checked.
func (c Card) ContactText() string {
	if len(c.contacts) == 0 {
		return ""
	}
	var b strings.Builder
	for _, contact := range c.contacts {
		b.WriteString(contact.Line() + "\n")
	}
	b.WriteString(c.Checked())
	return strings.TrimSpace(b.String())
}

// Checked says when the contacts were last checked, by the one that waits longest; replacements are left out, as nobody has checked them.
func (c Card) Checked() string {
	oldest, verb := "", "Last checked "
	for _, contact := range c.contacts {
		if contact.Until != "" {
			verb = "The others were last checked "
		} else if oldest == "" || contact.Since < oldest {
			oldest = contact.Since
		}
	}
	if oldest == "" {
		return ""
	}
	return verb + oldest
}

// Line writes the contact in one line.
func (c Contact) Line() string {
	reach := c.Reach
	if reach == "" {
		reach = strings.TrimPrefix(c.Link, "https://")
	}
	line := c.Name + ": " + reach
	var more []string
	for _, s := range []string{c.For, c.Hours} {
		if s != "" {
			more = append(more, s)
		}
	}
	if c.Until != "" {
		more = append(more, "set by this server's moderators until "+c.Until)
	}
	if len(more) > 0 {
		line += " (" + strings.Join(more, ", ") + ")"
	}
	return line
}

// reviewState says in words what a review says, judged on a day. The texts of drafts are the ones that nobody has signed.
func reviewState(r content.Review, at time.Time) string {
	if !r.Reviewed() {
		return draftState
	}
	if next, ok := r.NextReview(); ok && at.After(next.AddDate(0, 0, 1)) {
		return fmt.Sprintf("reviewed %s by a %s, due for review since %s", r.On, r.Role, r.Next)
	}
	return fmt.Sprintf("reviewed %s by a %s", r.On, r.Role)
}

const draftState = "not yet clinically reviewed"
