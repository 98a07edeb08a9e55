package discord

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

// responseTimeout bounds one try of a first response, whose window is responseWindow in all.
const responseTimeout = 2 * time.Second

// api makes the calls that the bot makes; rest says how they fail. It is safe for concurrent use.
type api struct{ client *rest.Client }

// application is what the bot needs to know of its own application.
type application struct {
	ID       string `json:"id"`
	Endpoint string `json:"interactions_endpoint_url"`
}

// decoded makes a call and decodes its answer into T.
func decoded[T any](ctx context.Context, client *rest.Client, c rest.Call) (T, error) {
	var out T
	body, err := client.Do(ctx, c)
	if err != nil {
		return out, err //nolint:wrapcheck // it names the call
	}
	if json.Unmarshal(body, &out) != nil { // the error may quote the answer
		return out, fmt.Errorf("%s: the answer is not what was expected", c)
	}
	return out, nil
}

// done makes a call whose answer does not matter.
func (a *api) done(ctx context.Context, c rest.Call) error {
	_, err := a.client.Do(ctx, c)
	return err //nolint:wrapcheck // it names the call
}

// gatewayBot asks where the gateway is, and how many sessions may be started.
func (a *api) gatewayBot(ctx context.Context) (gateway.Bot, error) {
	return decoded[gateway.Bot](ctx, a.client, rest.Call{Method: http.MethodGet, Route: "/gateway/bot"})
}

// me asks for the id of the bot's own user.
func (a *api) me(ctx context.Context) (string, error) {
	user, err := decoded[struct {
		ID string `json:"id"`
	}](ctx, a.client, rest.Call{Method: http.MethodGet, Route: "/users/@me"})
	return user.ID, err
}

// application asks for the bot's application.
func (a *api) application(ctx context.Context) (application, error) {
	return decoded[application](ctx, a.client, rest.Call{Method: http.MethodGet, Route: "/applications/@me"})
}

// commandsCall addresses the commands of a scope: global ones when guildID is empty.
func commandsCall(method, appID, guildID string) rest.Call {
	if guildID == "" {
		return rest.Call{Method: method, Route: "/applications/{application}/commands", Args: []string{appID}}
	}
	return rest.Call{Method: method, Route: "/applications/{application}/guilds/{guild}/commands", Args: []string{appID, guildID}}
}

// getCommands asks for the registered commands of a server, or the global ones when guildID is empty.
func (a *api) getCommands(ctx context.Context, appID, guildID string) ([]registered, error) {
	c := commandsCall(http.MethodGet, appID, guildID)
	c.Query = url.Values{"with_localizations": {"true"}}
	return decoded[[]registered](ctx, a.client, c)
}

// putCommands replaces all commands of a server, or the global ones when guildID is empty. There must be one at least.
func (a *api) putCommands(ctx context.Context, appID, guildID string, commands []registered) error {
	c := commandsCall(http.MethodPut, appID, guildID)
	c.Body = commands
	return a.done(ctx, c)
}

// createResponse sends the first response to an interaction. It succeeds too when an earlier try of the same call turns out to have
// arrived. One that another process has answered fails with rest.CodeAlreadyAcknowledged. It gives up after responseWindow: nobody
// would see a later response.
func (a *api) createResponse(ctx context.Context, interactionID, token string, response interactionResponse) error {
	ctx, cancel := context.WithTimeout(ctx, responseWindow)
	defer cancel()
	return a.done(ctx, rest.Call{
		Method: http.MethodPost, Route: "/interactions/{interaction}/{token}/callback", Args: []string{interactionID, token},
		Body: response, Timeout: responseTimeout, Callback: true,
	})
}

// createMessage posts into a channel, once (see newMessage.Nonce).
func (a *api) createMessage(ctx context.Context, channelID string, m newMessage) error {
	p := m.create()
	p.Nonce, p.EnforceNonce = m.Nonce, true
	if m.ReplyTo != "" {
		p.MessageReference = &reference{MessageID: m.ReplyTo}
	}
	return a.done(ctx, rest.Call{Method: http.MethodPost, Route: "/channels/{channel}/messages", Args: []string{channelID}, Body: p})
}

// deleteMessage takes a message away; one that is gone already is fine.
func (a *api) deleteMessage(ctx context.Context, channelID, messageID string) error {
	err := a.done(ctx, rest.Call{
		Method: http.MethodDelete, Route: "/channels/{channel}/messages/{message}", Args: []string{channelID, messageID},
	})
	if rest.IsCode(err, codeUnknownMessage) {
		return nil
	}
	return err
}
