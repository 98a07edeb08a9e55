package discordtest

import (
	"maps"
	"strings"
)

// The intents that decide what a session hears.
const (
	intentGuilds         = 1 << 0
	intentGuildMessages  = 1 << 9
	intentDirectMessages = 1 << 12
	intentMessageContent = 1 << 15
)

// ready is the payload of READY.
func (s *Server) ready(of *session) Object {
	return Object{
		"v": 10, "user": s.botUser(), "guilds": []Object{{"id": s.GuildID, "unavailable": true}}, "session_id": of.id,
		"resume_gateway_url": s.GatewayURL() + "/resume", "session_type": "normal", "shard": of.shard, "private_channels": []any{},
		"application": Object{"id": s.AppID, "flags": 1 << 19},
	}
}

// view is an event as a session with these intents gets it; false when it does not.
func (s *Server) view(event string, o Object, intents int64) (Object, bool) {
	need := int64(0)
	inGuild := o["guild_id"] != nil
	switch {
	case strings.HasPrefix(event, "MESSAGE_") && inGuild:
		need = intentGuildMessages
	case strings.HasPrefix(event, "MESSAGE_"), event == "CHANNEL_PINS_UPDATE" && !inGuild:
		need = intentDirectMessages
	case strings.HasPrefix(event, "GUILD_"), strings.HasPrefix(event, "CHANNEL_"), strings.HasPrefix(event, "THREAD_"):
		need = intentGuilds
	}
	if intents&need != need {
		return nil, false
	}
	if strings.HasPrefix(event, "MESSAGE_") && inGuild && intents&intentMessageContent == 0 {
		return s.blank(o), true
	}
	return o, true
}

// blank is a guild message without what needs the message content intent, unless the bot wrote it or is mentioned in it.
func (s *Server) blank(m Object) Object {
	m = maps.Clone(m)
	if replied, ok := m["referenced_message"].(Object); ok {
		m["referenced_message"] = s.blank(replied)
	}
	mentions, _ := m["mentions"].([]any)
	for _, u := range mentions {
		if u, ok := u.(Object); ok && u["id"] == s.BotID {
			return m
		}
	}
	if s.own(m) {
		return m
	}
	if _, ok := m["content"]; ok {
		m["content"] = ""
	}
	for _, key := range []string{"embeds", "attachments", "components"} {
		if _, ok := m[key]; ok {
			m[key] = []any{}
		}
	}
	delete(m, "poll")
	return m
}
