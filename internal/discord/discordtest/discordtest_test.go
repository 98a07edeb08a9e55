package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"faqbot/internal/discord/discordtest"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{Token: "secret"})
	if o := call(t, s, "GET", "/users/@me", "", 200, -1); o["id"] != s.BotID || o["bot"] != true {
		t.Errorf("me %v", o)
	}
	if o := call(t, s, "GET", "/applications/@me", "", 200, -1); o["id"] != s.AppID {
		t.Errorf("application %v", o)
	}
	if o := call(t, s, "GET", "/gateway/bot", "", 200, -1); o["url"] != s.GatewayURL() || o["shards"] != 1.0 {
		t.Errorf("gateway %v", o)
	}
	a := call(t, s, "POST", "/users/@me/channels", `{"recipient_id":"77"}`, 200, -1)
	b := call(t, s, "POST", "/users/@me/channels", `{"recipient_id":"77"}`, 200, -1)
	if a["type"] != 1.0 || a["id"] != b["id"] {
		t.Errorf("DM %v, then %v", a, b)
	}
	if o := call(t, s, "POST", "/users/@me/channels", fmt.Sprintf(`{"recipient_id":%q}`, s.UserID), 200, -1); o["id"] != s.DMID {
		t.Errorf("DM %v", o)
	}
	call(t, s, "GET", "/channels/"+s.ChannelID, "", 200, -1)
	call(t, s, "GET", "/channels/1", "", 404, 10003)
	call(t, s, "POST", "/channels/"+s.ChannelID+"/typing", "", 204, -1)
	clean(t, s)
	call(t, s, "GET", "/no/such/route?x=1", "", 404, 0)
	if p := s.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "/no/such/route: unknown route") {
		t.Errorf("problems %v", p)
	}
	r, err := s.WaitFor(ctx, discordtest.Is("GET", "/no/*/route"))
	if err != nil || r.Status != 404 || r.N != len(s.Requests()) || r.Query != "x=1" || r.Version != "10" || r.Route != "/" || r.Time.IsZero() {
		t.Errorf("request %+v, %v", r, err)
	}
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	for _, tc := range []struct {
		header, value, body string
		status              int
		code                float64
	}{
		{"Authorization", "Bot wrong", "", 401, 0},
		{"Authorization", s.Token, "", 401, 0},
		{"User-Agent", "Go-http-client/1.1", "", 403, 40333},
		{"Content-Type", "application/json", "{broken", 400, 50109},
		{"Content-Type", "text/plain", "hello", 400, 50035},
	} {
		req := request(t, s, "POST", "/users/@me/channels", tc.body)
		req.Header.Set(tc.header, tc.value)
		if status, o := send(t, req); status != tc.status || o["code"] != tc.code {
			t.Errorf("%+v gave %d %v", tc, status, o)
		}
	}
	if n := len(s.Problems()); n != 3 {
		t.Errorf("problems %v", s.Problems())
	}
	req := request(t, s, "GET", "/users/@me", "")
	req.URL.Path = "/api/v9/users/@me"
	if status, _ := send(t, req); status != 200 || s.Requests()[len(s.Requests())-1].Version != "9" {
		t.Errorf("v9 gave %d", status)
	}
	req = request(t, s, "POST", "/interactions/1/unknown/callback", `{"type":6}`)
	req.Header.Del("Authorization")
	if status, o := send(t, req); status != 404 || o["code"] != 10062.0 {
		t.Errorf("a callback without authorization gave %d %v", status, o)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{Validate: func(r *http.Request, body []byte) error {
		again := new(bytes.Buffer)
		if _, err := again.ReadFrom(r.Body); err != nil || !bytes.Equal(again.Bytes(), body) || !strings.HasPrefix(r.URL.Path, "/api/v10/") {
			return fmt.Errorf("%s: read %q again, %w", r.URL, again, err)
		}
		if bytes.Contains(body, []byte("contnet")) {
			return errors.New("unknown field contnet")
		}
		return nil
	}})
	call(t, s, "POST", "/channels/1/messages", `{"content":"x",`+nobody+`}`, 200, -1)
	clean(t, s)
	call(t, s, "POST", "/channels/1/messages", `{"contnet":"x",`+nobody+`}`, 400, 50035)
	if p := s.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), "unknown field contnet") {
		t.Errorf("problems %v", p)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	s.Inject(discordtest.Rule{Method: "POST", Prefix: "/channels/", Times: 2, Answer: discordtest.RateLimited(1500*time.Millisecond, "global")})
	s.Inject(discordtest.Rule{Method: "POST", Prefix: "/channels/", Answer: discordtest.Failure(403, 50013, "Missing Permissions"), Apply: true})
	body := `{"content":"x",` + nobody + `}`
	for range 2 {
		res, err := http.DefaultClient.Do(request(t, s, "POST", "/channels/1/messages", body))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		h := res.Header
		if res.StatusCode != 429 || h.Get("Retry-After") != "2" || h.Get("X-RateLimit-Global") != "true" || h.Get("X-RateLimit-Scope") != "global" {
			t.Errorf("%d %v", res.StatusCode, h)
		}
	}
	if n := len(s.Messages("1")); n != 0 {
		t.Errorf("%d messages in spite of the rule", n)
	}
	call(t, s, "POST", "/channels/1/messages", body, 403, 50013)
	if n := len(s.Messages("1")); n != 1 {
		t.Errorf("%d messages, want the applied one", n)
	}
	call(t, s, "POST", "/channels/1/messages", body, 200, -1)

	s.Inject(discordtest.Rule{Prefix: "/users", Times: -1, Answer: discordtest.Banned(time.Minute)})
	for range 3 {
		if status, o := send(t, request(t, s, "GET", "/users/@me", "")); status != 429 || o != nil {
			t.Errorf("%d %v", status, o)
		}
	}
	s.ClearRules()
	s.Inject(discordtest.Rule{Answer: discordtest.Unavailable(502)})
	call(t, s, "GET", "/users/@me", "", 502, -1)

	s.Inject(discordtest.Rule{Drop: true})
	if res, err := http.DefaultClient.Do(request(t, s, "POST", "/channels/1/messages", body)); err == nil {
		_ = res.Body.Close()
		t.Errorf("a dropped request gave %d", res.StatusCode)
	}
	s.Inject(discordtest.Rule{Prefix: "/guilds/1", Answer: discordtest.Answer{Status: 200, Body: `{"id":"1"}`}})
	call(t, s, "GET", "/guilds/1", "", 200, -1)
	s.Inject(discordtest.Rule{Delay: 30 * time.Millisecond})
	begin := time.Now()
	call(t, s, "GET", "/users/@me", "", 200, -1)
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Errorf("slow answer after %v", took)
	}
	if r, err := s.WaitFor(ctx, func(r discordtest.Request) bool { return r.Status == 0 }); err != nil || !r.Ruled || r.Method != "POST" {
		t.Errorf("%+v, %v", r, err)
	}
	clean(t, s)
}

func TestWaitFor(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 3 {
		wg.Go(func() {
			if r, err := s.WaitFor(ctx, discordtest.Is("GET", "/users/@me")); err != nil || r.Status != 200 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	call(t, s, "GET", "/users/@me", "", 200, -1)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err := s.WaitFor(short, discordtest.Is("GET", "/nothing"))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "GET /users/@me -> 200") {
		t.Errorf("error %v", err)
	}
	closing := discordtest.New(discordtest.Options{})
	wg.Go(func() {
		if _, err := closing.WaitFor(ctx, discordtest.Is("GET", "/nothing")); !errors.Is(err, discordtest.ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
	closing.Close()
	closing.Close()
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	path := "/channels/" + s.ChannelID + "/messages"
	a := call(t, s, "POST", path, `{"content":"one","nonce":"n1","enforce_nonce":true,`+nobody+`}`, 200, -1)
	b := call(t, s, "POST", path, `{"content":"one","nonce":"n1","enforce_nonce":true,`+nobody+`}`, 200, -1)
	if a["id"] != b["id"] || a["content"] != "one" || a["edited_timestamp"] != nil {
		t.Errorf("%v, then %v", a, b)
	}
	id := a["id"].(string)
	if o := call(t, s, "PATCH", path+"/"+id, `{"embeds":[{"title":"t"}],`+nobody+`}`, 200, -1); o["content"] != "one" || o["edited_timestamp"] == nil {
		t.Errorf("edited %v", o)
	}
	if o := call(t, s, "GET", path+"/"+id, "", 200, -1); fmt.Sprint(o["embeds"]) != "[map[title:t type:rich]]" {
		t.Errorf("got %v", o)
	}
	reply := call(t, s, "POST", path, fmt.Sprintf(`{"content":"re","message_reference":{"message_id":%q},%s}`, id, nobody), 200, -1)
	if reply["type"] != 19.0 || reply["referenced_message"].(map[string]any)["id"] != id {
		t.Errorf("reply %v", reply)
	}
	call(t, s, "DELETE", path+"/"+id, "", 204, -1)
	call(t, s, "GET", path+"/"+id, "", 404, 10008)
	call(t, s, "DELETE", path+"/"+id, "", 404, 10008)
	call(t, s, "PATCH", path+"/"+id, `{"content":"x",`+nobody+`}`, 404, 10008)
	call(t, s, "POST", path, `{"content":"re","message_reference":{"message_id":"5"},`+nobody+`}`, 400, 50035)
	call(t, s, "POST", path, `{"content":"re","message_reference":{"message_id":"5","fail_if_not_exists":false},`+nobody+`}`, 200, -1)
	if n := len(s.Messages(s.ChannelID)); n != 2 {
		t.Errorf("%d messages", n)
	}
	c, _ := connect(t, s, guildMessages)
	other := s.MessageCreate(discordtest.Post{Content: "by a member"})
	dispatch(t, s, "MESSAGE_CREATE", other)
	c.event("MESSAGE_CREATE", nil)
	call(t, s, "PATCH", path+"/"+other["id"].(string), `{"content":"x",`+nobody+`}`, 403, 50005)
	clean(t, s)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="payload_json"`}, "Content-Type": {"application/json"}})
	_, _ = part.Write([]byte(`{` + nobody + `}`))
	file, _ := w.CreateFormFile("files[0]", "chart.png")
	_, _ = file.Write([]byte("PNG"))
	_ = w.Close()
	req := request(t, s, "POST", "/channels/1/messages", form.String())
	req.Header.Set("Content-Type", w.FormDataContentType())
	status, o := send(t, req)
	if status != 200 || o["attachments"].([]any)[0].(map[string]any)["filename"] != "chart.png" {
		t.Errorf("%d %v", status, o)
	}
	r, err := s.WaitFor(ctx, discordtest.Is("POST", "/channels/*/messages"))
	if err != nil || len(r.Files) != 1 || r.Files[0].Name != "chart.png" || string(r.Files[0].Data) != "PNG" || string(r.Body) != `{`+nobody+`}` {
		t.Errorf("%+v, %v", r, err)
	}
	clean(t, s)
}

func TestPins(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	path := "/channels/" + s.ChannelID + "/messages"
	var ids []string
	for range 3 {
		id := call(t, s, "POST", path, `{"content":"x",`+nobody+`}`, 200, -1)["id"].(string)
		call(t, s, "PUT", path+"/pins/"+id, "", 204, -1)
		ids = append(ids, id)
	}
	call(t, s, "PUT", path+"/pins/1", "", 404, 10008)
	page := call(t, s, "GET", path+"/pins?limit=2", "", 200, -1)
	items := page["items"].([]any)
	last := items[1].(map[string]any)
	if len(items) != 2 || page["has_more"] != true || last["message"].(map[string]any)["id"] != ids[1] {
		t.Errorf("page %v", page)
	}
	page = call(t, s, "GET", path+"/pins?before="+last["pinned_at"].(string), "", 200, -1)
	if len(page["items"].([]any)) != 1 || page["has_more"] != false {
		t.Errorf("next page %v", page)
	}
	call(t, s, "DELETE", path+"/pins/"+ids[0], "", 204, -1)
	call(t, s, "DELETE", path+"/"+ids[1], "", 204, -1)
	page = call(t, s, "GET", path+"/pins", "", 200, -1)
	if len(page["items"].([]any)) != 1 {
		t.Errorf("after unpinning %v", page)
	}
	call(t, s, "GET", path+"/pins?limit=51", "", 400, 50035)
	clean(t, s)
}

func TestCommands(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	base := "/applications/" + s.AppID + "/commands"
	ask := `{"name":"ask","description":"Ask","name_localizations":{"de":"frage"},"default_member_permissions":"0","options":[
		{"type":3,"name":"q","description":"d","required":true,"choices":null,"autocomplete":true},{"type":3,"name":"o","description":"d","required":false}]}`
	list := func(method, path, body string) []map[string]any {
		t.Helper()
		res, err := http.DefaultClient.Do(request(t, s, method, path, body))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var all []map[string]any
		if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	first := list("PUT", base, `[`+ask+`,{"type":3,"name":"Answer This"}]`)
	again := list("PUT", base, `[`+ask+`]`)
	if len(first) != 2 || len(again) != 1 || again[0]["id"] != first[0]["id"] || again[0]["version"] != first[0]["version"] {
		t.Fatalf("registered %v, then %v", first, again)
	}
	got, _ := json.Marshal(list("GET", base+"?with_localizations=true", "")[0])
	for _, want := range []string{
		`"application_id":"` + s.AppID + `"`, `"type":1`, `"nsfw":false`, `"contexts":null`, `"integration_types":[0]`, `"dm_permission":true`,
		`"default_member_permissions":"0"`, `"name_localizations":{"de":"frage"}`, `"description_localizations":null`,
		`{"autocomplete":true,"description":"d","description_localizations":null,"name":"q","name_localizations":null,"required":true,"type":3}`,
		`{"description":"d","description_localizations":null,"name":"o","name_localizations":null,"type":3}`,
	} {
		if !bytes.Contains(got, []byte(want)) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if got, _ := json.Marshal(list("GET", base, "")); bytes.Contains(got, []byte("localizations")) {
		t.Errorf("localizations unasked: %s", got)
	}
	id := s.CommandID("ask")
	o := call(t, s, "PATCH", base+"/"+id, `{"description":"Other"}`, 200, -1)
	if o["id"] != id || o["description"] != "Other" || o["version"] == first[0]["version"] || o["options"] == nil {
		t.Errorf("edited %v", o)
	}
	o = call(t, s, "POST", base, `{"name":"ask","description":"Third"}`, 200, -1)
	if o["id"] != id || o["options"] != nil {
		t.Errorf("overwritten %v", o)
	}
	call(t, s, "POST", base, `{"name":"help","description":"Help"}`, 201, -1)
	call(t, s, "DELETE", base+"/"+id, "", 204, -1)
	call(t, s, "GET", base+"/"+id, "", 404, 10063)
	call(t, s, "GET", base+"/"+s.CommandID("help"), "", 200, -1)
	call(t, s, "GET", "/applications/1/commands", "", 403, 20012)
	guild := "/applications/" + s.AppID + "/guilds/" + s.GuildID + "/commands"
	o = call(t, s, "POST", guild, `{"name":"local","description":"d"}`, 201, -1)
	if o["guild_id"] != s.GuildID || o["contexts"] != nil || len(s.Commands(s.GuildID)) != 1 || len(s.Commands("")) != 1 {
		t.Errorf("guild command %v", o)
	}
	clean(t, s)
}

// TestClose closes while a request hangs and a connection is open.
func TestClose(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	c, _ := connect(t, s, 0)
	s.Inject(discordtest.Rule{Delay: time.Hour})
	req := request(t, s, "GET", "/users/@me", "")
	var wg sync.WaitGroup
	wg.Go(func() {
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
		}
	})
	if _, err := s.WaitFor(ctx, discordtest.Is("GET", "/users/@me")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	wg.Wait()
	c.closed(0)
	if err := s.Gateway.Ready(ctx); !errors.Is(err, discordtest.ErrClosed) {
		t.Errorf("Ready after Close: %v", err)
	}
}

func TestChannelMessages(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{Quiet: true})
	path := "/channels/" + s.ChannelID + "/messages"
	var ids []string
	for range 3 {
		m := call(t, s, http.MethodPost, path, `{"content":"hi",`+nobody+`}`, http.StatusOK, -1)
		ids = append(ids, m["id"].(string))
	}
	res, err := http.DefaultClient.Do(request(t, s, http.MethodGet, path+"?limit=1&after="+ids[0], ""))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got []struct{ ID string }
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || len(got) != 1 || got[0].ID != ids[1] {
		t.Errorf("%v %v, want the next one after the first of %v", got, err, ids)
	}
	call(t, s, http.MethodGet, path+"?limit=101", "", http.StatusBadRequest, 50035)
	clean(t, s)
}

// TestObserve: each request is told of, with what it did; memories hold no more than Kept, and ids tell Discord's time.
func TestObserve(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var told []discordtest.Request
	const ahead = 6 * time.Hour
	s, _ := start(t, discordtest.Options{Kept: 3, Ahead: ahead, Observe: func(r discordtest.Request) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, r)
	}})
	s.Inject(discordtest.Rule{Answer: discordtest.Unavailable(500)})
	s.Inject(discordtest.Rule{Answer: discordtest.Unavailable(500), Apply: true})
	for range 2 {
		call(t, s, "GET", "/users/@me", "", 500, -1)
	}
	for range 3 {
		call(t, s, "GET", "/users/@me", "", 200, -1)
	}
	s.CloseIdle()
	call(t, s, "GET", "/users/@me", "", 200, -1)
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d requests kept", n)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 6 || told[0].Done || !told[1].Done || !told[2].Done || told[2].Ruled {
		t.Errorf("told of %+v", told)
	}
	id, err := strconv.ParseUint(s.NewID(), 10, 64)
	if at := time.UnixMilli(int64(id>>22) + 1_420_070_400_000); err != nil || (time.Until(at)-ahead).Abs() > time.Minute {
		t.Errorf("an id of %v, %v", at, err)
	}
}
