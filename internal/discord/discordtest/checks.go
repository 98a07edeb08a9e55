package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Limits of messages; see "Limits" in the platform brief. Lengths are in characters.
const (
	maxContent      = 2000
	maxEmbeds       = 10
	maxEmbedTotal   = 6000
	maxNonce        = 25
	maxRows         = 5
	maxRowButtons   = 5
	maxCustomID     = 100
	maxButtonLabel  = 80
	maxButtonURL    = 512
	maxOptions      = 25 // of a select and of a command, choices, fields of an embed
	maxOptionText   = 100
	maxPlaceholder  = 150
	maxV2Components = 40
	maxV2Text       = 4000
	maxModalTitle   = 45
	maxModalParts   = 5
	maxInputLabel   = 45
	maxInputValue   = 4000
)

// Types of components.
const (
	partRow, partButton, partSelect, partInput, partUserSelect, partRoleSelect, partMentionableSelect, partChannelSelect = 1, 2, 3, 4, 5, 6, 7, 8
	partSection, partText, partContainer, partLabel                                                                      = 9, 10, 17, 18
)

// Styles of buttons that send no interaction.
const styleLink, stylePremium = 5, 6

// checker collects what is wrong with one request.
type checker struct{ found []error }

func (c *checker) bad(format string, args ...any) {
	c.found = append(c.found, fmt.Errorf(format, args...))
}

func (c *checker) decode(what string, data []byte, v any) {
	if err := json.Unmarshal(data, v); err != nil {
		c.bad("%s: %w", what, err)
	}
}

// length counts characters, as Discord does.
func (c *checker) length(what, s string, low, high int) {
	if n := utf8.RuneCountInString(s); n < low || n > high {
		c.bad("%s: %d characters, want %d-%d", what, n, low, high)
	}
}

func (c *checker) count(what string, n, low, high int) {
	if n < low || n > high {
		c.bad("%s: %d, want %d-%d", what, n, low, high)
	}
}

type messageBody struct {
	Content         string            `json:"content"`
	Embeds          []embed           `json:"embeds"`
	Components      []component       `json:"components"`
	Flags           int64             `json:"flags"`
	AllowedMentions json.RawMessage   `json:"allowed_mentions"`
	Nonce           any               `json:"nonce"`
	Poll            json.RawMessage   `json:"poll"`
	Stickers        []json.RawMessage `json:"sticker_ids"`
}

type embed struct {
	Title       string                         `json:"title"`
	Description string                         `json:"description"`
	Fields      []struct{ Name, Value string } `json:"fields"`
	Footer      struct{ Text string }          `json:"footer"`
	Author      struct{ Name string }          `json:"author"`
}

type component struct {
	Type        int                                          `json:"type"`
	CustomID    string                                       `json:"custom_id"`
	Style       int                                          `json:"style"`
	Label       string                                       `json:"label"`
	Description string                                       `json:"description"`
	URL         string                                       `json:"url"`
	Emoji       json.RawMessage                              `json:"emoji"`
	Placeholder string                                       `json:"placeholder"`
	Value       string                                       `json:"value"`
	Content     string                                       `json:"content"`
	MinValues   *int                                         `json:"min_values"`
	MaxValues   *int                                         `json:"max_values"`
	Options     []struct{ Label, Value, Description string } `json:"options"`
	Defaults    []struct{ ID, Type string }                  `json:"default_values"`
	Components  []component                                  `json:"components"`
	Component   *component                                   `json:"component"`
	Accessory   *component                                   `json:"accessory"`
}

// children are the components directly inside.
func (p component) children() []component {
	inner := slices.Clone(p.Components)
	for _, one := range []*component{p.Component, p.Accessory} {
		if one != nil {
			inner = append(inner, *one)
		}
	}
	return inner
}

func checkCreate(f *checker, c *call) { f.message(c.Body, false, len(c.Files)) }
func checkEdit(f *checker, c *call)   { f.message(c.Body, true, len(c.Files)) }

// message checks a message, or an edit of one, which may leave out what is to stay.
func (c *checker) message(data []byte, edit bool, files int) {
	var m messageBody
	c.decode("message", data, &m)
	c.length("content", m.Content, 0, maxContent)
	c.mentions(m.AllowedMentions)
	c.embeds(m.Embeds)
	if m.Nonce != nil {
		c.length("nonce", fmt.Sprint(m.Nonce), 1, maxNonce)
	}
	empty := m.Content == "" && len(m.Embeds)+len(m.Components)+files+len(m.Stickers) == 0 && m.Poll == nil
	if empty && !edit {
		c.bad("empty message")
	}
	v2 := m.Flags&flagV2 != 0
	if v2 && (m.Content != "" || len(m.Embeds) > 0 || len(m.Stickers) > 0 || m.Poll != nil) {
		c.bad("components V2 exclude content, embeds, stickers and poll")
	}
	parts, text := c.parts(m.Components)
	switch {
	case v2 || edit && slices.ContainsFunc(m.Components, func(p component) bool { return p.Type != partRow }):
		c.count("components", parts, 0, maxV2Components)
		c.count("text of components", text, 0, maxV2Text)
	default:
		c.rows(m.Components)
	}
}

// mentions wants them present, and pinging nobody: what is left out pings.
func (c *checker) mentions(data json.RawMessage) {
	var m struct {
		Parse        *[]string `json:"parse"`
		Users, Roles []string
		RepliedUser  bool `json:"replied_user"`
	}
	if data == nil || bytes.Equal(data, []byte("null")) {
		c.bad("allowed_mentions is missing")
		return
	}
	c.decode("allowed_mentions", data, &m)
	if m.Parse == nil || len(*m.Parse)+len(m.Users)+len(m.Roles) > 0 || m.RepliedUser {
		c.bad("allowed_mentions %s, want an empty parse and nobody to ping", data)
	}
}

func (c *checker) embeds(all []embed) {
	c.count("embeds", len(all), 0, maxEmbeds)
	total := 0
	for i, e := range all {
		at := fmt.Sprintf("embeds[%d].", i)
		texts := []string{e.Title, e.Description, e.Footer.Text, e.Author.Name}
		c.length(at+"title", e.Title, 0, 256)
		c.length(at+"description", e.Description, 0, 4096)
		c.length(at+"footer.text", e.Footer.Text, 0, 2048)
		c.length(at+"author.name", e.Author.Name, 0, 256)
		c.count(at+"fields", len(e.Fields), 0, maxOptions)
		for j, f := range e.Fields {
			c.length(fmt.Sprintf("%sfields[%d].name", at, j), f.Name, 1, 256)
			c.length(fmt.Sprintf("%sfields[%d].value", at, j), f.Value, 1, 1024)
			texts = append(texts, f.Name, f.Value)
		}
		for _, t := range texts {
			total += utf8.RuneCountInString(t)
		}
	}
	c.count("characters of all embeds", total, 0, maxEmbedTotal)
}

// rows checks the layout of a message without components V2: rows of buttons, or of one select.
func (c *checker) rows(rows []component) {
	c.count("action rows", len(rows), 0, maxRows)
	for i, row := range rows {
		if row.Type != partRow {
			c.bad("components[%d]: type %d needs components V2", i, row.Type)
			continue
		}
		buttons := 0
		for _, p := range row.Components {
			if p.Type == partButton {
				buttons++
			}
		}
		if n := len(row.Components); n == 0 || n > maxRowButtons || buttons != n && n != 1 {
			c.bad("components[%d]: %d components, %d of them buttons, want 1-%d buttons or one select", i, n, buttons, maxRowButtons)
		}
	}
}

// parts checks each component however deep; it returns their number and the characters of their text displays.
func (c *checker) parts(top []component) (count, text int) {
	ids := map[string]bool{}
	var walk func([]component)
	walk = func(all []component) {
		for _, p := range all {
			count++
			c.part(p)
			if p.Type == partText {
				text += utf8.RuneCountInString(p.Content)
			}
			if p.CustomID != "" && ids[p.CustomID] {
				c.bad("custom_id %q is not unique", p.CustomID)
			}
			ids[p.CustomID] = true
			walk(p.children())
		}
	}
	walk(top)
	return count, text
}

func (c *checker) part(p component) {
	switch {
	case p.Type == partButton:
		c.button(p)
	case p.Type == partInput:
		c.length("custom_id", p.CustomID, 1, maxCustomID)
		c.length("text input's label", p.Label, 0, maxInputLabel)
		c.length("text input's placeholder", p.Placeholder, 0, maxOptionText)
		c.length("text input's value", p.Value, 0, maxInputValue)
		c.count("text input's style", p.Style, 1, 2)
	case p.Type >= partSelect && p.Type <= partChannelSelect:
		c.selection(p)
	case p.Type == partLabel:
		c.length("label", p.Label, 1, maxInputLabel)
		c.length("label's description", p.Description, 0, maxOptionText)
		if p.Component == nil {
			c.bad("label without a component")
		}
	case p.Type == partText:
		c.length("text display", p.Content, 1, maxV2Text)
	case p.Type == partSection:
		c.count("section's texts", len(p.Components), 1, 3)
		if p.Accessory == nil {
			c.bad("section without an accessory")
		}
	case p.Type == partRow, p.Type > partText && p.Type <= 14, p.Type == partContainer:
	default:
		c.bad("unknown component type %d", p.Type)
	}
}

func (c *checker) button(p component) {
	c.length("button's label", p.Label, 0, maxButtonLabel)
	c.count("button's style", p.Style, 1, stylePremium)
	switch {
	case p.Style == styleLink:
		c.length("button's url", p.URL, 1, maxButtonURL)
	case p.Style != stylePremium:
		c.length("custom_id", p.CustomID, 1, maxCustomID)
	}
	if p.Style >= styleLink && p.CustomID != "" {
		c.bad("a button of style %d has no custom_id", p.Style)
	}
	if p.Style != stylePremium && p.Label == "" && p.Emoji == nil {
		c.bad("button %q has neither label nor emoji", p.CustomID)
	}
}

func (c *checker) selection(p component) {
	c.length("custom_id", p.CustomID, 1, maxCustomID)
	c.length("select's placeholder", p.Placeholder, 0, maxPlaceholder)
	low, high := 1, 1
	if p.MinValues != nil {
		low = *p.MinValues
	}
	if p.MaxValues != nil {
		high = *p.MaxValues
	}
	c.count("select's min_values", low, 0, maxOptions)
	c.count("select's max_values", high, max(1, low), maxOptions)
	if p.Type != partSelect {
		c.defaults(p, high)
		return
	}
	c.count("string select's default_values", len(p.Defaults), 0, 0)
	c.count("select's options", len(p.Options), 1, maxOptions)
	values := map[string]bool{}
	for _, o := range p.Options {
		c.length("option's label", o.Label, 1, maxOptionText)
		c.length("option's value", o.Value, 1, maxOptionText)
		c.length("option's description", o.Description, 0, maxOptionText)
		if values[o.Value] {
			c.bad("option's value %q is not unique", o.Value)
		}
		values[o.Value] = true
	}
}

// defaults checks what is picked already in a select that Discord fills.
func (c *checker) defaults(p component, most int) {
	c.count("select's default_values", len(p.Defaults), 0, most)
	fits := map[int][]string{
		partUserSelect: {"user"}, partRoleSelect: {"role"}, partMentionableSelect: {"user", "role"}, partChannelSelect: {"channel"},
	}
	for _, d := range p.Defaults {
		if !slices.Contains(fits[p.Type], d.Type) || d.ID == "" {
			c.bad("a select of type %d has the default %q of type %q", p.Type, d.ID, d.Type)
		}
	}
}

// choices checks the answer to an autocomplete, which must have the list even if it is empty.
func (c *checker) choices(data []byte) {
	var body struct {
		Choices *[]choice `json:"choices"`
	}
	c.decode("data", data, &body)
	if body.Choices == nil {
		c.bad("choices is missing")
		return
	}
	c.choiceList(*body.Choices)
}

func (c *checker) modal(data []byte) {
	var m struct {
		Title      string      `json:"title"`
		CustomID   string      `json:"custom_id"`
		Components []component `json:"components"`
	}
	c.decode("modal", data, &m)
	c.length("modal's title", m.Title, 1, maxModalTitle)
	c.length("modal's custom_id", m.CustomID, 1, maxCustomID)
	c.count("modal's components", len(m.Components), 1, maxModalParts)
	c.parts(m.Components)
}
