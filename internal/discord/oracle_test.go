package discord

import (
	"net/http"
	"strings"
	"testing"
)

// TestOracle checks the checker: what it must refuse, it refuses.
func TestOracle(t *testing.T) {
	t.Parallel()
	validate := validator(t)
	if validate == nil {
		t.Skip("nothing to check")
	}
	const nobody = `"allowed_mentions":{"parse":[]}`
	const callback = "/interactions/123456789012345678/token/callback"
	commands := "/applications/123456789012345678/commands"
	choice := func(length int) string {
		return `{"type":8,"data":{"choices":[{"name":"a","value":"` + strings.Repeat("v", length) + `"}]}}`
	}
	command := func(more string) string {
		return `[{"type":1,"name":"ask","description":"d"` + more + `}]`
	}
	modal := func(n int) string {
		label := `{"type":18,"label":"l","component":{"type":4,"custom_id":"i","style":1}}`
		return `{"type":9,"data":{"title":"t","custom_id":"c","components":[` + strings.TrimSuffix(strings.Repeat(label+",", n), ",") + `]}}`
	}
	for _, c := range []struct {
		name, method, path, body string
		good                     bool
	}{
		{"message", "POST", "/channels/123456789012345678/messages", `{"content":"hi",` + nobody + `}`, true},
		{"message at the limit", "POST", "/channels/123456789012345678/messages", `{"content":"` + strings.Repeat("x", 2000) + `"}`, true},
		{"message too long", "POST", "/channels/123456789012345678/messages", `{"content":"` + strings.Repeat("x", 2001) + `"}`, false},
		{"misspelt field", "POST", "/channels/123456789012345678/messages", `{"contnet":"hi"}`, false},
		{"no id", "POST", "/channels/abc/messages", `{"content":"hi"}`, false},
		{"no id in a body", "POST", "/channels/123456789012345678/messages", `{"content":"hi","message_reference":{"message_id":"abc"}}`, false},
		{"an id in a body", "POST", "/channels/123456789012345678/messages", `{"content":"hi","message_reference":{"message_id":"123456789012345678"}}`, true},
		{"custom id too long", "POST", callback, `{"type":4,"data":{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"` +
			strings.Repeat("x", 101) + `"}]}]}}`, false},
		{"misspelt field in an embed", "POST", callback, `{"type":4,"data":{"embeds":[{"titel":"t"}]}}`, false},
		{"embed", "POST", callback, `{"type":4,"data":{"embeds":[{"title":"t"}]}}`, true},
		{"unknown response", "POST", callback, `{"type":3}`, false},
		{"choice", "POST", callback, choice(100), true},
		{"choice too long", "POST", callback, choice(101), false},
		{"modal", "POST", callback, modal(5), true},
		{"modal too large", "POST", callback, modal(6), false},
		{"command", "PUT", commands, command(""), true},
		{"command for administrators", "PUT", commands, command(`,"default_member_permissions":"0"`), true},
		{"command without a name", "PUT", commands, `[{"type":1,"description":"d"}]`, false},
		{"misspelt field of a command", "PUT", commands, command(`,"context":[0]`), false},
		{"unknown route", "POST", "/nowhere", `{}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, "http://127.0.0.1/api/v10"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if err := validate(r, []byte(c.body)); (err == nil) != c.good {
				t.Errorf("got %v, good: %t", err, c.good)
			}
		})
	}
}
