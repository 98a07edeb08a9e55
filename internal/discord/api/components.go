package api

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
)

// Components are rows of buttons and menus.
type Components = []discordgo.MessageComponent

// Cut shortens s to at most limit code points.
func Cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// Rows lays components out, a row each, leaving out empty ones.
func Rows(all ...[]discordgo.MessageComponent) []discordgo.MessageComponent {
	var out []discordgo.MessageComponent
	for _, r := range all {
		if len(r) > 0 {
			out = append(out, discordgo.ActionsRow{Components: r})
		}
	}
	return out
}

// Buttons lists components of a row.
func Buttons(b ...discordgo.MessageComponent) []discordgo.MessageComponent { return b }

// Button makes one that leads to a path.
func Button(label, path string, style discordgo.ButtonStyle) discordgo.MessageComponent {
	return discordgo.Button{Label: Cut(label, MaxButtonLabelRunes), Style: style, CustomID: path}
}

// Link is a button that opens an https page.
func Link(label, url string) discordgo.MessageComponent {
	return discordgo.Button{Label: Cut(label, MaxButtonLabelRunes), Style: discordgo.LinkButton, URL: url}
}

// Quiet makes a button that draws no attention.
func Quiet(label, path string) discordgo.MessageComponent {
	return Button(label, path, discordgo.SecondaryButton)
}

// Embed shows a title, a text and, by its name unless that is empty, one of the message's pictures.
func Embed(title, text, picture string) []*discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{Title: Cut(title, MaxEmbedTitleRunes), Description: Cut(text, MaxEmbedTextRunes)}
	if picture != "" {
		e.Image = &discordgo.MessageEmbedImage{URL: "attachment://" + picture}
	}
	return []*discordgo.MessageEmbed{e}
}

// Replaced returns the components of a message of the bot's, as Discord sent them, with one button that cannot be pressed in the place of
// all those whose paths begin with one of the words. It returns nothing for what it cannot read.
func Replaced(sent json.RawMessage, label string, words ...string) []discordgo.MessageComponent {
	var rows []json.RawMessage
	if json.Unmarshal(sent, &rows) != nil {
		return nil
	}
	var out []discordgo.MessageComponent
	done := false
	for _, raw := range rows {
		var row discordgo.ActionsRow
		if json.Unmarshal(raw, &row) != nil {
			return nil
		}
		var kept []discordgo.MessageComponent
		for _, c := range row.Components {
			b, ok := c.(*discordgo.Button)
			switch {
			case !ok || !slices.Contains(words, firstWord(b.CustomID)):
				kept = append(kept, c)
			case !done:
				done = true
				kept = append(kept, discordgo.Button{Label: Cut(label, MaxButtonLabelRunes), Style: discordgo.SecondaryButton, Disabled: true, CustomID: b.CustomID})
			}
		}
		out = append(out, Rows(kept)...)
	}
	return out
}

func firstWord(path string) string {
	word, _, _ := strings.Cut(path, "/")
	return word
}

// With returns rows with one more button: in the last row of buttons that has room, where that is the last row of all or there can be no other,
// else in a row of its own. Rows that have a button of its path, or no room, stay as they are.
func With(rows []discordgo.MessageComponent, b discordgo.Button) []discordgo.MessageComponent {
	at := -1
	for i, row := range rows {
		r, _ := row.(discordgo.ActionsRow)
		buttons := 0
		for _, c := range r.Components {
			path, ok := pathOf(c)
			if ok && path == b.CustomID {
				return rows
			}
			if ok {
				buttons++
			}
		}
		if buttons > 0 && buttons < MaxButtonsPerRow && (i == len(rows)-1 || len(rows) == MaxRows) {
			at = i
		}
	}
	switch {
	case at >= 0:
		r, _ := rows[at].(discordgo.ActionsRow)
		r.Components = append(slices.Clone(r.Components), b)
		rows = slices.Clone(rows)
		rows[at] = r
	case len(rows) < MaxRows:
		rows = append(slices.Clone(rows), Rows(Buttons(b))...)
	}
	return rows
}

// pathOf returns the path of a button, made here or read; false for another component. That of a link is empty.
func pathOf(c discordgo.MessageComponent) (path string, ok bool) {
	switch b := c.(type) {
	case discordgo.Button:
		return b.CustomID, true
	case *discordgo.Button:
		return b.CustomID, true
	}
	return "", false
}

// Without returns rows without the buttons whose path is dropped; a row that has nothing left goes too.
func Without(rows []discordgo.MessageComponent, dropped func(path string) bool) []discordgo.MessageComponent {
	var out [][]discordgo.MessageComponent
	for _, row := range rows {
		r, ok := row.(discordgo.ActionsRow)
		if !ok {
			continue
		}
		out = append(out, slices.DeleteFunc(slices.Clone(r.Components), func(c discordgo.MessageComponent) bool {
			b, ok := c.(discordgo.Button)
			return ok && b.CustomID != "" && dropped(b.CustomID)
		}))
	}
	return Rows(out...)
}
