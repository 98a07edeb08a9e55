package discordtest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Place is where an event happens.
type Place int

// The places, for From.
const (
	InGuild     Place = iota // a channel of a guild that has the bot
	InDM                     // the DM with the bot
	UserInstall              // a guild that does not have the bot, by a member who installed the application
	InOtherDM                // a group DM or a DM of two people, by a member who installed the application
)

// From says where an event happens and by whom. The zero value is the default user in the default channel and guild.
type From struct {
	Place       Place
	GuildID     string // Server.GuildID when empty, none in DMs
	ChannelID   string // Server.ChannelID, or Server.DMID in DMs, when empty
	UserID      string // Server.UserID when empty
	Locale      string // of the member's client; en-US when empty
	GuildLocale string // en-US when empty
	Permissions string // of the member in the channel; those of an ordinary member when empty
}

const (
	ordinaryMember = "2248473465835073" // what @everyone has in a new server
	botPermissions = "2251799813770240" // view, send, read history, embed links, pin
)

// Interaction is one interaction, and the payload of its INTERACTION_CREATE, which a test may change before dispatching.
type Interaction struct {
	ID, Token string
	Payload   Object
	kind      int
}

// MarshalJSON gives the payload, so that an Interaction can be handed to Dispatch.
func (in Interaction) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(in.Payload)
	if err != nil {
		return nil, fmt.Errorf("interaction %s: %w", in.ID, err)
	}
	return data, nil
}

// Feature names what an interaction uses: "command" with the name and the subcommand, "completion" with the same, or "component" or "form"
// with the first word of the custom id.
func (in Interaction) Feature() string {
	data, _ := in.Payload["data"].(Object)
	name, _ := data["name"].(string)
	path, _, _ := strings.Cut(fmt.Sprint(data["custom_id"]), "/")
	switch in.kind {
	case typeComponent:
		return "component " + path
	case typeModal:
		return "form " + path
	case typeAutocomplete:
		name = "completion " + name
	default:
		name = "command " + name
	}
	options, _ := data["options"].([]Arg)
	for len(options) > 0 && options[0].Type <= 2 {
		name += " " + options[0].Name
		options = options[0].Options
	}
	return name
}

// Arg is an option of a command as sent: a value, or for a subcommand or group its own options.
type Arg struct {
	Name    string `json:"name"`
	Type    int    `json:"type"` // by the Go type of Value when 0: string 3, int 4, bool 5, float64 10; none 1
	Value   any    `json:"value,omitempty"`
	Focused bool   `json:"focused,omitempty"` // the one being typed, for Autocomplete
	Options []Arg  `json:"options,omitempty"`
}

func typed(args []Arg) []Arg {
	var out []Arg
	for _, a := range args {
		if a.Type == 0 {
			switch a.Value.(type) {
			case nil:
				a.Type = 1
			case int, int64:
				a.Type = 4
			case bool:
				a.Type = 5
			case float64:
				a.Type = 10
			default:
				a.Type = 3
			}
		}
		a.Options = typed(a.Options)
		out = append(out, a)
	}
	return out
}

// Command is a slash command being sent.
func (s *Server) Command(from From, name string, args ...Arg) Interaction {
	return s.interaction(from, typeCommand, s.commandData(name, args))
}

// Autocomplete is a slash command being typed; one of the arguments should be Focused.
func (s *Server) Autocomplete(from From, name string, args ...Arg) Interaction {
	return s.interaction(from, typeAutocomplete, s.commandData(name, args))
}

func (s *Server) commandData(name string, args []Arg) Object {
	data := Object{"id": orDefault(s.CommandID(name), s.NewID()), "name": name, "type": 1}
	if len(args) > 0 {
		data["options"] = typed(args)
	}
	return data
}

// MessageCommand is a context-menu command on a message, such as one made by MessageCreate.
func (s *Server) MessageCommand(from From, name string, target Object) Interaction {
	data := s.commandData(name, nil)
	id, _ := target["id"].(string)
	data["type"], data["target_id"], data["resolved"] = 3, id, Object{"messages": Object{id: target}}
	return s.interaction(from, typeCommand, data)
}

// Button is a press of a button. message is what it sits on, anything that marshals to a message, such as what Original,
// Message or Response.Data hold; nil for an invented one.
func (s *Server) Button(from From, message any, customID string) Interaction {
	return s.component(from, message, Object{"component_type": 2, "custom_id": customID})
}

// Select is a choice in a string select; for message see Button.
func (s *Server) Select(from From, message any, customID string, values ...string) Interaction {
	return s.component(from, message, Object{"component_type": 3, "custom_id": customID, "values": values})
}

// SelectRoles is a choice in a role select, of roles that the fake makes up; for message see Button.
func (s *Server) SelectRoles(from From, message any, customID string, ids ...string) Interaction {
	roles := Object{}
	for _, id := range ids {
		roles[id] = Object{
			"id": id, "name": "role", "color": 0, "hoist": false, "position": 1, "permissions": "0", "managed": false, "mentionable": false, "flags": 0,
		}
	}
	return s.component(from, message, Object{
		"component_type": partRoleSelect, "custom_id": customID, "values": append([]string{}, ids...), "resolved": Object{"roles": roles},
	})
}

// SelectChannels is a choice in a channel select, of text channels of the guild, which the fake knows from then on; for message see Button.
func (s *Server) SelectChannels(from From, message any, customID string, ids ...string) Interaction {
	channels := Object{}
	for _, id := range ids {
		s.know(id, s.completed(from).GuildID)
		channels[id] = Object{"id": id, "name": "general", "type": 0, "permissions": ordinaryMember, "parent_id": nil}
	}
	return s.component(from, message, Object{
		"component_type": partChannelSelect, "custom_id": customID, "values": append([]string{}, ids...), "resolved": Object{"channels": channels},
	})
}

func (s *Server) know(channel, guild string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels.put(channel, guild)
}

func (s *Server) component(from From, message any, data Object) Interaction {
	in := s.interaction(from, typeComponent, data)
	in.Payload["message"] = s.sat(in, message)
	s.expect(in)
	return in
}

// sat completes the message that a component sits on, and keeps it if it is new.
func (s *Server) sat(in Interaction, message any) Object {
	channel := in.Payload["channel_id"].(string)
	m := s.newMessage(channel, object(raw(message)), nil)
	maps.Copy(m, object(raw(message)))
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := m["id"].(string)
	if _, known := s.messages.get(id); !known {
		s.messages.put(id, object(raw(m)))
	}
	return m
}

// Field is one text input of a submitted modal.
type Field struct{ CustomID, Value string }

// ModalSubmit is a modal sent back. Its fields are in Labels; with legacy true they are in action rows.
func (s *Server) ModalSubmit(from From, customID string, legacy bool, fields ...Field) Interaction {
	components := []Object{}
	for _, f := range fields {
		input := Object{"type": 4, "id": 2, "custom_id": f.CustomID, "value": f.Value}
		if legacy {
			components = append(components, Object{"type": 1, "id": 1, "components": []Object{input}})
		} else {
			components = append(components, Object{"type": 18, "id": 1, "component": input})
		}
	}
	return s.interaction(from, typeModal, Object{"custom_id": customID, "components": components})
}

// interaction builds what all kinds share, and from now on expects the response.
func (s *Server) interaction(from From, kind int, data Object) Interaction {
	from = s.completed(from)
	id := s.NewID()
	// Real tokens are opaque, base64 and about 200 letters long; some clients keep something for each.
	token := base64.RawURLEncoding.EncodeToString([]byte("interaction:" + id + ":" + strings.Repeat(rand.Text(), 4)))
	member := user(from.UserID, "member", false)
	p := Object{
		"id": id, "application_id": s.AppID, "type": kind, "data": data, "token": token, "version": 1, "channel_id": from.ChannelID,
		"app_permissions": botPermissions, "locale": from.Locale, "entitlements": []any{}, "attachment_size_limit": 10 << 20,
	}
	inGuild := from.GuildID != ""
	channel := Object{"id": from.ChannelID, "type": 1}
	if inGuild {
		channel = Object{"id": from.ChannelID, "type": 0, "guild_id": from.GuildID, "name": "general", "permissions": from.Permissions}
		p["guild_id"], p["guild_locale"] = from.GuildID, from.GuildLocale
		p["guild"] = Object{"id": from.GuildID, "locale": from.GuildLocale, "features": []string{}}
		p["member"] = guildMember(member, from.Permissions)
	} else {
		p["user"] = member
	}
	p["channel"] = channel
	switch from.Place {
	case InGuild:
		p["context"], p["authorizing_integration_owners"] = 0, Object{"0": from.GuildID}
	case InDM:
		p["context"], p["authorizing_integration_owners"] = 1, Object{"0": "0"}
	case UserInstall:
		p["context"], p["authorizing_integration_owners"] = 0, Object{"1": from.UserID}
	case InOtherDM:
		p["context"], p["authorizing_integration_owners"] = 2, Object{"1": from.UserID}
	}
	in := Interaction{ID: id, Token: token, Payload: p, kind: kind}
	s.expect(in)
	return in
}

// expect keeps a copy of the interaction: the test goes on writing to its own.
func (s *Server) expect(in Interaction) {
	in.Payload = object(raw(in.Payload))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges.put(in.Token, &exchange{in: in, sent: time.Now()})
}

// completed fills in the defaults.
func (s *Server) completed(f From) From {
	dm := f.Place == InDM || f.Place == InOtherDM
	f.UserID = orDefault(f.UserID, s.UserID)
	f.Locale = orDefault(f.Locale, "en-US")
	f.GuildLocale = orDefault(f.GuildLocale, "en-US")
	f.Permissions = orDefault(f.Permissions, ordinaryMember)
	if dm {
		f.GuildID = ""
		f.ChannelID = orDefault(f.ChannelID, s.DMID)
	} else {
		f.GuildID = orDefault(f.GuildID, s.GuildID)
		f.ChannelID = orDefault(f.ChannelID, s.ChannelID)
	}
	return f
}

// Post is a message that somebody writes.
type Post struct {
	From
	Content  string
	Mentions bool // it mentions the bot; unless Content holds the mention, it is put in front
	ReplyTo  any  // the message it replies to, anything that marshals to one; nil for none
	Ping     bool // the reply pings the author of that message
	Bot      bool // written by a bot
	Webhook  bool // written by a webhook
}

// MessageCreate is the payload of MESSAGE_CREATE. Content is blanked at dispatch for sessions that may not read it.
func (s *Server) MessageCreate(p Post) Object {
	from := s.completed(p.From)
	author := user(from.UserID, "member", p.Bot || p.Webhook)
	mentions := []Object{}
	if p.Mentions {
		mentions = append(mentions, s.botUser())
		if !strings.Contains(p.Content, s.BotID) {
			p.Content = strings.TrimSpace("<@" + s.BotID + "> " + p.Content)
		}
	}
	m := s.newMessage(from.ChannelID, Object{"content": p.Content}, nil)
	m["author"], m["nonce"] = author, s.NewID()
	if p.Webhook {
		m["webhook_id"] = from.UserID
	}
	if from.GuildID != "" {
		m["guild_id"] = from.GuildID
		if !p.Webhook {
			member := guildMember(author, "")
			delete(member, "user")
			delete(member, "permissions")
			m["member"] = member
		}
	}
	if p.ReplyTo != nil {
		replied := object(raw(p.ReplyTo))
		m["type"], m["referenced_message"] = 19, replied
		m["message_reference"] = Object{"type": 0, "channel_id": from.ChannelID, "message_id": replied["id"]}
		if author, ok := replied["author"].(Object); ok && p.Ping {
			mentions = append(mentions, author)
		}
	}
	m["mentions"] = mentions
	return m
}

// MessageUpdate is the payload of MESSAGE_UPDATE for a message of MessageCreate. With the same content it is the update that an
// unfurled link causes: edited_timestamp stays as it was.
func (s *Server) MessageUpdate(message Object, content string) Object {
	m := object(raw(message))
	if m["content"] != content {
		m["content"], m["edited_timestamp"] = content, s.now().UTC().Format(time.RFC3339Nano)
	}
	return m
}

// MessageDelete is the payload of MESSAGE_DELETE.
func (s *Server) MessageDelete(message Object) Object {
	d := Object{"id": message["id"], "channel_id": message["channel_id"]}
	if g := message["guild_id"]; g != nil {
		d["guild_id"] = g
	}
	return d
}

// GuildCreate is the payload of GUILD_CREATE.
func (s *Server) GuildCreate(guildID string) Object {
	channels := []Object{}
	if guildID == s.GuildID {
		channels = append(channels, Object{"id": s.ChannelID, "type": 0, "name": "general", "position": 0, "permission_overwrites": []any{}})
	}
	return Object{
		"id": guildID, "name": "fake guild", "owner_id": s.UserID, "preferred_locale": "en-US", "member_count": 2, "large": false,
		"unavailable": false, "joined_at": s.now().UTC().Format(time.RFC3339Nano), "features": []any{}, "roles": []any{},
		"emojis": []any{}, "channels": channels, "threads": []any{}, "members": []any{}, "presences": []any{}, "voice_states": []any{},
	}
}

// GuildDelete is the payload of GUILD_DELETE: the bot was removed, or the guild has an outage.
func (s *Server) GuildDelete(guildID string, outage bool) Object {
	if outage {
		return Object{"id": guildID, "unavailable": true}
	}
	return Object{"id": guildID}
}

func (s *Server) botUser() Object {
	return user(s.BotID, "faqbot", true)
}

func user(id, name string, bot bool) Object {
	return Object{
		"id": id, "username": name, "discriminator": "0", "global_name": nil, "avatar": nil, "banner": nil, "accent_color": nil,
		"bot": bot, "public_flags": 0, "flags": 0, "primary_guild": nil,
	}
}

func guildMember(u Object, permissions string) Object {
	return Object{
		"user": u, "nick": nil, "avatar": nil, "banner": nil, "roles": []any{}, "joined_at": "2024-01-01T00:00:00Z", "premium_since": nil,
		"deaf": false, "mute": false, "flags": 0, "pending": false, "communication_disabled_until": nil, "permissions": permissions,
	}
}
