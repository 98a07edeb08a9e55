package discord

import (
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/discordtest"
)

// as changes who acts.
func (p *player) as(who string) {
	place := p.from
	p.from = discordtest.From{Place: place.Place}
	switch who {
	case "member":
	case "moderator":
		p.from.UserID = p.person(who)
		p.from.Permissions = strconv.FormatInt(2248473465835073|discordgo.PermissionManageMessages, 10)
	default:
		p.from.UserID = p.person(who)
	}
}

// person is the id of another member.
func (p *player) person(who string) string {
	if i := slices.Index(p.names.pairs, "{"+who+"}"); i >= 0 {
		return p.names.pairs[i-1]
	}
	id := p.fake.NewID()
	p.names.pairs = append(p.names.pairs, id, "{"+who+"}")
	return id
}

// in changes the place.
func (p *player) in(where string) {
	p.t.Helper()
	places := map[string]discordtest.Place{
		"the server": discordtest.InGuild, "a direct message": discordtest.InDM, "a server without the bot": discordtest.UserInstall,
		"a group message": discordtest.InOtherDM,
	}
	place, ok := places[where]
	if !ok {
		p.t.Fatalf("unknown place %q", where)
	}
	p.from.Place = place
}

// without takes a permission away from the bot.
func (p *player) without(what string) {
	p.t.Helper()
	permissions := map[string]int64{
		"sending": discordgo.PermissionSendMessages, "embeds": discordgo.PermissionEmbedLinks, "viewing": discordgo.PermissionViewChannel, "nothing": 0,
	}
	lacking, ok := permissions[what]
	if !ok {
		p.t.Fatalf("unknown permission %q", what)
	}
	p.lacking = lacking
}
