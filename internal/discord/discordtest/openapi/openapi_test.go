package openapi

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// id is one as Discord makes them.
const id = "123456789012345678"

// TestValidator checks the checker: what it must refuse, it refuses.
func TestValidator(t *testing.T) {
	t.Parallel()
	validate := Validator(t)
	if validate == nil {
		t.Skip("there is nothing to check with")
	}
	const (
		nobody   = `"allowed_mentions":{"parse":[]}`
		channel  = "/channels/" + id
		messages = channel + "/messages"
		message  = messages + "/" + id
		callback = "/interactions/" + id + "/token/callback"
		original = "/webhooks/" + id + "/token/messages/@original"
		commands = "/applications/" + id + "/commands"
	)
	choice := func(length int) string {
		return `{"type":8,"data":{"choices":[{"name":"a","value":"` + strings.Repeat("v", length) + `"}]}}`
	}
	command := func(more string) string {
		return `[{"type":1,"name":"ask","description":"d"` + more + `}]`
	}
	label := `{"type":18,"label":"l","component":{"type":4,"custom_id":"i","style":1}}`
	modal := func(labels ...string) string {
		return `{"type":9,"data":{"title":"t","custom_id":"c","components":[` + strings.Join(labels, ",") + `]}}`
	}
	for _, c := range []struct {
		name, method, path, body string
		good                     bool
	}{
		{"message", "POST", messages, `{"content":"hi",` + nobody + `}`, true},
		{"message at the limit", "POST", messages, `{"content":"` + strings.Repeat("x", 2000) + `"}`, true},
		{"message too long", "POST", messages, `{"content":"` + strings.Repeat("x", 2001) + `"}`, false},
		{"misspelt field", "POST", messages, `{"contnet":"hi"}`, false},
		{"wrong type", "POST", messages, `{"content":1}`, false},
		{"no message", "POST", messages, ``, false},
		{"no JSON", "POST", messages, `{"content":`, false},
		{"no id", "POST", "/channels/abc/messages", `{"content":"hi"}`, false},
		{"no id in a body", "POST", messages, `{"content":"hi","message_reference":{"message_id":"abc"}}`, false},
		{"an id in a body", "POST", messages, `{"content":"hi","message_reference":{"message_id":"` + id + `"}}`, true},
		{"edit", "PATCH", message, `{"content":"hi","flags":0}`, true},
		{"edit too long", "PATCH", message, `{"content":"` + strings.Repeat("x", 2001) + `"}`, false},
		{"misspelt field of an edit", "PATCH", message, `{"contents":"hi"}`, false},
		{"flags as text", "PATCH", message, `{"flags":"0"}`, false},
		{"list", "GET", messages + "?after=" + id + "&limit=100", "", true},
		{"list of too many", "GET", messages + "?limit=101", "", false},
		{"unknown parameter", "GET", messages + "?later=" + id, "", false},
		{"pin", "PUT", channel + "/messages/pins/" + id, "", true},
		{"pin with a body", "PUT", channel + "/messages/pins/" + id, "{}", false},
		{"pin elsewhere", "PUT", channel + "/pin/" + id, "", false},
		{"custom id too long", "POST", callback, `{"type":4,"data":{"components":[{"type":1,"components":[{"type":2,"style":1,"label":"l","custom_id":"` +
			strings.Repeat("x", 101) + `"}]}]}}`, false},
		{"misspelt field in an embed", "POST", callback, `{"type":4,"data":{"embeds":[{"titel":"t"}]}}`, false},
		{"embed", "POST", callback, `{"type":4,"data":{"embeds":[{"title":"t"}]}}`, true},
		{"unknown response", "POST", callback, `{"type":3}`, false},
		{"choice", "POST", callback, choice(100), true},
		{"choice too long", "POST", callback, choice(101), false},
		{"modal", "POST", callback, modal(label, label, label, label, label), true},
		{"modal too large", "POST", callback, modal(label, label, label, label, label, label), false},
		{"misspelt field in a modal", "POST", callback, modal(strings.Replace(label, "{", `{"lable":"l",`, 1)), false},
		{"promise kept", "PATCH", original, `{"content":"hi"}`, true},
		{"misspelt field of a kept promise", "PATCH", original, `{"contents":"hi"}`, false},
		{"command", "PUT", commands, command(""), true},
		{"command for administrators", "PUT", commands, command(`,"default_member_permissions":"0"`), true},
		{"command with a number for permissions", "PUT", commands, command(`,"default_member_permissions":0`), false},
		{"command without a name", "PUT", commands, `[{"type":1,"description":"d"}]`, false},
		{"misspelt field of a command", "PUT", commands, command(`,"context":[0]`), false},
		{"unknown route", "POST", "/nowhere", `{}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := send(t, validate, c.method, c.path, "application/json", c.body); (err == nil) != c.good {
				t.Errorf("got %v, good: %t", err, c.good)
			}
		})
	}
}

// send gives the check a request.
func send(t *testing.T, validate func(*http.Request, []byte) error, method, path, kind, body string) error {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/api/v10"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	return validate(r, []byte(body))
}

// TestForms: the JSON in a form with files is checked as any other.
func TestForms(t *testing.T) {
	t.Parallel()
	validate := Validator(t)
	if validate == nil {
		t.Skip("there is nothing to check with")
	}
	part := func(name, data string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + data + "\r\n"
	}
	const form, end = "multipart/form-data; boundary=b", "--b--\r\n"
	file := part("files[0]", "a,b")
	for _, c := range []struct {
		name, kind, body string
		good             bool
	}{
		{"form", form, part("payload_json", `{"content":"hi"}`) + file + end, true},
		{"file first", form, file + part("payload_json", `{"content":"hi"}`) + end, true},
		{"misspelt field", form, part("payload_json", `{"contents":"hi"}`) + file + end, false},
		{"no payload", form, file + end, false},
		{"unfinished", form, part("payload_json", `{"content":"hi"}`)[:40], false},
		{"another kind", "text/plain", `{"content":"hi"}`, false},
		{"no kind", "", `{"content":"hi"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := send(t, validate, "POST", "/channels/"+id+"/messages", c.kind, c.body); (err == nil) != c.good {
				t.Errorf("got %v, good: %t", err, c.good)
			}
		})
	}
}

// TestAbsent: no module, and none with shared data beside it, have no description, and no other error.
func TestAbsent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "repository", "below")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if _, err := place(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("outside of a module: %v", err)
	}
	if err := os.WriteFile("../go.mod", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := place()
	if want := filepath.Join(filepath.Dir(filepath.Dir(dir)), "shared", "discord", "openapi.json"); err != nil || file != want {
		t.Errorf("in a module: %s, %v", file, err)
	}
	if _, err := read(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing is read as %v", err)
	}
}
