package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/rest"
)

const (
	// MaxPins is Discord's cap for a channel.
	MaxPins         = 250
	pinsPerPage     = 50
	messagesPerPage = 100
)

// Posted is what the bot needs to know of a message that stands in a channel. What others wrote is not read.
type Posted struct {
	ID, Author string
	Pinned     bool
	Embeds     int      // that are shown
	Paths      []string // of its components
}

// posted is a message as Discord sends it.
type posted struct {
	ID     string `json:"id"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
	Pinned     bool                   `json:"pinned"`
	Embeds     []json.RawMessage      `json:"embeds"`
	Flags      discordgo.MessageFlags `json:"flags"`
	Components []component            `json:"components"`
}

type component struct {
	CustomID   string      `json:"custom_id"`
	Components []component `json:"components"`
}

func (m posted) posted() Posted {
	p := Posted{ID: m.ID, Author: m.Author.ID, Pinned: m.Pinned, Embeds: len(m.Embeds)}
	if m.Flags&discordgo.MessageFlagsSuppressEmbeds != 0 {
		p.Embeds = 0
	}
	for _, row := range m.Components {
		for _, c := range append([]component{row}, row.Components...) {
			if c.CustomID != "" {
				p.Paths = append(p.Paths, c.CustomID)
			}
		}
	}
	return p
}

// Message asks for one message.
func (a *Client) Message(ctx context.Context, channelID, messageID string) (Posted, error) {
	m, err := decoded[posted](ctx, a.Rest, rest.Call{
		Method: http.MethodGet, Route: "/channels/{channel}/messages/{message}", Args: []string{channelID, messageID},
	})
	return m.posted(), err
}

// MessagesAfter asks for the messages next after an id, oldest first; more reports whether others may follow them.
func (a *Client) MessagesAfter(ctx context.Context, channelID, after string) (out []Posted, more bool, err error) {
	found, err := decoded[[]posted](ctx, a.Rest, rest.Call{
		Method: http.MethodGet, Route: "/channels/{channel}/messages", Args: []string{channelID},
		Query: url.Values{"after": {after}, "limit": {strconv.Itoa(messagesPerPage)}},
	})
	for _, m := range found {
		out = append(out, m.posted())
	}
	slices.SortFunc(out, func(a, b Posted) int { return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) })
	return out, len(out) == messagesPerPage, err
}

// Pins asks for all pinned messages of a channel, the latest pinned first. Discord shows none to a bot that may not read the history.
func (a *Client) Pins(ctx context.Context, channelID string) ([]Posted, error) {
	var out []Posted
	query := url.Values{"limit": {strconv.Itoa(pinsPerPage)}}
	for range MaxPins/pinsPerPage + 1 {
		page, err := decoded[struct {
			Items []struct {
				PinnedAt string `json:"pinned_at"` // goes back as it came: a rounded one would skip pins
				Message  posted `json:"message"`
			} `json:"items"`
			More bool `json:"has_more"`
		}](ctx, a.Rest, rest.Call{
			Method: http.MethodGet, Route: "/channels/{channel}/messages/pins", Args: []string{channelID}, Query: query,
		})
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			m := item.Message.posted()
			m.Pinned = true
			out = append(out, m)
			query.Set("before", item.PinnedAt)
		}
		if !page.More || len(page.Items) == 0 {
			break
		}
	}
	return out, nil
}

// Pin pins a message; one that is pinned stays so. The reason is for the server's audit log.
func (a *Client) Pin(ctx context.Context, channelID, messageID, reason string) error {
	return a.done(ctx, pinCall(http.MethodPut, channelID, messageID, reason))
}

// Unpin takes a message from the pins; one that is not pinned stays so. The reason is for the server's audit log.
func (a *Client) Unpin(ctx context.Context, channelID, messageID, reason string) error {
	return a.done(ctx, pinCall(http.MethodDelete, channelID, messageID, reason))
}

func pinCall(method, channelID, messageID, reason string) rest.Call {
	return rest.Call{
		Method: method, Route: "/channels/{channel}/messages/pins/{message}", Args: []string{channelID, messageID}, Reason: reason,
	}
}

// EditMessage makes a message of the bot's own look like m, and brings its embeds back where a moderator has closed them.
func (a *Client) EditMessage(ctx context.Context, channelID, messageID string, m Body) error {
	return a.done(ctx, rest.Call{
		Method: http.MethodPatch, Route: "/channels/{channel}/messages/{message}", Args: []string{channelID, messageID},
		Body: edit{m.change(), 0}, Files: m.files(),
	})
}

// edit is a change that sets the flags too.
type edit struct {
	Payload

	Flags discordgo.MessageFlags `json:"flags"`
}

// discordEpoch is the first millisecond of 2015, from which ids count.
const discordEpoch = 1_420_070_400_000

// IDAt returns the smallest id of what was made at an instant or later.
func IDAt(t time.Time) string {
	const counterBits = 22
	return strconv.FormatUint(uint64(max(0, t.UnixMilli()-discordEpoch))<<counterBits, 10)
}

// TimeOf reads when what an id names was made; the zero time for what is no id.
func TimeOf(id string) time.Time {
	at, err := discordgo.SnowflakeTimestamp(id)
	if err != nil {
		return time.Time{}
	}
	return at
}
