package discordtest_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
)

func reply(t *testing.T, s *discordtest.Server, in discordtest.Interaction, body string, status, code int) map[string]any {
	t.Helper()
	return call(t, s, "POST", "/interactions/"+in.ID+"/"+in.Token+"/callback", body, status, code)
}

func hook(s *discordtest.Server, in discordtest.Interaction) string {
	return "/webhooks/" + s.AppID + "/" + in.Token
}

func content(t *testing.T, m json.RawMessage) string {
	t.Helper()
	var v struct{ Content string }
	if err := json.Unmarshal(m, &v); err != nil {
		t.Fatal(err)
	}
	return v.Content
}

func TestCallback(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	in := s.Command(discordtest.From{}, "ask")
	call(t, s, "POST", hook(s, in), `{"content":"early",`+nobody+`}`, 404, 10015)
	reply(t, s, in, `{"type":4,"data":{"content":"hi","flags":64,`+nobody+`}}`, 204, -1)
	reply(t, s, in, `{"type":4,"data":{"content":"hi",`+nobody+`}}`, 400, 40060)
	r, err := s.Response(ctx, in)
	if err != nil || r.Type != 4 || content(t, r.Data) != "hi" || r.After <= 0 {
		t.Errorf("response %+v, %v", r, err)
	}
	if m, ok := s.Original(in); !ok || content(t, m) != "hi" {
		t.Errorf("original %s", m)
	}
	call(t, s, "GET", "/channels/"+s.ChannelID+"/messages/"+r.MessageID, "", 404, 10008) // ephemeral
	reply(t, s, discordtest.Interaction{ID: "1", Token: in.Token}, `{"type":5}`, 404, 10062)

	in = s.Command(discordtest.From{}, "ask")
	in2 := s.Command(discordtest.From{}, "ask")
	o := call(t, s, "POST", "/interactions/"+in.ID+"/"+in.Token+"/callback?with_response=true", `{"type":4,"data":{"content":"hi",`+nobody+`}}`, 200, -1)
	if o["resource"].(map[string]any)["message"].(map[string]any)["content"] != "hi" {
		t.Errorf("with_response %v", o)
	}
	s.Expire(in2)
	reply(t, s, in2, `{"type":5}`, 404, 10062)
	call(t, s, "PATCH", hook(s, in2)+"/messages/@original", `{"content":"x",`+nobody+`}`, 401, 50027)
	clean(t, s)

	reply(t, s, s.Autocomplete(discordtest.From{}, "ask"), `{"type":5}`, 400, 50035)
	refused := s.Command(discordtest.From{}, "ask")
	reply(t, s, refused, `{"type":3}`, 400, 50035)
	reply(t, s, refused, `{"type":8,"data":{"choices":[]}}`, 400, 50035)
	if len(s.Problems()) != 3 {
		t.Errorf("problems %v", s.Problems())
	}
	reply(t, s, refused, `{"type":5,"data":{"flags":64}}`, 204, -1) // a refusal leaves the interaction open
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := s.Response(short, s.Command(discordtest.From{}, "ask")); err == nil || !strings.Contains(err.Error(), "response to interaction") {
		t.Errorf("error %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{ResponseWindow: 200 * time.Millisecond, TokenLife: 700 * time.Millisecond})
	in, ok := s.Command(discordtest.From{}, "ask"), s.Command(discordtest.From{}, "ask")
	reply(t, s, ok, `{"type":5}`, 204, -1)
	time.Sleep(250 * time.Millisecond)
	reply(t, s, in, `{"type":5}`, 404, 10062)
	call(t, s, "PATCH", hook(s, ok)+"/messages/@original", `{"content":"x",`+nobody+`}`, 200, -1)
	time.Sleep(600 * time.Millisecond)
	call(t, s, "PATCH", hook(s, ok)+"/messages/@original", `{"content":"x",`+nobody+`}`, 401, 50027)
	c, _ := connect(t, s, 0)
	dispatch(t, s, "INTERACTION_CREATE", in) // the clock starts when it is sent
	c.event("INTERACTION_CREATE", nil)
	reply(t, s, in, `{"type":5}`, 204, -1)
	clean(t, s)
}

func TestFollowups(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	in := s.Command(discordtest.From{}, "ask")
	reply(t, s, in, `{"type":5,"data":{"flags":64}}`, 204, -1)
	if o := call(t, s, "GET", hook(s, in)+"/messages/@original", "", 200, -1); o["flags"] != 192.0 {
		t.Errorf("loading %v", o)
	}
	call(t, s, "POST", hook(s, in)+"?wait=true", `{"content":"first",`+nobody+`}`, 200, -1) // edits the loading message
	o := call(t, s, "POST", hook(s, in), `{"content":"second",`+nobody+`}`, 200, -1)
	id := o["id"].(string)
	o = call(t, s, "PATCH", hook(s, in)+"/messages/"+id, `{"content":"second, edited",`+nobody+`}`, 200, -1)
	if o["content"] != "second, edited" || o["webhook_id"] != s.AppID {
		t.Errorf("edited %v", o)
	}
	o = call(t, s, "PATCH", hook(s, in)+"/messages/@original", `{"content":"third",`+nobody+`}`, 200, -1)
	if o["flags"] != 64.0 {
		t.Errorf("edited %v", o)
	}
	call(t, s, "DELETE", hook(s, in)+"/messages/@original", "", 204, -1)
	call(t, s, "GET", hook(s, in)+"/messages/@original", "", 404, 10008)
	call(t, s, "GET", hook(s, in)+"/messages/1", "", 404, 10008)
	call(t, s, "POST", "/webhooks/1/"+in.Token, `{"content":"x",`+nobody+`}`, 404, 10015)
	for i, want := range []struct {
		kind     string
		original bool
	}{{"edit", true}, {"followup", false}, {"edit", false}, {"edit", true}, {"delete", true}} {
		c, err := s.Change(ctx, in, i)
		if err != nil || c.Kind != want.kind || c.Original != want.original {
			t.Errorf("change %d: %+v, %v", i, c, err)
		}
	}
	if n := len(s.Changes(in)); n != 5 {
		t.Errorf("%d changes", n)
	}
	in = s.Command(discordtest.From{Place: discordtest.UserInstall}, "ask")
	reply(t, s, in, `{"type":4,"data":{"content":"hi",`+nobody+`}}`, 204, -1)
	for range 5 {
		call(t, s, "POST", hook(s, in), `{"content":"x",`+nobody+`}`, 200, -1)
	}
	call(t, s, "POST", hook(s, in), `{"content":"x",`+nobody+`}`, 400, 40094)
	clean(t, s)
}

func TestComponents(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	in := s.Command(discordtest.From{}, "ask")
	reply(t, s, in, `{"type":4,"data":{"content":"choose",`+nobody+`}}`, 204, -1)
	m, _ := s.Original(in)
	press := s.Button(discordtest.From{}, m, "yes")
	reply(t, s, press, `{"type":7,"data":{"content":"chosen",`+nobody+`}}`, 204, -1)
	if m, _ := s.Original(in); content(t, m) != "chosen" {
		t.Errorf("after the press %s", m)
	}
	pick := s.Select(discordtest.From{}, nil, "pick", "a")
	reply(t, s, pick, `{"type":6}`, 204, -1)
	call(t, s, "PATCH", hook(s, pick)+"/messages/@original", `{"content":"picked",`+nobody+`}`, 200, -1)
	form := s.ModalSubmit(discordtest.From{}, "form", false)
	reply(t, s, form, `{"type":7,"data":{"content":"x",`+nobody+`}}`, 400, 50035) // it came from a command: nothing to update
	reply(t, s, form, `{"type":5}`, 204, -1)
	if r, err := s.Response(ctx, pick); err != nil || r.Type != 6 || r.Data != nil || r.MessageID == "" {
		t.Errorf("response %+v, %v", r, err)
	}
	auto := s.Autocomplete(discordtest.From{}, "ask")
	reply(t, s, auto, `{"type":8,"data":{"choices":[]}}`, 204, -1)
	open := s.Command(discordtest.From{}, "ask")
	reply(t, s, open, `{"type":9,"data":{"title":"T","custom_id":"f","components":[{"type":18,"label":"L","component":{"type":4,"custom_id":"x","style":1}}]}}`, 204, -1)
	if n := len(s.Problems()); n != 1 {
		t.Errorf("problems %v", s.Problems())
	}
}

// refusal is a request that breaks one limit, and what the problem says.
type refusal struct{ path, body, want string }

const (
	button = `{"type":2,"style":1,"label":"L","custom_id":"b#"}`
	option = `{"type":3,"name":"o#","description":"d"}`
)

func x(n int) string { return strings.Repeat("x", n) }

// many is a list of n, in which # is the number of each.
func many(n int, each string) string {
	var all []string
	for i := range n {
		all = append(all, strings.ReplaceAll(each, "#", strconv.Itoa(i)))
	}
	return strings.Join(all, ",")
}

// refused wants each request refused, and one problem for it. A path "callback N" stands for a callback of type N.
func refused(t *testing.T, s *discordtest.Server, method string, all []refusal) {
	t.Helper()
	for _, tc := range all {
		before, path, body := len(s.Problems()), tc.path, tc.body
		if kind, ok := strings.CutPrefix(path, "callback "); ok {
			in := s.Command(discordtest.From{}, "ask")
			path, body = "/interactions/"+in.ID+"/"+in.Token+"/callback", `{"type":`+kind+`,"data":`+body+`}`
		}
		status, o := send(t, request(t, s, method, path, body))
		problems := s.Problems()[before:]
		if status != 400 || o["code"] != 50035.0 || len(problems) != 1 || !strings.Contains(problems[0].Error(), tc.want) {
			t.Errorf("%.200s gave %d %v, want %q", tc.body, status, problems, tc.want)
		}
	}
}

func TestRefusedMessages(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	message := func(fields string) string { return `{` + fields + `,` + nobody + `}` }
	row := func(parts string) string {
		return message(`"content":"c","components":[{"type":1,"components":[` + parts + `]}]`)
	}
	const messages = "/channels/1/messages"
	refused(t, s, "POST", []refusal{
		{messages, `{"content":"x"}`, "allowed_mentions is missing"},
		{messages, `{"content":"x","allowed_mentions":{"parse":null}}`, "allowed_mentions"},
		{messages, `{"content":"x","allowed_mentions":{"parse":["users"]}}`, "allowed_mentions"},
		{messages, `{"content":"x","allowed_mentions":{"parse":[],"users":["1"]}}`, "allowed_mentions"},
		{messages, `{"content":"x","allowed_mentions":{"parse":[],"replied_user":true}}`, "allowed_mentions"},
		{messages, message(`"content":"` + x(2001) + `"`), "content: 2001"},
		{messages, message(`"content":""`), "empty message"},
		{messages, message(`"content":7`), "cannot unmarshal"},
		{messages, message(`"content":"x","nonce":"` + x(26) + `"`), "nonce"},
		{messages, message(`"embeds":[` + many(2, `{"description":"`+x(3001)+`"}`) + `]`), "all embeds: 6002"},
		{messages, message(`"embeds":[` + many(11, `{"title":"t"}`) + `]`), "embeds: 11"},
		{messages, message(`"embeds":[{"title":"` + x(257) + `"}]`), "embeds[0].title"},
		{messages, message(`"embeds":[{"fields":[{"name":"","value":"v"}]}]`), "fields[0].name"},
		{messages, row(many(2, `{"type":2,"style":1,"label":"L","custom_id":"same"}`)), "not unique"},
		{messages, row(`{"type":2,"style":1,"label":"L"}`), "custom_id: 0"},
		{messages, row(`{"type":2,"style":1,"label":"L","custom_id":"` + x(101) + `"}`), "custom_id: 101"},
		{messages, row(`{"type":2,"style":1,"label":"` + x(81) + `","custom_id":"b"}`), "label: 81"},
		{messages, row(`{"type":2,"style":5,"label":"L","custom_id":"b","url":"u"}`), "no custom_id"},
		{messages, row(many(6, button)), "want 1-5 buttons"},
		{messages, row(`{"type":3,"custom_id":"s","options":[` + many(26, `{"label":"l","value":"#"}`) + `]}`), "select's options: 26"},
		{messages, row(`{"type":3,"custom_id":"s","options":[` + many(2, `{"label":"l","value":"v"}`) + `]}`), "value \"v\" is not unique"},
		{messages, row(`{"type":3,"custom_id":"s","options":[{"label":"` + x(101) + `","value":"v"}]}`), "label: 101"},
		{messages, row(`{"type":6,"custom_id":"s","default_values":[{"id":"1","type":"channel"}]}`), `default "1" of type "channel"`},
		{messages, row(`{"type":8,"custom_id":"s","default_values":[` + many(2, `{"id":"#","type":"channel"}`) + `]}`), "default_values: 2"},
		{messages, row(`{"type":3,"custom_id":"s","options":[{"label":"l","value":"v"}],"default_values":[{"id":"1","type":"role"}]}`), "default_values: 1"},
		{messages, row(`{"type":99}`), "type 99"},
		{messages, message(`"components":[{"type":10,"content":"x"}]`), "needs components V2"},
		{messages, message(`"content":"x","flags":32768,"components":[{"type":10,"content":"x"}]`), "exclude content"},
		{messages, message(`"flags":32768,"components":[` + many(41, `{"type":10,"content":"x"}`) + `]`), "components: 41"},
		{messages, message(`"flags":32768,"components":[` + many(2, `{"type":10,"content":"`+x(2001)+`"}`) + `]`), "text of components"},
	})
}

func TestRefusedModalsAndChoices(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	const modals, choices = "callback 9", "callback 8"
	refused(t, s, "POST", []refusal{
		{modals, `{"custom_id":"f","title":"` + x(46) + `","components":[{"type":18,"label":"L","component":{"type":4,"custom_id":"x","style":1}}]}`, "title: 46"},
		{modals, `{"custom_id":"f","title":"T","components":[]}`, "modal's components: 0"},
		{modals, `{"custom_id":"f","title":"T","components":[{"type":18,"label":"` + x(46) + `","component":{"type":4,"custom_id":"x","style":1}}]}`, "label: 46"},
		{choices, `{}`, "choices is missing"},
		{choices, `{"choices":[` + many(26, `{"name":"n","value":"v"}`) + `]}`, "choices: 26"},
		{choices, `{"choices":[{"name":"","value":"v"}]}`, "name: 0"},
		{choices, `{"choices":[{"name":"n","value":"` + x(101) + `"}]}`, "value: 101"},
	})
}

func TestRefusedCommands(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	command := func(fields string) string { return `[{"name":"ask","description":"d",` + fields + `}]` }
	commands := "/applications/" + s.AppID + "/commands"
	refused(t, s, "PUT", []refusal{
		{commands, `[{"name":"Ask","description":"d"}]`, "not allowed"},
		{commands, `[{"name":"ask me","description":"d"}]`, "not allowed"},
		{commands, `[{"name":"ask","description":""}]`, "description: 0"},
		{commands, `[` + many(2, `{"name":"ask","description":"d"}`) + `]`, "twice"},
		{commands, `[` + many(16, `{"name":"a#","type":3}`) + `]`, "message commands: 16"},
		{commands, `[{"name":"Ask","type":3,"description":"d"}]`, "no description"},
		{commands, command(`"options":[` + many(26, option) + `]`), "options: 26"},
		{commands, command(`"options":[` + option + `,{"type":3,"name":"p","description":"d","required":true}]`), "required after"},
		{commands, command(`"options":[{"type":3,"name":"p","description":"d","autocomplete":true,"choices":[{"name":"n","value":"v"}]}]`), "excludes"},
		{commands, command(`"options":[` + option + `,{"type":1,"name":"sub","description":"d"}]`), "not allowed here"},
		{commands, command(`"options":[{"type":2,"name":"g","description":"d","options":[` + option + `]}]`), "not allowed here"},
		{commands, command(`"name_localizations":{"xx":"frage"}`), "unknown locale"},
		{commands, command(`"options":[` + many(4, `{"type":3,"name":"o#","description":"d","choices":[`+
			strings.TrimSuffix(strings.Repeat(`{"name":"`+x(50)+`","value":"`+x(50)+`"},`, 21), ",")+`]}`) + `]`), "in total"},
		{"/applications/" + s.AppID + "/guilds/1/commands", command(`"contexts":[0]`), "global commands only"},
	})
}

// TestAccepted is the other side of the refusals: at the limit.
func TestAccepted(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	u := func(n int) string { return strings.Repeat("ü", n) } // two bytes each
	for _, body := range []string{
		`"content":"` + u(2000) + `"`,
		`"embeds":[{"title":"` + u(256) + `","description":"` + u(4096) + `","footer":{"text":"` + u(1648) + `"}}]`,
		`"content":"c","components":[{"type":1,"components":[{"type":2,"style":5,"label":"L","url":"https://example.org"},{"type":2,"style":1,"emoji":{"name":"x"},"custom_id":"` + u(100) + `"}]}]`,
		`"flags":32768,"components":[{"type":17,"components":[{"type":9,"components":[{"type":10,"content":"t"}],"accessory":{"type":2,"style":1,"label":"L","custom_id":"a"}},{"type":14}]}]`,
	} {
		call(t, s, "POST", "/channels/1/messages", `{`+body+`,`+nobody+`}`, 200, -1)
	}
	nested := `[{"name":"faq","description":"d","name_localizations":{"ja":"質問"},"options":[{"type":2,"name":"g","description":"d","options":[
		{"type":1,"name":"s","description":"d","options":[{"type":3,"name":"o","description":"d"}]}]},{"type":1,"name":"t","description":"d"}]}]`
	status, _ := send(t, request(t, s, "PUT", "/applications/"+s.AppID+"/commands", nested))
	if status != 200 {
		t.Errorf("nested command: %d", status)
	}
	clean(t, s)
}

func TestFeature(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	var from discordtest.From
	sub := discordtest.Arg{Name: "pin", Options: []discordtest.Arg{{Name: "entry", Value: "faq/duration"}}}
	for want, in := range map[string]discordtest.Interaction{
		"command ask":             s.Command(from, "ask", discordtest.Arg{Name: "question", Value: "why"}),
		"command resource pin":    s.Command(from, "resource", sub),
		"completion resource pin": s.Autocomplete(from, "resource", sub),
		"command Answer":          s.MessageCommand(from, "Answer", s.MessageCreate(discordtest.Post{})),
		"component vote":          s.Button(from, nil, "vote/yes/faq/duration"),
		"form donate":             s.ModalSubmit(from, "donate/1", false),
	} {
		if got := in.Feature(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
