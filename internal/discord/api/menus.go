package api

import "github.com/bwmarrin/discordgo"

// MaxPicked is how many values of a menu can be picked, and so how many can stand in it already.
const MaxPicked = 25

// MenuOption is a line of a menu.
type MenuOption struct {
	Label, Value string
	Chosen       bool // it is picked already
}

// Menu makes a menu of the first MaxSelectOptions options, one of which can be picked, as a row of its own; nothing for
// none.
func Menu(path, placeholder string, options []MenuOption) []discordgo.MessageComponent {
	if len(options) == 0 {
		return nil
	}
	menu := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: path, Placeholder: Cut(placeholder, MaxSelectPlaceholderRunes)}
	for _, o := range options[:min(len(options), MaxSelectOptions)] {
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: Cut(o.Label, MaxSelectLabelRunes), Value: o.Value, Default: o.Chosen})
	}
	return Buttons(menu)
}

// RoleMenu makes a menu of the server's roles, as a row of its own. At most most can be picked, and none can be; the first ids of chosen
// are picked already.
func RoleMenu(path, placeholder string, chosen []string, most int) []discordgo.MessageComponent {
	return idMenu(discordgo.SelectMenu{MenuType: discordgo.RoleSelectMenu, CustomID: path, Placeholder: placeholder}, chosen, most,
		discordgo.SelectMenuDefaultValueRole)
}

// ChannelMenu is like RoleMenu for the server's channels of some types.
func ChannelMenu(path, placeholder string, chosen []string, most int, types ...discordgo.ChannelType) []discordgo.MessageComponent {
	menu := discordgo.SelectMenu{MenuType: discordgo.ChannelSelectMenu, CustomID: path, Placeholder: placeholder, ChannelTypes: types}
	return idMenu(menu, chosen, most, discordgo.SelectMenuDefaultValueChannel)
}

func idMenu(menu discordgo.SelectMenu, chosen []string, most int, kind discordgo.SelectMenuDefaultValueType) []discordgo.MessageComponent {
	none := 0
	menu.MinValues, menu.MaxValues = &none, min(most, MaxPicked)
	menu.Placeholder = Cut(menu.Placeholder, MaxSelectPlaceholderRunes)
	for _, id := range chosen[:min(len(chosen), menu.MaxValues)] {
		menu.DefaultValues = append(menu.DefaultValues, discordgo.SelectMenuDefaultValue{ID: id, Type: kind})
	}
	return Buttons(menu)
}

// TextEmbed makes an embed of text alone, where more fits than into a message's content.
func TextEmbed(title, text string) []*discordgo.MessageEmbed {
	return []*discordgo.MessageEmbed{{Title: Cut(title, MaxEmbedTitleRunes), Description: Cut(text, MaxEmbedTextRunes)}}
}
