package api

import (
	"context"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/rest"
)

// Parent asks for the channel that a thread is in; empty for what is no thread. A category is no parent: what holds for all of its channels
// would have to be said of each.
func (a *Client) Parent(ctx context.Context, channelID string) (string, error) {
	channel, err := decoded[discordgo.Channel](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/channels/{channel}", Args: []string{channelID}})
	if err != nil || !channel.IsThread() {
		return "", err
	}
	return channel.ParentID, nil
}

// GuildOf asks which server a channel is of; empty for direct messages.
func (a *Client) GuildOf(ctx context.Context, channelID string) (string, error) {
	channel, err := decoded[discordgo.Channel](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/channels/{channel}", Args: []string{channelID}})
	return channel.GuildID, err
}
