package discordtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// maxPins is Discord's cap for a channel.
const maxPins = 250

// pin is one pinned message.
type pin struct {
	message string
	at      time.Time
}

func messageRoutes() []route {
	const channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
	return []route{
		{"GET " + channel, nil, (*Server).getChannel},
		{"POST " + channel + "/typing", nil, func(*Server, *call) Answer { return Answer{Status: http.StatusNoContent} }},
		{"POST " + channel + "/messages", checkCreate, (*Server).createMessage},
		{"GET " + channel + "/messages", nil, (*Server).getMessages},
		{"GET " + message, nil, (*Server).getMessage},
		{"PATCH " + message, checkEdit, (*Server).editMessage},
		{"DELETE " + message, nil, (*Server).deleteMessage},
		{"GET " + channel + "/messages/pins", nil, (*Server).getPins},
		{"PUT " + channel + "/messages/pins/{message}", nil, (*Server).putPin},
		{"DELETE " + channel + "/messages/pins/{message}", nil, (*Server).deletePin},
	}
}

// Message returns a message as GET would, also an ephemeral one; false when it never was or is deleted.
func (s *Server) Message(channelID, messageID string) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.message(channelID, messageID)
	if !ok {
		return nil, false
	}
	return raw(m), true
}

// Messages returns all of a channel's messages, oldest first: the bot's, ephemeral ones included, and those dispatched.
func (s *Server) Messages(channelID string) []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []json.RawMessage
	for _, id := range s.messages.keys {
		if m, ok := s.message(channelID, id); ok {
			all = append(all, raw(m))
		}
	}
	return all
}

func (s *Server) message(channelID, messageID string) (Object, bool) {
	m, ok := s.messages.get(messageID)
	return m, ok && m["channel_id"] == channelID
}

func unknownMessage() Answer { return Failure(http.StatusNotFound, 10008, "Unknown Message") }

func (s *Server) getChannel(c *call) Answer {
	id := c.http.PathValue("channel")
	guild, ok := s.channels.get(id)
	switch {
	case !ok:
		return Failure(http.StatusNotFound, 10003, "Unknown Channel")
	case guild == "":
		return jsonAnswer(http.StatusOK, Object{"id": id, "type": 1, "flags": 0, "recipients": []Object{user(s.UserID, "member", false)}})
	default:
		return jsonAnswer(http.StatusOK, Object{
			"id": id, "type": 0, "flags": 0, "position": 0, "guild_id": guild, "name": "general", "parent_id": nil, "nsfw": false,
		})
	}
}

func (s *Server) createMessage(c *call) Answer {
	channel, body := c.http.PathValue("channel"), object(c.Body)
	nonce := ""
	if body["enforce_nonce"] == true && body["nonce"] != nil {
		nonce = fmt.Sprint(channel, " ", body["nonce"])
		if id, ok := s.nonces.get(nonce); ok {
			if m, ok := s.message(channel, id); ok {
				return jsonAnswer(http.StatusOK, m)
			}
		}
	}
	m := s.newMessage(channel, body, c.Files)
	if ref, ok := body["message_reference"].(Object); ok {
		id, _ := ref["message_id"].(string)
		replied, known := s.message(channel, id)
		if !known && ref["fail_if_not_exists"] != false {
			return jsonAnswer(http.StatusBadRequest, Object{"message": "Invalid Form Body", "code": 50035, "errors": Object{
				"message_reference": Object{"_errors": []Object{{"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}}},
			}})
		}
		if known {
			m["type"], m["message_reference"] = 19, Object{"type": 0, "channel_id": channel, "message_id": id}
			m["referenced_message"] = maps.Clone(replied)
		}
	}
	id := m["id"].(string)
	s.messages.put(id, m)
	if nonce != "" {
		s.nonces.put(nonce, id)
	}
	s.echo(c, "MESSAGE_CREATE", m)
	return jsonAnswer(http.StatusOK, m)
}

// getMessages knows of the parameters after and limit alone: the messages next after an id, newest first.
func (s *Server) getMessages(c *call) Answer {
	query, limit := c.http.URL.Query(), 50
	if v := query.Get("limit"); v != "" {
		limit, _ = strconv.Atoi(v)
	}
	after, err := strconv.ParseUint(orDefault(query.Get("after"), "0"), 10, 64)
	if limit < 1 || limit > 100 || err != nil || query.Has("before") || query.Has("around") {
		return Failure(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	found := []Object{}
	for _, id := range s.messages.keys {
		m, ok := s.message(c.http.PathValue("channel"), id)
		if n, err := strconv.ParseUint(id, 10, 64); ok && err == nil && n > after && flags(m)&flagEphemeral == 0 && len(found) < limit {
			found = append(found, m)
		}
	}
	slices.Reverse(found)
	return jsonAnswer(http.StatusOK, found)
}

func (s *Server) getMessage(c *call) Answer {
	m, ok := s.message(c.http.PathValue("channel"), c.http.PathValue("message"))
	if !ok || flags(m)&flagEphemeral != 0 {
		return unknownMessage()
	}
	return jsonAnswer(http.StatusOK, m)
}

func (s *Server) editMessage(c *call) Answer {
	m, ok := s.message(c.http.PathValue("channel"), c.http.PathValue("message"))
	switch {
	case !ok || flags(m)&flagEphemeral != 0:
		return unknownMessage()
	case !s.own(m):
		return Failure(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	}
	s.edit(m, object(c.Body), c.Files)
	s.echo(c, "MESSAGE_UPDATE", m)
	return jsonAnswer(http.StatusOK, m)
}

func (s *Server) deleteMessage(c *call) Answer {
	channel, id := c.http.PathValue("channel"), c.http.PathValue("message")
	m, ok := s.message(channel, id)
	if !ok || flags(m)&flagEphemeral != 0 {
		return unknownMessage()
	}
	s.forget(channel, id)
	s.echo(c, "MESSAGE_DELETE", Object{"id": id, "channel_id": channel})
	return Answer{Status: http.StatusNoContent}
}

// forget removes a message and its pin.
func (s *Server) forget(channel, id string) {
	s.messages.remove(id)
	s.pins[channel] = slices.DeleteFunc(s.pins[channel], func(p pin) bool { return p.message == id })
}

func (s *Server) own(m Object) bool {
	author, _ := m["author"].(Object)
	return author["id"] == s.BotID
}

// newMessage is the message that a body asks for, not yet kept.
func (s *Server) newMessage(channel string, body Object, files []File) Object {
	m := Object{
		"id": s.ids.next(), "type": 0, "channel_id": channel, "author": s.botUser(), "content": "",
		"timestamp": s.now().UTC().Format(time.RFC3339Nano), "edited_timestamp": nil, "tts": false,
		"mention_everyone": false, "mentions": []any{}, "mention_roles": []any{}, "attachments": []any{}, "embeds": []any{},
		"components": []any{}, "pinned": false, "flags": 0,
	}
	if body["nonce"] != nil {
		m["nonce"] = body["nonce"]
	}
	s.fill(m, body, files)
	return m
}

// fill sets what a body may set of a message.
func (s *Server) fill(m, body Object, files []File) {
	for _, key := range []string{"content", "embeds", "components", "flags"} {
		if v, ok := body[key]; ok && v != nil {
			m[key] = v
		}
	}
	embeds, _ := m["embeds"].([]any)
	for _, e := range embeds {
		if e, ok := e.(Object); ok {
			e["type"] = "rich"
		}
	}
	if len(files) == 0 {
		return
	}
	attachments := []any{}
	for _, f := range files {
		id := s.ids.next()
		at := "https://cdn.discordapp.com/attachments/" + m["channel_id"].(string) + "/" + id + "/" + url.PathEscape(f.Name)
		attachments = append(attachments, Object{"id": id, "filename": f.Name, "size": len(f.Data), "url": at, "proxy_url": at})
	}
	m["attachments"] = attachments
}

// edit changes a kept message; a loading one is loading no more.
func (s *Server) edit(m, body Object, files []File) {
	before := flags(m)
	s.fill(m, body, files)
	// Only SUPPRESS_EMBEDS and IS_COMPONENTS_V2 follow an edit; whether it is ephemeral was settled by the first response.
	const editable = 1<<2 | flagV2
	m["flags"] = before&^(flagLoading|editable) | flags(m)&editable | before&flagV2
	m["edited_timestamp"] = s.now().UTC().Format(time.RFC3339Nano)
}

func (s *Server) getPins(c *call) Answer {
	channel, query := c.http.PathValue("channel"), c.http.URL.Query()
	limit, before := 50, s.now().Add(time.Hour)
	if v := query.Get("limit"); v != "" {
		limit, _ = strconv.Atoi(v)
	}
	if v := query.Get("before"); v != "" {
		before, _ = time.Parse(time.RFC3339Nano, v)
	}
	if limit < 1 || limit > 50 || before.IsZero() {
		return Failure(http.StatusBadRequest, 50035, "Invalid Form Body")
	}
	items, more := []Object{}, false
	for _, p := range s.pins[channel] {
		m, ok := s.message(channel, p.message)
		if !ok || !p.at.Before(before) {
			continue
		}
		if more = len(items) == limit; more {
			break
		}
		items = append(items, Object{"pinned_at": p.at.Format(time.RFC3339Nano), "message": m})
	}
	return jsonAnswer(http.StatusOK, Object{"items": items, "has_more": more})
}

func (s *Server) putPin(c *call) Answer {
	channel, id := c.http.PathValue("channel"), c.http.PathValue("message")
	m, ok := s.message(channel, id)
	pinned := slices.ContainsFunc(s.pins[channel], func(p pin) bool { return p.message == id })
	switch {
	case !ok:
		return unknownMessage()
	case !pinned && len(s.pins[channel]) >= maxPins:
		return Failure(http.StatusBadRequest, 30003, "Maximum number of pinned messages for this channel reached (250)")
	case !pinned:
		m["pinned"] = true
		s.pins[channel] = slices.Insert(s.pins[channel], 0, pin{id, s.now().UTC()})
		notice := s.newMessage(channel, Object{}, nil)
		notice["type"], notice["message_reference"] = 6, Object{"channel_id": channel, "message_id": id}
		s.messages.put(notice["id"].(string), notice)
		s.echo(c, "CHANNEL_PINS_UPDATE", Object{"channel_id": channel, "last_pin_timestamp": s.pins[channel][0].at})
		s.echo(c, "MESSAGE_CREATE", notice)
	}
	return Answer{Status: http.StatusNoContent}
}

func (s *Server) deletePin(c *call) Answer {
	channel, id := c.http.PathValue("channel"), c.http.PathValue("message")
	m, ok := s.message(channel, id)
	if !ok {
		return unknownMessage()
	}
	m["pinned"] = false
	s.pins[channel] = slices.DeleteFunc(s.pins[channel], func(p pin) bool { return p.message == id })
	s.echo(c, "CHANNEL_PINS_UPDATE", Object{"channel_id": channel, "last_pin_timestamp": nil})
	return Answer{Status: http.StatusNoContent}
}

// echo lets the bot hear on the gateway what it has just done; nobody needs to be listening.
func (s *Server) echo(c *call, event string, payload Object) {
	if s.opts.Quiet {
		return
	}
	payload = maps.Clone(payload)
	channel := payload["channel_id"].(string)
	guild, known := s.channels.get(channel)
	if !known {
		guild = s.GuildID
	}
	if guild != "" {
		payload["guild_id"] = guild
	}
	data := raw(payload)
	c.after = append(c.after, func() { _, _ = s.Gateway.deliver(event, data) })
}

// learn keeps what a dispatched event tells about messages and channels, so that REST agrees with the gateway.
func (s *Server) learn(event string, data json.RawMessage) {
	o := object(data)
	id, _ := o["id"].(string)
	channel, _ := o["channel_id"].(string)
	guild, _ := o["guild_id"].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	if channel != "" {
		s.channels.put(channel, guild)
	}
	switch event {
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		if known, ok := s.messages.get(id); ok {
			maps.Copy(known, o) // an update may be partial
			o = known
		}
		s.messages.put(id, o)
	case "MESSAGE_DELETE":
		s.forget(channel, id)
	case "INTERACTION_CREATE":
		token, _ := o["token"].(string)
		if x, ok := s.exchanges.get(token); ok {
			x.sent, x.in.Payload = time.Now(), o // the test may have changed what the builder made
		}
	}
}

const (
	flagEphemeral = 1 << 6
	flagLoading   = 1 << 7
	flagV2        = 1 << 15
)

func flags(m Object) int64 {
	switch v := m["flags"].(type) {
	case float64:
		return int64(v)
	case int64:
		return v
	case int:
		return int64(v)
	default:
		return 0
	}
}

// object decodes a body that is known to be JSON; anything but an object becomes an empty one.
func object(data []byte) Object {
	o := Object{}
	if json.Unmarshal(data, &o) != nil || o == nil {
		return Object{}
	}
	return o
}

func raw(v any) json.RawMessage { return json.RawMessage(jsonAnswer(0, v).Body) }
