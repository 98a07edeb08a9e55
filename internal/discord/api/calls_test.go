package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
)

// A callCase is a call and what goes over the wire for it.
type callCase struct {
	name, line, body string
	call             func(context.Context, *Client) error
}

const pingsNobody = `"allowed_mentions":{"parse":[],"replied_user":false}`

func responseCases() []callCase {
	respond := func(r InteractionResponse) func(context.Context, *Client) error {
		return func(ctx context.Context, a *Client) error { return a.CreateResponse(ctx, "1", "t", r) }
	}
	body := Body{Content: "hi", Flags: discordgo.MessageFlagsEphemeral}
	const line = "POST /api/v10/interactions/1/t/callback"
	return []callCase{
		{"respond", line, `{"type":4,"data":{"content":"hi","flags":64,` + pingsNobody + `}}`, respond(RespondMessage(body))},
		{
			"update", line, `{"type":7,"data":{"content":"hi","embeds":[],"components":[],` + pingsNobody + `,"attachments":[]}}`,
			respond(RespondUpdate(body)),
		},
		{"choices", line, `{"type":8,"data":{"choices":[{"name":"N","value":"v"}]}}`, respond(RespondChoices([]Choice{{"N", "v"}}))},
		{"no choices", line, `{"type":8,"data":{"choices":[]}}`, respond(RespondChoices(nil))},
	}
}

func otherCases() []callCase {
	return []callCase{
		{
			"create", "POST /api/v10/channels/3/messages",
			`{"content":"hi",` + pingsNobody + `,"message_reference":{"message_id":"4","fail_if_not_exists":false},"nonce":"n","enforce_nonce":true}`,
			func(ctx context.Context, a *Client) error {
				_, err := a.CreateMessage(ctx, "3", NewMessage{Body: Body{Content: "hi"}, ReplyTo: "4", Nonce: "n"})
				return err
			},
		},
		{
			"create a reply or nothing", "POST /api/v10/channels/3/messages",
			`{"content":"hi",` + pingsNobody + `,"message_reference":{"message_id":"4","fail_if_not_exists":true},"nonce":"n","enforce_nonce":true}`,
			func(ctx context.Context, a *Client) error {
				_, err := a.CreateMessage(ctx, "3", NewMessage{Body: Body{Content: "hi"}, ReplyTo: "4", OnlyReply: true, Nonce: "n"})
				return err
			},
		},
		{
			"direct messages", "POST /api/v10/users/@me/channels", `{"recipient_id":"7"}`,
			func(ctx context.Context, a *Client) error { _, err := a.OpenDirect(ctx, "7"); return err },
		},
		{
			"delete", "DELETE /api/v10/channels/3/messages/4", "",
			func(ctx context.Context, a *Client) error { return a.DeleteMessage(ctx, "3", "4") },
		},
		{"gateway", "GET /api/v10/gateway/bot", "", func(ctx context.Context, a *Client) error { _, err := a.GatewayBot(ctx); return err }},
		{"me", "GET /api/v10/users/@me", "", func(ctx context.Context, a *Client) error { _, err := a.Me(ctx); return err }},
		{"application", "GET /api/v10/applications/@me", "", func(ctx context.Context, a *Client) error { _, err := a.Application(ctx); return err }},
		{
			"commands", "PUT /api/v10/applications/1/commands", `[{"type":1,"name":"ask","description":"d"}]`,
			func(ctx context.Context, a *Client) error {
				return a.PutCommands(ctx, "1", "", []Command{{Type: 1, Name: "ask", Description: "d"}})
			},
		},
		{
			"guild commands", "PUT /api/v10/applications/1/guilds/2/commands", `[{"type":1,"name":"ask","description":"d"}]`,
			func(ctx context.Context, a *Client) error {
				return a.PutCommands(ctx, "1", "2", []Command{{Type: 1, Name: "ask", Description: "d"}})
			},
		},
	}
}

// answering returns calls of a server that answers every one in the same way, and the last request: method, URI and body.
func answering(t *testing.T, status int, answer string) (*Client, *[2]string) {
	t.Helper()
	var last [2]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = [2]string{r.Method + " " + r.RequestURI, string(body)}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return newAPI(t, server.URL, "token", slog.New(slog.DiscardHandler)), &last
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for _, test := range append(responseCases(), otherCases()...) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, last := answering(t, http.StatusOK, `{"id":"7"}`)
			if err := test.call(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if last[0] != test.line || last[1] != test.body {
				t.Errorf("sent\n%s\n%s\nwant\n%s\n%s", last[0], last[1], test.line, test.body)
			}
		})
	}
}

func TestGetCommands(t *testing.T) {
	t.Parallel()
	a, last := answering(t, http.StatusOK, `[{"id":"1","type":1,"name":"ask","description":"d","contexts":null,"options":[]}]`)
	got, err := a.GetCommands(t.Context(), "1", "")
	if err != nil || len(got) != 1 || got[0].Name != "ask" {
		t.Errorf("got %v, %v", got, err)
	}
	if last[0] != "GET /api/v10/applications/1/commands?with_localizations=true" {
		t.Error(last[0])
	}
}

func TestGoneMessageIsDeleted(t *testing.T) {
	t.Parallel()
	a, _ := answering(t, http.StatusNotFound, `{"code":10008,"message":"Unknown Message"}`)
	if err := a.DeleteMessage(t.Context(), "1", "2"); err != nil {
		t.Error(err)
	}
}

// TestNonsense: an answer that cannot be read is an error that does not quote it.
func TestNonsense(t *testing.T) {
	t.Parallel()
	a, _ := answering(t, http.StatusOK, "PAYLOAD")
	if _, err := a.Me(t.Context()); err == nil || strings.Contains(err.Error(), "PAYLOAD") {
		t.Error(err)
	}
}

// TestNonce: Discord takes no nonce that is longer, and no two calls have the same one.
func TestNonce(t *testing.T) {
	t.Parallel()
	if n := Nonce("1", "a"); len(n) != MaxNonceRunes || n != Nonce("1", "a") || n == Nonce("1", "b") || n == Nonce("1a", "") {
		t.Error(n)
	}
}

// TestIsGone: Discord says in two ways that there is no message to answer.
func TestIsGone(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		`{"code":10008,"message":"Unknown Message"}`: true,
		`{"code":50035,"message":"Invalid Form Body","errors":{"message_reference":{"_errors":[{"code":"REPLIES_UNKNOWN_MESSAGE","message":"Unknown message"}]}}}`: true,
		`{"code":50035,"message":"Invalid Form Body","errors":{"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"no"}]}}}`:                           false,
		`{"code":10003,"message":"Unknown Channel"}`: false,
	} {
		a, _ := answering(t, http.StatusBadRequest, answer)
		if _, err := a.CreateMessage(t.Context(), "3", NewMessage{Nonce: "n"}); IsGone(err) != want {
			t.Errorf("%s: %v", answer, err)
		}
	}
}
