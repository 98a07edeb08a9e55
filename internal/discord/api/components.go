package api

import (
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
)

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
