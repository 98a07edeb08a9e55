package lab

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Hideable says why a member cannot put a private message of the bot's away. Nil is for one that they can, one that was, one that has no room for
// a button, and one that others see.
func Hideable(message json.RawMessage) error {
	const private, maxRows, maxButtons, button = 64, 5, 5, 2
	var m struct {
		Content    string
		Flags      int
		Components []struct {
			Components []struct {
				Type int
				Path string `json:"custom_id"`
			}
		}
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return fmt.Errorf("read a message: %w", err)
	}
	room := len(m.Components) < maxRows
	for _, row := range m.Components {
		for _, c := range row.Components {
			if c.Path == "dismiss" {
				return nil
			}
			room = room || c.Type == button && len(row.Components) < maxButtons
		}
	}
	if m.Flags&private == 0 || !room || strings.HasPrefix(m.Content, "Put away") {
		return nil
	}
	return fmt.Errorf("nothing puts away %s", message)
}
