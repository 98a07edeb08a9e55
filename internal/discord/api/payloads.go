package api

import "github.com/bwmarrin/discordgo"

// noMentions is allowed_mentions that ping nobody, whatever the text holds. It is the only value there is: leaving the field out
// would let a text ping everyone.
type noMentions struct{}

// MarshalJSON returns the constant.
func (noMentions) MarshalJSON() ([]byte, error) {
	return []byte(`{"parse":[],"replied_user":false}`), nil
}

// Body is what a message shows. The same body is right for a new message, where empty parts are left out, and for a change,
// where they are sent so that what was there before goes away.
type Body struct {
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	Flags      discordgo.MessageFlags // of a new message: a change cannot make it private or public
}

// NewMessage is a message of the bot's own in a channel.
type NewMessage struct {
	Body

	// ReplyTo is the id of a message that this one answers, or empty. One that is gone does no harm.
	ReplyTo string
	// Nonce, 1 to MaxNonceRunes characters, makes Discord create the message once, however often it is asked to within a few minutes.
	// It is made of what the message answers, so that two replicas cannot answer twice.
	Nonce string
}

// Payload is a Body as JSON. A nil list is left out, an empty one is sent.
type Payload struct {
	Content          *string                      `json:"content,omitempty"`
	Embeds           []*discordgo.MessageEmbed    `json:"embeds,omitzero"`
	Components       []discordgo.MessageComponent `json:"components,omitzero"`
	Flags            discordgo.MessageFlags       `json:"flags,omitempty"`
	AllowedMentions  noMentions                   `json:"allowed_mentions"`
	Attachments      []struct{}                   `json:"attachments,omitzero"`
	MessageReference *reference                   `json:"message_reference,omitempty"`
	Nonce            string                       `json:"nonce,omitempty"`
	EnforceNonce     bool                         `json:"enforce_nonce,omitempty"`
}

type reference struct {
	MessageID       string `json:"message_id"`
	FailIfNotExists bool   `json:"fail_if_not_exists"`
}

// Create is the Payload of a new message.
func (m Body) Create() Payload {
	p := Payload{Flags: m.Flags}
	if m.Content != "" {
		p.Content = &m.Content
	}
	if len(m.Embeds) > 0 {
		p.Embeds = m.Embeds
	}
	if len(m.Components) > 0 {
		p.Components = m.Components
	}
	return p
}

// change is the Payload that makes an existing message look like m.
func (m Body) change() Payload {
	return Payload{
		Content: &m.Content, Embeds: append([]*discordgo.MessageEmbed{}, m.Embeds...),
		Components: append([]discordgo.MessageComponent{}, m.Components...), Attachments: []struct{}{},
	}
}

// InteractionResponse is the first response to an interaction, built by one of the functions below.
type InteractionResponse struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data"`
}

// RespondMessage answers by a new message.
func RespondMessage(m Body) InteractionResponse {
	return InteractionResponse{discordgo.InteractionResponseChannelMessageWithSource, m.Create()}
}

// RespondUpdate makes the message that a component stands on look like m.
func RespondUpdate(m Body) InteractionResponse {
	return InteractionResponse{discordgo.InteractionResponseUpdateMessage, m.change()}
}

// RespondChoices answers an autocomplete; no choice is a good answer too.
func RespondChoices(choices []Choice) InteractionResponse {
	return InteractionResponse{
		discordgo.InteractionApplicationCommandAutocompleteResult,
		map[string]any{"choices": append([]Choice{}, choices...)}, // none is [], not null
	}
}
