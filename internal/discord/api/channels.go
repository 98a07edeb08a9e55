package api

import (
	"context"
	"net/http"

	"faqbot/internal/discord/rest"
)

// Parent asks for the channel that a thread is in; empty for a channel in no category, which has none.
func (a *Client) Parent(ctx context.Context, channelID string) (string, error) {
	channel, err := decoded[struct {
		Parent string `json:"parent_id"`
	}](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/channels/{channel}", Args: []string{channelID}})
	return channel.Parent, err
}
