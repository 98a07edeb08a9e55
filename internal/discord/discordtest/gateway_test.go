package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"faqbot/internal/discord/discordtest"
)

const (
	guilds         = 1
	guildMessages  = 1 << 9
	directMessages = 1 << 12
	messageContent = 1 << 15
)

func dispatch(t *testing.T, s *discordtest.Server, event string, payload any) {
	t.Helper()
	if err := s.Gateway.Dispatch(event, payload); err != nil {
		t.Fatal(err)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{Heartbeat: 1500 * time.Millisecond})
	c := dial(t, s, query)
	if d := string(c.read(10).D); d != `{"heartbeat_interval":1500}` {
		t.Errorf("hello %s", d)
	}
	c.identify("Bot "+s.Token, guilds)
	var r readyEvent
	if f := c.event("READY", &r); f.S != 1 {
		t.Errorf("sequence %d", f.S)
	}
	if r.User.ID != s.BotID || r.App.ID != s.AppID || r.SessionID == "" || r.ResumeURL != s.GatewayURL()+"/resume" {
		t.Errorf("ready %+v", r)
	}
	c.event("GUILD_CREATE", nil)
	if err := s.Gateway.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	c.send(1, 2)
	c.read(11)
	s.Gateway.SendOp1()
	c.read(1)
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
	st, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool { return st.Connections == 0 })
	if err != nil {
		t.Fatal(err)
	}
	if st.Heartbeats != 1 || st.Ready != 1 || st.Live != 0 || len(st.Identifies) != 1 || st.Identifies[0].Intents != guilds ||
		st.Identifies[0].Shard != [2]int{0, 1} || len(st.CloseCodes) != 1 || st.CloseCodes[0] != 1000 || len(st.Dials) != 1 {
		t.Errorf("stats %+v", st)
	}
	if s.Gateway.Dispatch("INTERACTION_CREATE", s.Command(discordtest.From{}, "ask")) == nil {
		t.Error("the session outlived close code 1000")
	}
	clean(t, s)
}

func TestRefusedIdentify(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{DeniedIntents: messageContent})
	for _, tc := range []struct {
		frame string
		code  int
	}{
		{`{"op":2,"d":{"token":"wrong","intents":0,"properties":{}}}`, 4004},
		{`{"op":2,"d":{"token":"` + s.Token + `","intents":32768,"properties":{}}}`, 4014},
		{`{"op":2,"d":{"token":"` + s.Token + `","intents":-2,"properties":{}}}`, 4013},
		{`{"op":2,"d":{"token":"` + s.Token + `","properties":{}}}`, 4013},
		{`{"op":2,"d":{"token":"` + s.Token + `","intents":0,"properties":{},"shard":[1,1]}}`, 4010},
		{`{"op":2,"d":{"token":"` + s.Token + `","intents":0}}`, 4002},
		{`{"op":6,"d":{"token":"wrong","session_id":"x","seq":1}}`, 4004},
		{`{"op":3,"d":{}}`, 4003},
		{`{"op":77}`, 4001},
		{`{broken`, 4002},
		{`{"op":1,"d":"` + strings.Repeat("x", 4096) + `"}`, 4002},
	} {
		c := dial(t, s, query)
		c.read(10)
		if err := c.ws.WriteMessage(websocket.TextMessage, []byte(tc.frame)); err != nil {
			t.Fatal(err)
		}
		c.closed(tc.code)
	}
	c, _ := connect(t, s, 0)
	c.identify(s.Token, 0)
	c.closed(4005)
	clean(t, s)
	dial(t, s, "/?v=9&encoding=json").closed(4012)
	dial(t, s, "/?v=10").closed(4012)
	if len(s.Problems()) != 2 {
		t.Errorf("problems %v", s.Problems())
	}
	old, _ := start(t, discordtest.Options{GatewayV9: true})
	dial(t, old, "/?v=9&encoding=json").read(10)
}

func TestResume(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	c, r := connect(t, s, 0)
	in := s.Command(discordtest.From{}, "ask")
	dispatch(t, s, "INTERACTION_CREATE", in)
	if f := c.event("INTERACTION_CREATE", nil); f.S != 2 {
		t.Errorf("sequence %d", f.S)
	}
	s.Gateway.Repeat()
	if f := c.event("INTERACTION_CREATE", nil); f.S != 2 {
		t.Errorf("repeated sequence %d", f.S)
	}
	s.Gateway.Drop()
	c.closed(0)
	if _, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool { return st.Connections == 0 }); err != nil {
		t.Fatal(err)
	}
	dispatch(t, s, "INTERACTION_CREATE", in)
	dispatch(t, s, "INTERACTION_CREATE", in)

	c = dial(t, s, strings.TrimPrefix(r.ResumeURL, s.GatewayURL())+"?v=10&encoding=json")
	c.read(10)
	c.send(6, map[string]any{"token": s.Token, "session_id": r.SessionID, "seq": 2})
	c.event("INTERACTION_CREATE", nil)
	if f := c.event("INTERACTION_CREATE", nil); f.S != 4 {
		t.Errorf("replayed sequence %d", f.S)
	}
	if f := c.event("RESUMED", nil); f.S != 5 {
		t.Errorf("RESUMED's sequence %d", f.S)
	}
	st, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool { return st.Resumed == 1 })
	if err != nil || !st.Resumes[0].Accepted || st.Resumes[0].Seq != 2 || st.Dials[1].Path != "/resume" || len(st.CloseCodes) != 0 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

func TestInvalidSession(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	c, r := connect(t, s, 0)
	resume := map[string]any{"token": s.Token, "session_id": r.SessionID, "seq": 1}
	s.Gateway.SendOp7()
	c.read(7)
	s.Gateway.SendOp9(true)
	if f := c.read(9); string(f.D) != "true" {
		t.Errorf("op 9 %s", f.D)
	}
	s.Gateway.CloseWith(4000)
	c.closed(4000)
	c = dial(t, s, query)
	c.read(10)
	c.send(6, resume)
	c.event("RESUMED", nil)
	s.Gateway.SendOp9(false)
	c.read(9)
	c.send(6, resume)
	c.closed(4005)

	c = dial(t, s, query)
	c.read(10)
	c.send(6, resume)
	if f := c.read(9); string(f.D) != "false" {
		t.Errorf("op 9 %s", f.D)
	}
	c.identify(s.Token, 0)
	c.event("READY", nil)
	s.Gateway.CloseWith(4009)
	c.closed(4009)
	if s.Gateway.Dispatch("INTERACTION_CREATE", s.Command(discordtest.From{}, "ask")) == nil {
		t.Error("the session outlived 4009")
	}
}

func TestBadDials(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	s.Gateway.NextDials(discordtest.DialRefused, discordtest.DialSilent, discordtest.DialOp9, discordtest.DialReconnect, discordtest.DialNoReady)
	_, res, err := websocket.DefaultDialer.DialContext(ctx, s.GatewayURL()+query, nil)
	if err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("refused dial: %v", err)
	}
	_ = res.Body.Close()
	c := dial(t, s, query)
	_ = c.ws.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, m, err := c.ws.ReadMessage(); err == nil {
		t.Errorf("a silent dial said %s", m)
	}
	_ = c.ws.Close()
	for _, op := range []int{9, 7} {
		c := dial(t, s, query)
		c.read(10)
		c.identify(s.Token, 0)
		c.read(op)
		_ = c.ws.Close()
	}
	c = dial(t, s, query)
	c.read(10)
	c.identify(s.Token, 0)
	c.send(1, nil)
	c.read(11) // and no READY before it
	s.Gateway.Mute(true)
	c.send(1, nil)
	if _, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool { return st.Heartbeats == 2 }); err != nil {
		t.Fatal(err)
	}
	s.Gateway.SendRaw([]byte("{broken"))
	if _, m, err := c.ws.ReadMessage(); err != nil || string(m) != "{broken" {
		t.Errorf("%s, %v", m, err)
	}
	huge := bytes.Repeat([]byte("x"), 5<<20)
	sent := make(chan struct{})
	go func() { // it waits for the client to read
		defer close(sent)
		s.Gateway.SendRaw(huge)
	}()
	if _, m, err := c.ws.ReadMessage(); err != nil || len(m) != len(huge) {
		t.Errorf("%d bytes, %v", len(m), err)
	}
	<-sent
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if err := s.Gateway.Ready(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Ready: %v", err)
	}
	_ = c.ws.NetConn().Close()
	if _, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool {
		return len(st.CloseCodes) > 0 && st.CloseCodes[len(st.CloseCodes)-1] == 1006
	}); err != nil {
		t.Error(err)
	}
}

func TestIntents(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	if s.Gateway.Dispatch("MESSAGE_CREATE", s.MessageCreate(discordtest.Post{})) == nil {
		t.Error("an event without a session is no error")
	}
	dm := discordtest.From{Place: discordtest.InDM}
	plain := s.MessageCreate(discordtest.Post{Content: "plain"})
	mention := s.MessageCreate(discordtest.Post{Content: "hello", Mentions: true, ReplyTo: plain, Ping: true})
	type message struct {
		Content    string
		Type       int
		Mentions   []struct{ ID string }
		Referenced struct{ Content string } `json:"referenced_message"`
	}
	var m message

	none, _ := connect(t, s, 0)
	if s.Gateway.Dispatch("MESSAGE_CREATE", plain) == nil || s.Gateway.Dispatch("GUILD_CREATE", s.GuildCreate(s.NewID())) == nil {
		t.Error("events without the intent")
	}
	blind, _ := connect(t, s, guildMessages|directMessages)
	dispatch(t, s, "MESSAGE_CREATE", plain)
	if blind.event("MESSAGE_CREATE", &m); m.Content != "" {
		t.Errorf("content %q", m.Content)
	}
	dispatch(t, s, "MESSAGE_CREATE", mention)
	if blind.event("MESSAGE_CREATE", &m); m.Content != "<@"+s.BotID+"> hello" || m.Type != 19 || m.Referenced.Content != "" || len(m.Mentions) != 2 {
		t.Errorf("mention %+v", m)
	}
	dispatch(t, s, "MESSAGE_CREATE", s.MessageCreate(discordtest.Post{From: dm, Content: "dm"}))
	if blind.event("MESSAGE_CREATE", &m); m.Content != "dm" {
		t.Errorf("content in a DM %q", m.Content)
	}
	all, _ := connect(t, s, guilds|guildMessages|messageContent)
	all.event("GUILD_CREATE", nil)
	dispatch(t, s, "MESSAGE_UPDATE", s.MessageUpdate(plain, "edited"))
	if all.event("MESSAGE_UPDATE", &m); m.Content != "edited" {
		t.Errorf("content %q", m.Content)
	}
	dispatch(t, s, "MESSAGE_DELETE", s.MessageDelete(plain))
	all.event("MESSAGE_DELETE", nil)
	dispatch(t, s, "GUILD_DELETE", s.GuildDelete(s.GuildID, false))
	all.event("GUILD_DELETE", nil)
	if _, ok := s.Message(s.ChannelID, plain["id"].(string)); ok {
		t.Error("REST still has the deleted message")
	}
	s.Gateway.SendOp7()
	none.read(7) // nothing came before
	clean(t, s)
}

func TestShards(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	var shards []*client
	for i := range 2 {
		c := dial(t, s, query)
		c.read(10)
		c.send(2, map[string]any{"token": s.Token, "intents": 0, "properties": map[string]string{}, "shard": [2]int{i, 2}})
		c.event("READY", nil)
		shards = append(shards, c)
	}
	for i, c := range shards {
		guild := strconv.Itoa((2 + i) << 22)
		dispatch(t, s, "INTERACTION_CREATE", s.Command(discordtest.From{GuildID: guild}, "ask"))
		c.event("INTERACTION_CREATE", nil)
	}
	dispatch(t, s, "INTERACTION_CREATE", s.Command(discordtest.From{Place: discordtest.InDM}, "ask"))
	shards[0].event("INTERACTION_CREATE", nil)
	s.Gateway.SendOp7()
	shards[1].read(7)
}

// TestEcho is about what the bot hears of its own doings.
func TestEcho(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{false, true} {
		s, _ := start(t, discordtest.Options{Quiet: quiet})
		c, _ := connect(t, s, guildMessages)
		o := call(t, s, "POST", "/channels/"+s.ChannelID+"/messages", `{"content":"hi",`+nobody+`}`, 200, -1)
		call(t, s, "PATCH", "/channels/"+s.ChannelID+"/messages/"+o["id"].(string), `{"content":"ho",`+nobody+`}`, 200, -1)
		call(t, s, "DELETE", "/channels/"+s.ChannelID+"/messages/"+o["id"].(string), ``, 204, -1)
		if !quiet {
			var m struct {
				Content string
				Author  struct{ ID string }
				Guild   string `json:"guild_id"`
			}
			c.event("MESSAGE_CREATE", &m)
			if m.Content != "hi" || m.Author.ID != s.BotID || m.Guild != s.GuildID {
				t.Errorf("echo %+v", m)
			}
			c.event("MESSAGE_UPDATE", nil)
			c.event("MESSAGE_DELETE", nil)
		}
		s.Gateway.SendOp7()
		c.read(7)
		clean(t, s)
	}
}

func TestEventShapes(t *testing.T) {
	t.Parallel()
	s, _ := start(t, discordtest.Options{})
	arg := discordtest.Arg{Name: "question", Value: "what", Focused: true}
	group := discordtest.Arg{Name: "group", Options: []discordtest.Arg{{Name: "n", Value: 3}, {Name: "b", Value: true}, {Name: "f", Value: 1.5}}}
	message := s.MessageCreate(discordtest.Post{Content: "x"})
	for _, tc := range []struct {
		in   discordtest.Interaction
		want []string
	}{
		{s.Command(discordtest.From{}, "ask", arg), []string{
			`"type":2`, `"name":"ask"`, `"options":[{"name":"question","type":3,"value":"what","focused":true}]`, `"member":{`, `"context":0`,
			`"authorizing_integration_owners":{"0":"` + s.GuildID + `"}`, `"guild_id":"` + s.GuildID + `"`, `"locale":"en-US"`, `"app_permissions":"`,
		}},
		{s.Command(discordtest.From{Place: discordtest.InDM, Locale: "de"}, "a", group), []string{
			`"user":{`, `"context":1`, `{"0":"0"}`, `"channel_id":"` + s.DMID + `"`, `"locale":"de"`, `"type":4`, `"type":5`, `"type":10`, `"type":1`,
		}},
		{s.Command(discordtest.From{Place: discordtest.UserInstall}, "ask"), []string{`{"1":"` + s.UserID + `"}`, `"context":0`}},
		{s.Command(discordtest.From{Place: discordtest.InOtherDM}, "ask"), []string{`{"1":"` + s.UserID + `"}`, `"context":2`}},
		{s.Autocomplete(discordtest.From{}, "ask", arg), []string{`"type":4`, `"focused":true`}},
		{s.MessageCommand(discordtest.From{}, "Answer", message), []string{
			`"target_id":"` + message["id"].(string) + `"`, `"resolved":{"messages":{"` + message["id"].(string) + `"`,
		}},
		{s.Button(discordtest.From{}, nil, "v1/yes"), []string{`"type":3`, `"component_type":2`, `"custom_id":"v1/yes"`, `"message":{`}},
		{s.Select(discordtest.From{}, message, "pick", "a", "b"), []string{`"component_type":3`, `"values":["a","b"]`, `"content":"x"`}},
		{s.ModalSubmit(discordtest.From{}, "form", false, discordtest.Field{CustomID: "f", Value: "v"}), []string{
			`"type":5`, `"component":{"custom_id":"f","id":2,"type":4,"value":"v"}`, `"type":18`,
		}},
		{s.ModalSubmit(discordtest.From{}, "form", true, discordtest.Field{CustomID: "f", Value: "v"}), []string{`"components":[{"components":[{"custom_id":"f"`}},
	} {
		got, err := json.Marshal(tc.in)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range append(tc.want, `"id":"`+tc.in.ID+`"`, `"token":"`+tc.in.Token+`"`, `"application_id":"`+s.AppID+`"`) {
			if !bytes.Contains(got, []byte(want)) {
				t.Errorf("%s\nlacks %s", got, want)
			}
		}
	}
	hook := s.MessageCreate(discordtest.Post{Webhook: true})
	if hook["webhook_id"] == nil || hook["author"].(discordtest.Object)["bot"] != true {
		t.Errorf("webhook %v", hook)
	}
	if same := s.MessageUpdate(message, "x"); same["edited_timestamp"] != nil {
		t.Errorf("an unfurl changed %v", same)
	}
}

// TestHalt: a half-open socket says nothing, hears nothing and does not end; what was missed comes with the resume.
func TestHalt(t *testing.T) {
	t.Parallel()
	s, ctx := start(t, discordtest.Options{})
	c, ready := connect(t, s, 1<<12)
	s.Gateway.Halt()
	c.send(1, nil)
	in := s.Command(discordtest.From{}, "ask")
	if err := s.Gateway.Dispatch("INTERACTION_CREATE", in); err != nil {
		t.Fatal(err)
	}
	_ = c.ws.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, frame, err := c.ws.ReadMessage(); err == nil {
		t.Fatalf("a half-open socket said %s", frame)
	}
	if st := s.Gateway.Stats(); st.Heartbeats != 0 || st.Connections != 1 {
		t.Errorf("%+v", st)
	}
	again := dial(t, s, "/resume?v=10&encoding=json")
	again.read(10)
	again.send(6, map[string]any{"token": s.Token, "session_id": ready.SessionID, "seq": 1})
	again.event("INTERACTION_CREATE", nil)
	if _, err := s.Gateway.Wait(ctx, func(st discordtest.Stats) bool { return st.Resumed == 1 }); err != nil {
		t.Error(err)
	}
}
