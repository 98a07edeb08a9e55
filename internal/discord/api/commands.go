package api

import (
	"encoding/json"
	"slices"
)

// Command is a command as Discord stores it, with the fields that we set: what has no value is left out, so that two
// equal commands have equal JSON.
type Command struct {
	Type             int       `json:"type"`
	Name             string    `json:"name"`
	Description      string    `json:"description,omitempty"` // none of a command on messages
	Options          []*Option `json:"options,omitempty"`
	Contexts         []int     `json:"contexts,omitempty"`
	IntegrationTypes []int     `json:"integration_types,omitempty"`
	// Permissions are the bits that a member needs to see the command by default, in decimal; empty shows it to all. A server can change
	// that, so who may use it is checked again on every use.
	Permissions string `json:"default_member_permissions,omitempty"`
}

// Option is one option of a command.
type Option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	MaxLength    int      `json:"max_length,omitempty"`
	Choices      []Choice `json:"choices,omitempty"`
	// Options are those of a subcommand, or the subcommands of a group.
	Options []*Option `json:"options,omitempty"`
	// ChannelTypes are the kinds of channels that may be picked; empty is for all.
	ChannelTypes []int `json:"channel_types,omitempty"`
	MinValue     *int  `json:"min_value,omitempty"`
	MaxValue     *int  `json:"max_value,omitempty"`
}

// Choice is one value of an option that a member may pick.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// SameCommands compares commands whatever their order; what we do not set does not count.
func SameCommands(have, want []Command) bool {
	return slices.Equal(canonical(have), canonical(want))
}

func canonical(list []Command) []string {
	out := make([]string, len(list))
	for i, c := range list {
		slices.Sort(c.Contexts)
		slices.Sort(c.IntegrationTypes)
		b, err := json.Marshal(c)
		if err != nil {
			panic(err) // a struct of strings and numbers
		}
		out[i] = string(b)
	}
	slices.Sort(out)
	return out
}
