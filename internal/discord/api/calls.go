// Package api is what passes between the bot and Discord: the calls that the bot makes and what goes out in them, the events that come in, and
// the limits of both.
//
// It is the second door of discordgo, for the types of events, embeds and components. It must not know what is said in a message, or why.
// Nothing that it builds can ping anyone.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"faqbot/internal/discord/gateway"
	"faqbot/internal/discord/rest"
)

// responseTimeout bounds one try of a first response, whose window is ResponseWindow in all.
const responseTimeout = 2 * time.Second

// answerTries bounds the calls that bring a member's answer. They are made until the time for them is over, rather than given up in the
// first second of an outage: the waits between so many tries are eight seconds in the mean. All of them do no harm a second time.
const answerTries = 6

// Client makes the calls that the bot makes; rest says how they fail. It is safe for concurrent use.
type Client struct{ Rest *rest.Client }

// Application is what the bot needs to know of its own application.
type Application struct {
	ID       string `json:"id"`
	Endpoint string `json:"interactions_endpoint_url"`
	Flags    int64  `json:"flags"`
}

// decoded makes a call and decodes its answer into T.
func decoded[T any](ctx context.Context, client *rest.Client, c rest.Call) (T, error) {
	var out T
	body, err := client.Do(ctx, c)
	if err != nil {
		return out, err
	}
	if json.Unmarshal(body, &out) != nil { // the error may quote the answer
		return out, fmt.Errorf("%s: the answer is not what was expected", c)
	}
	return out, nil
}

// done makes a call whose answer does not matter.
func (a *Client) done(ctx context.Context, c rest.Call) error {
	_, err := a.Rest.Do(ctx, c)
	return err
}

// GatewayBot asks where the gateway is, and how many sessions may be started.
func (a *Client) GatewayBot(ctx context.Context) (gateway.Bot, error) {
	return decoded[gateway.Bot](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/gateway/bot"})
}

// Me asks for the id of the bot's own user.
func (a *Client) Me(ctx context.Context) (string, error) {
	user, err := decoded[struct {
		ID string `json:"id"`
	}](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/users/@me"})
	return user.ID, err
}

// Application asks for the bot's application.
func (a *Client) Application(ctx context.Context) (Application, error) {
	return decoded[Application](ctx, a.Rest, rest.Call{Method: http.MethodGet, Route: "/applications/@me"})
}

// commandsCall addresses the commands of a scope: global ones when guildID is empty.
func commandsCall(method, appID, guildID string) rest.Call {
	if guildID == "" {
		return rest.Call{Method: method, Route: "/applications/{application}/commands", Args: []string{appID}}
	}
	return rest.Call{Method: method, Route: "/applications/{application}/guilds/{guild}/commands", Args: []string{appID, guildID}}
}

// GetCommands asks for the Command commands of a server, or the global ones when guildID is empty.
func (a *Client) GetCommands(ctx context.Context, appID, guildID string) ([]Command, error) {
	c := commandsCall(http.MethodGet, appID, guildID)
	c.Query = url.Values{"with_localizations": {"true"}}
	return decoded[[]Command](ctx, a.Rest, c)
}

// PutCommands replaces all commands of a server, or the global ones when guildID is empty. There must be one at least.
func (a *Client) PutCommands(ctx context.Context, appID, guildID string, commands []Command) error {
	c := commandsCall(http.MethodPut, appID, guildID)
	c.Body = commands
	return a.done(ctx, c)
}

// CreateResponse sends the first response to an interaction. It succeeds too when an earlier try of the same call turns out to have
// arrived. One that another process has answered fails with rest.CodeAlreadyAcknowledged. It gives up after ResponseWindow: nobody
// would see a later response.
func (a *Client) CreateResponse(ctx context.Context, interactionID, token string, response InteractionResponse) error {
	ctx, cancel := context.WithTimeout(ctx, ResponseWindow)
	defer cancel()
	return a.done(ctx, rest.Call{
		Method: http.MethodPost, Route: "/interactions/{interaction}/{token}/callback", Args: []string{interactionID, token},
		Body: response, Files: response.files, Timeout: responseTimeout, Tries: answerTries, Callback: true,
	})
}

// EditResponse changes the first response to an interaction, or brings what it promised.
func (a *Client) EditResponse(ctx context.Context, applicationID, token string, m Body) error {
	return a.done(ctx, rest.Call{
		Method: http.MethodPatch, Route: "/webhooks/{application}/{token}/messages/@original", Args: []string{applicationID, token},
		Body: m.change(), Files: m.files(), Tries: answerTries, Callback: true,
	})
}

// CreateMessage posts into a channel, once (see NewMessage.Nonce), and returns the message's id.
func (a *Client) CreateMessage(ctx context.Context, channelID string, m NewMessage) (string, error) {
	p := m.Create()
	p.Nonce, p.EnforceNonce = m.Nonce, true
	if m.ReplyTo != "" {
		p.MessageReference = &reference{m.ReplyTo, m.OnlyReply}
	}
	made, err := decoded[struct {
		ID string `json:"id"`
	}](ctx, a.Rest, rest.Call{
		Method: http.MethodPost, Route: "/channels/{channel}/messages", Args: []string{channelID}, Body: p, Files: m.files(),
		Tries: answerTries,
	})
	return made.ID, err
}

// OpenDirect returns the channel of the direct messages with somebody. Discord opens one with anybody; whether they take messages shows
// only when one is sent (CodeNoDirect).
func (a *Client) OpenDirect(ctx context.Context, userID string) (string, error) {
	channel, err := decoded[struct {
		ID string `json:"id"`
	}](ctx, a.Rest, rest.Call{
		Method: http.MethodPost, Route: "/users/@me/channels", Body: map[string]string{"recipient_id": userID}, Tries: answerTries,
	})
	return channel.ID, err
}

// DeleteMessage takes a message away; one that is gone already is fine.
func (a *Client) DeleteMessage(ctx context.Context, channelID, messageID string) error {
	err := a.done(ctx, rest.Call{
		Method: http.MethodDelete, Route: "/channels/{channel}/messages/{message}", Args: []string{channelID, messageID},
	})
	if rest.IsCode(err, CodeUnknownMessage) {
		return nil
	}
	return err
}
