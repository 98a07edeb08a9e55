package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// interactionSeeds are the shapes that Discord sends, and some that it should not.
func interactionSeeds() []string {
	return []string{
		`{"id":"1","token":"t","application_id":"2","type":2,"version":1,"guild_id":"3","channel_id":"4","app_permissions":"562949953601536",
		 "locale":"de","guild_locale":"en-US","context":0,"authorizing_integration_owners":{"0":"3"},"entitlements":[],
		 "member":{"user":{"id":"5","username":"u"},"roles":[],"permissions":"0","joined_at":"2020-01-01T00:00:00.000000+00:00","nick":null},
		 "data":{"id":"6","name":"ask","type":1,"options":[{"name":"question","type":3,"value":"why"},null]}}`,
		`{"id":"1","token":"t","type":2,"user":{"id":"5"},"data":{"id":"6","name":"Answer","type":3,"target_id":"7","resolved":{"messages":{"7":
		 {"id":"7","content":"why","author":null,"components":[{"type":99}],"embeds":[null],"mentions":[null,{"id":"8"}],
		 "referenced_message":{"id":"9","components":[{"type":16}]},"message_snapshots":[{"message":{"content":"x","components":[{"type":20}]}}]},"8":null}}}}`,
		`{"id":"1","token":"t","type":3,"data":{"custom_id":"choose/x","component_type":2},"message":{"id":"7","flags":64,"components":[{"type":1,"components":[{"type":2,"style":1}]},{"type":77}]}}`,
		`{"id":"1","token":"t","type":3,"data":{"custom_id":"pick","component_type":3,"values":["a",null]}}`,
		`{"id":"1","token":"t","type":4,"data":{"id":"6","name":"faq","type":1,"options":[{"name":"topic","type":3,"value":"sle","focused":true}]}}`,
		`{"id":"1","token":"t","type":5,"data":{"custom_id":"form","components":[{"type":18,"id":1,"component":{"type":4,"custom_id":"a","value":"x","id":2}},
		 {"type":1,"components":[{"type":4,"custom_id":"b","value":"y"}]},{"type":18,"component":{"type":21,"custom_id":"r","value":"z"}},{"type":10,"content":"c"},null,7]}}`,
		`{"id":"1","token":"t","type":1}`,
		`{"id":"1","token":"t","type":2,"data":{"name":"n","options":[{"name":"o","type":3,"value":7}]}}`,
		`{"id":"1","token":"t","type":2,"data":{"name":"n","options":[{"name":"o","type":1,"options":[{"name":"o","type":4,"value":1e400}]}]}}`,
		`{"id":"1","token":"t","type":9,"data":{}}`, `{"ID":"1","Token":"t","Type":5,"Data":{"Components":[{"type":99}]}}`,
		`{"id":"1","token":"t","type":2,"data":null}`, `{"type":2}`, `null`, `[]`, `7`, ``, `{"id":1}`, `{"id":"1","token":"t","type":5,"data":[]}`,
	}
}

func TestDecodeInteraction(t *testing.T) {
	t.Parallel()
	seeds := interactionSeeds()
	decode := func(i int) *discordgo.Interaction {
		t.Helper()
		in, err := DecodeInteraction(json.RawMessage(seeds[i]))
		if err != nil {
			t.Fatalf("%s: %v", seeds[i], err)
		}
		return in
	}
	in := decode(0)
	if options := in.ApplicationCommandData().Options; len(options) != 1 || options[0].StringValue() != "why" || in.Member.User.ID != "5" {
		t.Errorf("command %+v", in)
	}
	m := decode(1).ApplicationCommandData().Resolved.Messages
	if len(m) != 1 || m["7"].Content != "why" || len(m["7"].Embeds) != 0 || len(m["7"].Mentions) != 1 || m["7"].ReferencedMessage.ID != "9" {
		t.Errorf("message command %+v", m)
	}
	if in := decode(2); in.MessageComponentData().CustomID != "choose/x" || in.Message.Flags != discordgo.MessageFlagsEphemeral {
		t.Errorf("button %+v", in)
	}
	if in := decode(3); len(in.MessageComponentData().Values) != 1 {
		t.Errorf("menu %+v", in.Data)
	}
	if in := decode(4); !in.ApplicationCommandData().Options[0].Focused {
		t.Errorf("autocomplete %+v", in.Data)
	}
	if form := decode(5).ModalSubmitData(); form.CustomID != "form" || len(form.Components) != 0 {
		t.Errorf("form %+v", form)
	}
	for _, bad := range seeds[7:10] {
		if _, err := DecodeInteraction(json.RawMessage(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

// TestDecodeSurvivesNews: a detail in a new shape costs the detail, not the question.
func TestDecodeSurvivesNews(t *testing.T) {
	t.Parallel()
	in, err := DecodeInteraction(json.RawMessage(`{"id":"1","token":"t","type":2,"entitlements":{"new":1},"message":{"id":7},"data":{"name":"ask"}}`))
	if err != nil || in.ApplicationCommandData().Name != "ask" {
		t.Errorf("%v, %v", in, err)
	}
	m, err := DecodeMessage(json.RawMessage(`{"id":"1","content":"why","author":{"id":"2"},"poll":[7],"sticker_items":"new"}`))
	if err != nil || m.Content != "why" || m.Author.ID != "2" {
		t.Errorf("%v, %v", m, err)
	}
}

func TestDecodeDepth(t *testing.T) {
	t.Parallel()
	const levels = 5000 // json gives up at 10,000
	deep := strings.Repeat(`{"id":"1","referenced_message":`, levels) + "{}" + strings.Repeat("}", levels)
	start := time.Now()
	if m, err := DecodeMessage(json.RawMessage(deep)); err != nil || m.ReferencedMessage == nil {
		t.Errorf("%v, %v", m, err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

func TestDecodeErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{"id":"1","content":{"PAYLOAD":1}}`, `PAYLOAD`, `{"id":"1","token":"t","type":2,"data":"PAYLOAD"}`} {
		_, err := DecodeMessage(json.RawMessage(bad))
		_, err2 := DecodeInteraction(json.RawMessage(bad))
		if err2 == nil || strings.Contains(err2.Error(), "PAYLOAD") || err != nil && strings.Contains(err.Error(), "PAYLOAD") {
			t.Errorf("%v, %v", err, err2)
		}
	}
}

func FuzzDecodeInteraction(f *testing.F) {
	for _, seed := range interactionSeeds() {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := DecodeInteraction(data)
		if err != nil {
			return
		}
		if in.ID == "" || in.Token == "" {
			t.Fatal("neither id nor token")
		}
		useInteraction(t, in)
	})
}

// useInteraction reads what a careless caller would read without asking for nil.
func useInteraction(t *testing.T, in *discordgo.Interaction) {
	t.Helper()
	switch in.Type {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		useOptions(in.ApplicationCommandData().Options)
		if r := in.ApplicationCommandData().Resolved; r != nil {
			for _, m := range r.Messages {
				useMessage(m)
			}
		}
	case discordgo.InteractionMessageComponent:
		_ = in.MessageComponentData().CustomID
	case discordgo.InteractionModalSubmit:
		_ = in.ModalSubmitData().CustomID
	case discordgo.InteractionPing:
	default:
		t.Fatalf("type %d passed", in.Type)
	}
	if in.Message != nil {
		useMessage(in.Message)
	}
}

func useOptions(options []*discordgo.ApplicationCommandInteractionDataOption) {
	for _, o := range options {
		switch o.Type {
		case discordgo.ApplicationCommandOptionString:
			_ = o.StringValue()
		case discordgo.ApplicationCommandOptionInteger:
			_ = o.IntValue()
		case discordgo.ApplicationCommandOptionNumber:
			_ = o.FloatValue()
		case discordgo.ApplicationCommandOptionBoolean:
			_ = o.BoolValue()
		case discordgo.ApplicationCommandOptionUser:
			_ = o.UserValue(nil)
		}
		useOptions(o.Options)
	}
}

func useMessage(m *discordgo.Message) {
	for _, u := range m.Mentions {
		_ = u.ID
	}
	for _, e := range m.Embeds {
		_ = e.Title
	}
	for _, a := range m.Attachments {
		_ = a.Filename
	}
	if m.ReferencedMessage != nil {
		useMessage(m.ReferencedMessage)
	}
}

func FuzzDecodeMessage(f *testing.F) {
	for _, seed := range []string{
		`{"id":"1","channel_id":"2","content":"hi","author":{"id":"3","bot":true},"timestamp":"2020-01-01T00:00:00.000000+00:00","edited_timestamp":null,
		 "components":[{"type":17,"components":[{"type":99}]}],"mentions":[null],"nonce":7,"type":19,"message_reference":{"message_id":"4"},
		 "referenced_message":null,"poll":{"question":{"text":"?"},"expiry":null}}`,
		`{"id":"1","Components":[{"type":99}]}`, `{"id":"1","componentſ":[{"type":99}]}`, `{"id":"1","author":null}`, `{"id":"1","timestamp":"soon"}`, `{}`, `[`, `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeMessage(data)
		if err != nil {
			return
		}
		if m.ID == "" {
			t.Fatal("no id")
		}
		useMessage(m)
	})
}

// TestGuildOf: a server that has not installed the bot is none; where Discord does not say, it is one.
func TestGuildOf(t *testing.T) {
	t.Parallel()
	const server, member = discordgo.ApplicationIntegrationGuildInstall, discordgo.ApplicationIntegrationUserInstall
	type owners = map[discordgo.ApplicationIntegrationType]string
	for want, all := range map[string][]owners{
		"1": {{server: "1"}, {server: "1", member: "2"}, {}, nil},
		"":  {{member: "2"}},
	} {
		for _, o := range all {
			if got := GuildOf(&discordgo.Interaction{GuildID: "1", AuthorizingIntegrationOwners: o}); got != want {
				t.Errorf("with %v the server is %q, want %q", o, got, want)
			}
		}
	}
}
