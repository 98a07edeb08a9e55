package interact

import (
	"encoding/json"

	"faqbot/internal/text"
)

// maxDepth is far above the nesting of real forms.
const maxDepth = 32

// Components reads the components of the message that a component stands on; nil where there is none.
func Components(interaction json.RawMessage) json.RawMessage {
	var pressed struct {
		Message struct {
			Components json.RawMessage `json:"components"`
		} `json:"message"`
	}
	_ = json.Unmarshal(interaction, &pressed) // without them is how a message without any looks
	return pressed.Message.Components
}

// Fields reads the texts of a form by their ids, however deep they stand.
func Fields(interaction json.RawMessage) map[string]text.Words {
	var form struct {
		Data struct {
			Components any `json:"components"`
		} `json:"data"`
	}
	out := map[string]text.Words{}
	if json.Unmarshal(interaction, &form) == nil {
		collect(form.Data.Components, out, maxDepth)
	}
	return out
}

func collect(node any, to map[string]text.Words, depth int) {
	if depth == 0 {
		return
	}
	switch node := node.(type) {
	case []any:
		for _, v := range node {
			collect(v, to, depth-1)
		}
	case map[string]any:
		id, named := node["custom_id"].(string)
		value, ok := node["value"].(string)
		if named && ok {
			to[id] = text.New(value)
		}
		collect(node["components"], to, depth-1)
		collect(node["component"], to, depth-1)
	}
}
