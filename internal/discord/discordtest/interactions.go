package discordtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Types of interactions and of the responses to them.
const (
	typeCommand, typeComponent, typeAutocomplete, typeModal                           = 2, 3, 4, 5
	replyMessage, replyDefer, replyDeferUpdate, replyUpdate, replyChoices, replyModal = 4, 5, 6, 7, 8, 9
)

// maxUserFollowups is the cap on follow-ups where only the member installed the application.
const maxUserFollowups = 5

// Response is the bot's first response to an interaction, as accepted.
type Response struct {
	Type      int             // 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal
	Data      json.RawMessage // as sent; nil when there was none
	Files     []File          // uploads
	MessageID string          // of the message that it made or changed, empty for choices and modals
	After     time.Duration   // since the interaction was sent
}

// Change is what the bot did to an interaction's messages after its first response.
type Change struct {
	Kind      string          // "followup", "edit" or "delete"
	Original  bool            // it concerns @original
	MessageID string          // the message
	Data      json.RawMessage // as sent; nil for a deletion
	Files     []File          // uploads
}

// exchange is one interaction and all that the bot answered.
type exchange struct {
	in       Interaction
	sent     time.Time
	expired  bool
	response *Response
	original string // message id of @original; empty while there is none
	changes  []Change
}

func interactionRoutes() []route {
	const hook = "/webhooks/{app}/{token}"
	return []route{
		{"POST /interactions/{id}/{token}/callback", checkCallback, (*Server).callback},
		{"POST " + hook, checkCreate, (*Server).followup},
		{"GET " + hook + "/messages/{message}", nil, (*Server).getFollowup},
		{"PATCH " + hook + "/messages/{message}", checkEdit, (*Server).editFollowup},
		{"DELETE " + hook + "/messages/{message}", nil, (*Server).deleteFollowup},
	}
}

// Send sends an interaction to the bot, and waits for its first response.
func (s *Server) Send(ctx context.Context, in Interaction) (Response, error) {
	if err := s.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
		return Response{}, err
	}
	return s.Response(ctx, in)
}

// Response waits for the first response to an interaction.
func (s *Server) Response(ctx context.Context, in Interaction) (Response, error) {
	var got Response
	err := s.signal.await(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		x, ok := s.exchanges.get(in.Token)
		if ok && x.response != nil {
			got = *x.response
		}
		return got.Type != 0
	})
	return got, s.explain("the response to interaction "+in.ID, err)
}

// Change waits for the nth change after the first response, counted from 0.
func (s *Server) Change(ctx context.Context, in Interaction, n int) (Change, error) {
	var got Change
	err := s.signal.await(ctx, func() bool {
		changes := s.Changes(in)
		if n < len(changes) {
			got = changes[n]
		}
		return n < len(changes)
	})
	return got, s.explain(fmt.Sprintf("change %d of interaction %s", n, in.ID), err)
}

// Changes returns the changes so far.
func (s *Server) Changes(in Interaction) []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, ok := s.exchanges.get(in.Token); ok {
		return slices.Clone(x.changes)
	}
	return nil
}

// Original returns the message at @original as the member sees it now; false when there is none.
func (s *Server) Original(in Interaction) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.exchanges.get(in.Token)
	if !ok {
		return nil, false
	}
	m, ok := s.messages.get(x.original)
	if !ok {
		return nil, false
	}
	return raw(m), true
}

// Expire ends an interaction at once: a first response is too late, and so is any follow-up.
func (s *Server) Expire(in Interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, ok := s.exchanges.get(in.Token); ok {
		x.expired = true
	}
}

func checkCallback(f *checker, c *call) {
	var body struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	f.decode("callback", c.Body, &body)
	switch body.Type {
	case replyMessage:
		f.message(body.Data, false, len(c.Files))
	case replyUpdate:
		f.message(body.Data, true, len(c.Files))
	case replyDefer:
		if rest := flags(object(body.Data)) &^ flagEphemeral; rest != 0 {
			f.bad("a deferred response may carry the flag EPHEMERAL only, not %d", rest)
		}
	case replyDeferUpdate:
	case replyChoices:
		f.choices(body.Data)
	case replyModal:
		f.modal(body.Data)
	default:
		f.bad("unknown callback type %d", body.Type)
	}
}

// suits tells whether an interaction may be answered by a type of response.
func suits(in Interaction, reply int) bool {
	switch in.kind {
	case typeAutocomplete:
		return reply == replyChoices
	case typeComponent:
		return reply != replyChoices
	case typeModal:
		update := reply == replyUpdate || reply == replyDeferUpdate
		return reply == replyMessage || reply == replyDefer || update && in.Payload["message"] != nil
	default:
		return reply == replyMessage || reply == replyDefer || reply == replyModal
	}
}

func (s *Server) callback(c *call) Answer {
	var body struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	_ = json.Unmarshal(c.Body, &body) // checkCallback has seen to it that this works
	kind := body.Type
	x, ok := s.exchanges.get(c.http.PathValue("token"))
	switch {
	case !ok || x.in.ID != c.http.PathValue("id"):
		return Failure(http.StatusNotFound, 10062, "Unknown interaction")
	case x.response != nil:
		return Failure(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case x.expired || time.Since(x.sent) > s.opts.ResponseWindow:
		return Failure(http.StatusNotFound, 10062, "Unknown interaction")
	case !suits(x.in, kind):
		s.problems = append(s.problems, fmt.Errorf("%s: callback type %d does not suit interaction type %d", c.Path, kind, x.in.kind))
		return Failure(http.StatusBadRequest, 50035, "Invalid Form Body: type: callback type does not suit the interaction")
	}
	s.applyResponse(x, kind, object(body.Data), c.Files)
	x.response = &Response{Type: kind, Data: body.Data, Files: c.Files, MessageID: x.original, After: time.Since(x.sent)}
	if c.http.URL.Query().Get("with_response") != "true" {
		return Answer{Status: http.StatusNoContent}
	}
	resource := Object{"type": kind}
	if m, ok := s.messages.get(x.original); ok {
		resource["message"] = m
	}
	return jsonAnswer(http.StatusOK, Object{
		"interaction": Object{"id": x.in.ID, "type": x.in.kind, "response_message_id": x.original}, "resource": resource,
	})
}

// applyResponse makes or changes the message that a first response is about.
func (s *Server) applyResponse(x *exchange, kind int, data Object, files []File) {
	switch kind {
	case replyMessage, replyDefer:
		m := s.hookMessage(x, data, files)
		if kind == replyDefer {
			m["flags"] = flags(m) | flagLoading
		}
		x.original = m["id"].(string)
	case replyUpdate, replyDeferUpdate:
		sat, _ := x.in.Payload["message"].(Object)
		x.original, _ = sat["id"].(string)
		if m, ok := s.messages.get(x.original); ok && kind == replyUpdate {
			s.edit(m, data, files)
		}
	}
}

// hookMessage makes a message that belongs to an interaction.
func (s *Server) hookMessage(x *exchange, data Object, files []File) Object {
	channel, _ := x.in.Payload["channel_id"].(string)
	m := s.newMessage(channel, data, files)
	m["type"], m["webhook_id"], m["application_id"] = 20, s.AppID, s.AppID
	meta := Object{"id": x.in.ID, "type": x.in.kind, "authorizing_integration_owners": x.in.Payload["authorizing_integration_owners"]}
	if sat, ok := x.in.Payload["message"].(Object); ok {
		meta["interacted_message_id"] = sat["id"]
	}
	if x.in.kind == typeModal {
		meta["triggering_interaction_metadata"] = Object{"id": s.ids.next(), "type": typeCommand, "authorizing_integration_owners": Object{}}
	}
	m["interaction_metadata"] = meta
	s.messages.put(m["id"].(string), m)
	return m
}

// open finds the exchange of a webhook route that may still be used; otherwise it gives the refusal.
func (s *Server) open(c *call) (*exchange, Answer) {
	x, ok := s.exchanges.get(c.http.PathValue("token"))
	switch {
	case c.http.PathValue("app") != s.AppID:
		return nil, Failure(http.StatusNotFound, 10015, "Unknown Webhook")
	case !ok || x.expired || time.Since(x.sent) > s.opts.TokenLife:
		return nil, Failure(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case x.response == nil:
		return nil, Failure(http.StatusNotFound, 10015, "Unknown Webhook")
	}
	return x, Answer{}
}

// target finds the message of a webhook route.
func (s *Server) target(c *call) (*exchange, Object, Answer) {
	x, refusal := s.open(c)
	if x == nil {
		return nil, nil, refusal
	}
	id := c.http.PathValue("message")
	if id == "@original" {
		id = x.original
	}
	m, ok := s.messages.get(id)
	mine := id == x.original || slices.ContainsFunc(x.changes, func(ch Change) bool { return ch.MessageID == id })
	if !ok || !mine {
		return nil, nil, unknownMessage()
	}
	return x, m, Answer{}
}

func (s *Server) followup(c *call) Answer {
	x, refusal := s.open(c)
	if x == nil {
		return refusal
	}
	if m, ok := s.messages.get(x.original); ok && flags(m)&flagLoading != 0 {
		// For compatibility, the first follow-up after a deferral edits the loading message.
		return s.change(c, x, m)
	}
	count := 0
	for _, ch := range x.changes {
		if ch.Kind == "followup" {
			count++
		}
	}
	if owners, _ := x.in.Payload["authorizing_integration_owners"].(Object); owners["0"] == nil && count >= maxUserFollowups {
		return Failure(http.StatusBadRequest, 40094, "This interaction has reached the maximum number of follow-up messages")
	}
	m := s.hookMessage(x, object(c.Body), c.Files)
	x.changes = append(x.changes, Change{Kind: "followup", MessageID: m["id"].(string), Data: c.Body, Files: c.Files})
	return jsonAnswer(http.StatusOK, m)
}

func (s *Server) getFollowup(c *call) Answer {
	x, m, refusal := s.target(c)
	if x == nil {
		return refusal
	}
	return jsonAnswer(http.StatusOK, m)
}

func (s *Server) editFollowup(c *call) Answer {
	x, m, refusal := s.target(c)
	if x == nil {
		return refusal
	}
	return s.change(c, x, m)
}

func (s *Server) change(c *call, x *exchange, m Object) Answer {
	s.edit(m, object(c.Body), c.Files)
	id := m["id"].(string)
	x.changes = append(x.changes, Change{Kind: "edit", Original: id == x.original, MessageID: id, Data: c.Body, Files: c.Files})
	return jsonAnswer(http.StatusOK, m)
}

func (s *Server) deleteFollowup(c *call) Answer {
	x, m, refusal := s.target(c)
	if x == nil {
		return refusal
	}
	id := m["id"].(string)
	s.forget(m["channel_id"].(string), id)
	x.changes = append(x.changes, Change{Kind: "delete", Original: id == x.original, MessageID: id})
	return Answer{Status: http.StatusNoContent}
}
