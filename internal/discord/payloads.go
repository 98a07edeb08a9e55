package discord

import "github.com/bwmarrin/discordgo"

// noMentions is allowed_mentions that ping nobody, whatever the text holds. It is the only value there is: leaving the field out
// would let a text ping everyone.
type noMentions struct{}

// MarshalJSON returns the constant.
func (noMentions) MarshalJSON() ([]byte, error) {
	return []byte(`{"parse":[],"replied_user":false}`), nil
}

// messageBody is what a message shows. The same body is right for a new message, where empty parts are left out, and for a change,
// where they are sent so that what was there before goes away.
type messageBody struct {
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	Flags      discordgo.MessageFlags // of a new message: a change cannot make it private or public
}

// newMessage is a message of the bot's own in a channel.
type newMessage struct {
	messageBody

	// ReplyTo is the id of a message that this one answers, or empty. One that is gone does no harm.
	ReplyTo string
	// Nonce, 1 to maxNonceRunes characters, makes Discord create the message once, however often it is asked to within a few minutes.
	// It is made of what the message answers, so that two replicas cannot answer twice.
	Nonce string
}

// payload is a messageBody as JSON. A nil list is left out, an empty one is sent.
type payload struct {
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

// create is the payload of a new message.
func (m messageBody) create() payload {
	p := payload{Flags: m.Flags}
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

// change is the payload that makes an existing message look like m.
func (m messageBody) change() payload {
	return payload{
		Content: &m.Content, Embeds: append([]*discordgo.MessageEmbed{}, m.Embeds...),
		Components: append([]discordgo.MessageComponent{}, m.Components...), Attachments: []struct{}{},
	}
}

// interactionResponse is the first response to an interaction, built by one of the functions below.
type interactionResponse struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data"`
}

// respondMessage answers by a new message.
func respondMessage(m messageBody) interactionResponse {
	return interactionResponse{discordgo.InteractionResponseChannelMessageWithSource, m.create()}
}

// respondUpdate makes the message that a component stands on look like m.
func respondUpdate(m messageBody) interactionResponse {
	return interactionResponse{discordgo.InteractionResponseUpdateMessage, m.change()}
}

// respondChoices answers an autocomplete; no choice is a good answer too.
func respondChoices(choices []commandChoice) interactionResponse {
	return interactionResponse{
		discordgo.InteractionApplicationCommandAutocompleteResult,
		map[string]any{"choices": append([]commandChoice{}, choices...)}, // none is [], not null
	}
}
