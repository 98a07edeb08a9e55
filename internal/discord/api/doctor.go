package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/rest"
)

// Flags of an application that say whether its bot may read messages that are not meant for it; the second is that of one in few servers.
const (
	FlagMessageContent        = 1 << 18
	FlagMessageContentLimited = 1 << 19
)

// Guild is a server that the bot is in. Its name is somebody's text.
type Guild struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Role is a role of a server. That of everyone has the server's id.
type Role struct {
	ID          string `json:"id"`
	Permissions int64  `json:"permissions,string"`
}

// Channel is a channel of a server or a thread, and who may do there more or less than elsewhere; a thread has what its parent, a channel,
// has. Its name is somebody's text.
type Channel struct {
	ID         string                `json:"id"`
	Name       string                `json:"name"`
	Type       discordgo.ChannelType `json:"type"`
	Parent     string                `json:"parent_id"` // of a thread its channel, of a channel its category
	Overwrites []Overwrite           `json:"permission_overwrites"`
}

// IsThread reports whether it is a thread, which is a post of a forum too.
func (c Channel) IsThread() bool {
	return slices.Contains([]discordgo.ChannelType{
		discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread, discordgo.ChannelTypeGuildNewsThread,
	}, c.Type)
}

// HasThreadsAlone reports whether all that is written in it stands in threads, as in a forum.
func (c Channel) HasThreadsAlone() bool {
	return c.Type == discordgo.ChannelTypeGuildForum || c.Type == discordgo.ChannelTypeGuildMedia
}

// Overwrite changes the permissions of a role or member in a channel.
type Overwrite struct {
	ID    string `json:"id"` // of the role or member
	Allow int64  `json:"allow,string"`
	Deny  int64  `json:"deny,string"`
}

// Guilds asks for all servers that the bot is in, in the order of their ids.
func (a *Client) Guilds(ctx context.Context) ([]Guild, error) {
	const page = 200 // the most that Discord gives
	var all []Guild
	for after := "0"; ; after = all[len(all)-1].ID {
		found, err := decoded[[]Guild](ctx, a.Rest, rest.Call{
			Method: http.MethodGet, Route: "/users/@me/guilds", Query: url.Values{"limit": {strconv.Itoa(page)}, "after": {after}},
		})
		all = append(all, found...)
		if err != nil || len(found) < page {
			return all, err
		}
	}
}

// Roles asks for all roles of a server.
func (a *Client) Roles(ctx context.Context, guildID string) ([]Role, error) {
	return decoded[[]Role](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/guilds/{guild}/roles", Args: []string{guildID}})
}

// MemberRoles asks for the ids of the roles that a member of a server has, without that of everyone.
func (a *Client) MemberRoles(ctx context.Context, guildID, userID string) ([]string, error) {
	member, err := decoded[struct {
		Roles []string `json:"roles"`
	}](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/guilds/{guild}/members/{user}", Args: []string{guildID, userID}})
	return member.Roles, err
}

// Channels asks for the channels of a server. Threads are not among them.
func (a *Client) Channels(ctx context.Context, guildID string) ([]Channel, error) {
	return decoded[[]Channel](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/guilds/{guild}/channels", Args: []string{guildID}})
}

// Channel asks for a channel or thread. The bot may see it, where Discord does not refuse.
func (a *Client) Channel(ctx context.Context, channelID string) (Channel, error) {
	return decoded[Channel](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/channels/{channel}", Args: []string{channelID}})
}
