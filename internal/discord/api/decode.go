package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
)

var (
	errInteraction = errors.New("the interaction cannot be read")
	errMessage     = errors.New("the message cannot be read")
)

// DecodeInteraction reads an interaction. Data has the type that belongs to Type (nil for a ping), no list or map in it holds a
// nil, and the values of options have the types that discordgo's accessors expect; so none of these panics. Components, of messages and
// of forms, are left out: nothing here reads them, and discordgo fails at types that it does not know. Member, User and Message may be
// nil, and so may a message's Author. Errors do not quote the payload.
func DecodeInteraction(data json.RawMessage) (*discordgo.Interaction, error) {
	root, err := parseObject(data)
	if err != nil {
		return nil, errInteraction
	}
	clean(root, maxDepth)
	i := new(discordgo.Interaction)
	if recode(root, i) != nil {
		// A member's question is worth more than details that Discord may have given a new shape.
		for _, key := range []string{"message", "entitlements", "authorizing_integration_owners", "guild_locale", "app_permissions"} {
			delete(root, key)
		}
		i = new(discordgo.Interaction)
		if recode(root, i) != nil {
			return nil, errInteraction
		}
	}
	switch d := i.Data.(type) {
	case nil:
		if i.Type != discordgo.InteractionPing {
			return nil, errInteraction
		}
	case discordgo.ApplicationCommandInteractionData:
		if !optionsHold(d.Options) {
			return nil, errInteraction
		}
	}
	if i.ID == "" || i.Token == "" {
		return nil, errInteraction
	}
	return i, nil
}

// GuildOf is the server that an interaction happened in. One where the bot is by a member's installation alone is none: it has no settings and
// no moderators that the bot knows, and what would be kept of it would go with the servers that the bot has left.
func GuildOf(i *discordgo.Interaction) string {
	_, byServer := i.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationGuildInstall]
	_, byMember := i.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationUserInstall]
	if byMember && !byServer {
		return ""
	}
	return i.GuildID
}

// DecodeMessage reads a message. No list in it holds a nil, and its
// components are left out. Author and Member may be nil. Errors do not quote the payload.
func DecodeMessage(data json.RawMessage) (*discordgo.Message, error) {
	root, err := parseObject(data)
	if err != nil {
		return nil, errMessage
	}
	clean(root, maxDepth)
	m := new(discordgo.Message)
	if recode(root, m) != nil {
		m = new(discordgo.Message)
		if recode(essence(root), m) != nil {
			return nil, errMessage
		}
	}
	if m.ID == "" {
		return nil, errMessage
	}
	return m, nil
}

// essence is what the bot reads of a message.
func essence(root map[string]any) map[string]any {
	out := map[string]any{}
	for _, key := range []string{
		"id", "channel_id", "guild_id", "content", "author", "mentions", "mention_everyone", "message_reference", "webhook_id",
		"type", "flags", "timestamp", "edited_timestamp",
	} {
		if v, ok := root[key]; ok {
			out[key] = v
		}
	}
	return out
}

func parseObject(data []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // ids of other libraries' making may exceed a float's precision
	var root map[string]any
	if err := decoder.Decode(&root); err != nil || root == nil {
		return nil, errors.New("not an object")
	}
	return root, nil
}

func recode(from map[string]any, to any) error {
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	return err //nolint:wrapcheck // its text is dropped, as it may quote the payload
}

// maxDepth is far above the nesting of real payloads. The time that discordgo takes grows with the square of it.
const maxDepth = 32

// clean returns a node without components, without what is nested deeper than depth, and without nulls: a missing field decodes
// like a null one, but a null in a list becomes a nil.
func clean(node any, depth int) any {
	switch node := node.(type) {
	case map[string]any:
		if depth == 0 {
			return nil
		}
		for key, v := range node {
			node[key] = clean(v, depth-1)
		}
		maps.DeleteFunc(node, func(key string, v any) bool {
			return v == nil || strings.EqualFold(key, "components") // decoding folds case as well
		})
	case []any:
		if depth == 0 {
			return nil
		}
		for i, v := range node {
			node[i] = clean(v, depth-1)
		}
		return slices.DeleteFunc(node, func(v any) bool { return v == nil })
	}
	return node
}

// optionsHold reports whether each option's value has the type that its accessors assert.
func optionsHold(options []*discordgo.ApplicationCommandInteractionDataOption) bool {
	for _, o := range options {
		ok := o != nil && optionsHold(o.Options)
		if ok {
			switch o.Type {
			case discordgo.ApplicationCommandOptionSubCommand, discordgo.ApplicationCommandOptionSubCommandGroup:
			case discordgo.ApplicationCommandOptionInteger, discordgo.ApplicationCommandOptionNumber:
				_, ok = o.Value.(float64)
			case discordgo.ApplicationCommandOptionBoolean:
				_, ok = o.Value.(bool)
			default:
				_, ok = o.Value.(string)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}
