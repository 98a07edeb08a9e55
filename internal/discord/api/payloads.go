package api

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/discord/rest"
)

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
	Pictures   []Picture
	Files      []File
	// Keep makes a change one of the components alone. Content is then for where that fails.
	Keep bool
}

// File is a file of another kind beside a message.
type File struct {
	Name, Type string // Type is a media type
	Data       []byte
}

// Picture is a PNG beside a message; an embed shows it by the address attachment://Name.
type Picture struct {
	Name string
	Alt  string // for those who do not see it; at most MaxAltRunes
	PNG  []byte
}

// files are the pictures and files as rest sends them.
func (m Body) files() []rest.File {
	var out []rest.File
	for _, p := range m.Pictures {
		out = append(out, rest.File{Name: p.Name, Type: "image/png", Data: p.PNG})
	}
	for _, f := range m.Files {
		out = append(out, rest.File(f))
	}
	return out
}

func (m Body) attachments() []attachment {
	var out []attachment
	for i, p := range m.Pictures {
		out = append(out, attachment{strconv.Itoa(i), p.Name, Cut(p.Alt, MaxAltRunes)})
	}
	for i, f := range m.Files {
		out = append(out, attachment{strconv.Itoa(len(m.Pictures) + i), f.Name, ""})
	}
	return out
}

type attachment struct {
	ID          string `json:"id"` // the number of a file of the same request
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
}

// NewMessage is a message of the bot's own in a channel.
type NewMessage struct {
	Body

	// ReplyTo is the id of a message that this one answers, or empty. One that is gone does no harm.
	ReplyTo string
	// OnlyReply refuses the message where the other one is gone: IsGone knows that.
	OnlyReply bool
	// Nonce, 1 to MaxNonceRunes characters, makes Discord create the message once, however often it is asked to within a few minutes.
	// It is made of what the message answers, so that two replicas cannot answer twice.
	Nonce string
}

// Nonce makes one of texts: the same ones give the same nonce, so that Discord takes two presses of a button, or two processes' calls, for one.
func Nonce(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	return hex.EncodeToString(sum[:])[:MaxNonceRunes]
}

// Payload is a Body as JSON. A nil list is left out, an empty one is sent.
type Payload struct {
	Content          *string                      `json:"content,omitempty"`
	Embeds           []*discordgo.MessageEmbed    `json:"embeds,omitzero"`
	Components       []discordgo.MessageComponent `json:"components,omitzero"`
	Flags            discordgo.MessageFlags       `json:"flags,omitempty"`
	AllowedMentions  noMentions                   `json:"allowed_mentions"`
	Attachments      []attachment                 `json:"attachments,omitzero"`
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
	p := Payload{Flags: m.Flags, Attachments: m.attachments()}
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
	if m.Keep {
		return Payload{Components: append([]discordgo.MessageComponent{}, m.Components...)}
	}
	return Payload{
		Content: &m.Content, Embeds: append([]*discordgo.MessageEmbed{}, m.Embeds...),
		Components: append([]discordgo.MessageComponent{}, m.Components...), Attachments: append([]attachment{}, m.attachments()...),
	}
}

// InteractionResponse is the first response to an interaction, built by one of the functions below.
type InteractionResponse struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data"`

	files []rest.File
}

// RespondMessage answers by a new message.
func RespondMessage(m Body) InteractionResponse {
	return InteractionResponse{discordgo.InteractionResponseChannelMessageWithSource, m.Create(), m.files()}
}

// RespondUpdate makes the message that a component stands on look like m.
func RespondUpdate(m Body) InteractionResponse {
	return InteractionResponse{discordgo.InteractionResponseUpdateMessage, m.change(), m.files()}
}

// RespondChoices answers an autocomplete; no choice is a good answer too.
func RespondChoices(choices []Choice) InteractionResponse {
	return InteractionResponse{
		discordgo.InteractionApplicationCommandAutocompleteResult,
		map[string]any{"choices": append([]Choice{}, choices...)}, // none is [], not null
		nil,
	}
}

// RespondLater promises a message, for the member alone, which EditResponse brings within a quarter of an hour.
func RespondLater() InteractionResponse {
	return InteractionResponse{
		discordgo.InteractionResponseDeferredChannelMessageWithSource, map[string]any{"flags": discordgo.MessageFlagsEphemeral}, nil,
	}
}

// Modal is a form; Path is where what is sent from it goes.
type Modal struct {
	Path, Title string
	Fields      []Field
}

// Field is a text field of a form.
type Field struct {
	ID, Label string
	Hint      string // a line below the label; empty for none
	Value     string // what stands in it already
	Optional  bool
	Long      bool // several lines
	MaxLength int
}

// RespondModal opens a form.
func RespondModal(m Modal) InteractionResponse {
	const label, textInput, short, paragraph = 18, 4, 1, 2
	fields := make([]map[string]any, 0, len(m.Fields))
	for _, f := range m.Fields {
		style := short
		if f.Long {
			style = paragraph
		}
		input := map[string]any{"type": textInput, "custom_id": f.ID, "style": style, "required": !f.Optional}
		if f.Value != "" {
			input["value"] = f.Value
		}
		if f.MaxLength > 0 {
			input["max_length"] = f.MaxLength
		}
		shown := map[string]any{"type": label, "label": Cut(f.Label, MaxModalLabelRunes), "component": input}
		if f.Hint != "" {
			shown["description"] = Cut(f.Hint, MaxModalHintRunes)
		}
		fields = append(fields, shown)
	}
	return InteractionResponse{
		discordgo.InteractionResponseModal,
		map[string]any{"custom_id": m.Path, "title": Cut(m.Title, MaxModalLabelRunes), "components": fields},
		nil,
	}
}
