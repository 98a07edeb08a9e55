package api

import (
	"fmt"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
)

// limits collects what a message breaks.
type limits struct {
	broken []error
	ids    map[string]bool // of components
}

// within reports a number that is not between least and most.
func (l *limits) within(what string, is, least, most int) {
	switch {
	case is > most:
		l.broken = append(l.broken, fmt.Errorf("%s: %d, more than Discord's %d", what, is, most))
	case is < least:
		l.broken = append(l.broken, fmt.Errorf("%s: %d, fewer than Discord's %d", what, is, least))
	}
}

// text reports a text that is too long or too short.
func (l *limits) text(what, s string, least, most int) {
	l.within("characters of "+what, utf8.RuneCountInString(s), least, most)
}

// Check returns an error for each limit that a message breaks. Its content is one of them: without it, a notification would
// show what stands in the embed.
func Check(m Body) []error {
	l := &limits{ids: map[string]bool{}}
	l.text("the message", m.Content, 1, MaxContentRunes)
	l.within("embeds", len(m.Embeds), 0, MaxEmbeds)
	total := 0
	for _, e := range m.Embeds {
		total += l.embed(e)
	}
	l.within("characters of all embeds", total, 0, MaxEmbedTotalRunes)
	l.within("rows", len(m.Components), 0, MaxRows)
	for _, row := range m.Components {
		l.row(row)
	}
	return l.broken
}

// embed checks an embed and returns the number of its characters.
func (l *limits) embed(e *discordgo.MessageEmbed) (total int) {
	count := func(what, s string, least, most int) {
		l.text(what, s, least, most)
		total += utf8.RuneCountInString(s)
	}
	count("an embed's title", e.Title, 0, MaxEmbedTitleRunes)
	count("an embed's text", e.Description, 0, MaxEmbedTextRunes)
	l.within("an embed's fields", len(e.Fields), 0, MaxEmbedFields)
	for _, f := range e.Fields {
		count("a field's name", f.Name, 1, MaxFieldNameRunes)
		count("a field's text", f.Value, 1, MaxFieldValueRunes)
	}
	if e.Footer != nil {
		count("an embed's footer", e.Footer.Text, 0, MaxEmbedFooterRunes)
	}
	return total
}

// row checks a row: one to five buttons, or one menu.
func (l *limits) row(row discordgo.MessageComponent) {
	r, ok := row.(discordgo.ActionsRow)
	if !ok {
		l.broken = append(l.broken, fmt.Errorf("a %T is no row", row))
		return
	}
	l.within("buttons of a row", len(r.Components), 1, MaxButtonsPerRow)
	for _, c := range r.Components {
		switch c := c.(type) {
		case discordgo.Button:
			l.button(c)
		case discordgo.SelectMenu:
			l.within("components beside a menu", len(r.Components)-1, 0, 0)
			l.menu(c)
		default:
			l.broken = append(l.broken, fmt.Errorf("a %T has no limits here", c))
		}
	}
}

func (l *limits) button(b discordgo.Button) {
	l.text("a button's label", b.Label, 1, MaxButtonLabelRunes)
	if b.Style == discordgo.LinkButton {
		l.text("a button's address", b.URL, 1, MaxButtonURLRunes)
		return
	}
	l.id(b.CustomID)
}

func (l *limits) menu(m discordgo.SelectMenu) {
	l.id(m.CustomID)
	l.text("a menu's placeholder", m.Placeholder, 0, MaxSelectPlaceholderRunes)
	l.within("options of a menu", len(m.Options), 1, MaxSelectOptions)
	values := map[string]bool{}
	for _, o := range m.Options {
		l.text("an option's label", o.Label, 1, MaxSelectLabelRunes)
		l.text("an option's value", o.Value, 1, MaxSelectValueRunes)
		if values[o.Value] {
			l.broken = append(l.broken, fmt.Errorf("two options have the value %q", o.Value))
		}
		values[o.Value] = true
	}
}

// id checks a component's custom id, which no other component may have.
func (l *limits) id(s string) {
	l.text("a custom id", s, 1, MaxCustomIDRunes)
	if l.ids[s] {
		l.broken = append(l.broken, fmt.Errorf("two components have the id %q", s))
	}
	l.ids[s] = true
}
