package api

// Command is a slash command as Discord stores it, with the fields that we set: what has no value is left out, so that two
// equal commands have equal JSON.
type Command struct {
	Type             int       `json:"type"`
	Name             string    `json:"name"`
	Description      string    `json:"description"`
	Options          []*Option `json:"options,omitempty"`
	Contexts         []int     `json:"contexts,omitempty"`
	IntegrationTypes []int     `json:"integration_types,omitempty"`
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
}

// Choice is one value of an option that a member may pick.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
