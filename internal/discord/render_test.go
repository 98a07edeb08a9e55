package discord

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/discordtest/golden"
	"faqbot/internal/text"
)

// TestRender draws each testdata/render/*.txtar. The section "case" says what: lines "question: ...", "entry: ...", "card: ..." (one
// of the bot's own) or "static:", and optionally "country: ..." and "view: public", "view: share" or "view: asked". The section "payload" is what
// Discord gets, "text" what a person reads. UPDATE_GOLDEN=1 writes both anew.
func TestRender(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/render/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			drawFile(t, file)
		})
	}
}

func drawFile(t *testing.T, file string) {
	t.Helper()
	golden.Play(t, file, func(script string) []golden.Section {
		m := drawCase(t, script)
		for _, err := range api.Check(m) {
			t.Error(err)
		}
		payload, err := json.Marshal(m.Create())
		if err != nil {
			t.Fatal(err)
		}
		return []golden.Section{{Name: "payload", Text: pretty(payload) + "\n"}, {Name: "text", Text: readable(m)}}
	})
}

// drawCase draws what a case asks for.
func drawCase(t *testing.T, script string) api.Body {
	t.Helper()
	bot := fixtureBot(t)
	set := map[string]string{}
	for line := range strings.Lines(script) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			t.Fatalf("not a setting: %q", line)
		}
		set[key] = expand(strings.TrimSpace(value))
	}
	q := answer.Question{Country: set["country"], At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	v := map[string]view{"": {}, "share": {share: true}, "public": {public: true, owner: "1.0123456789abcdef"}, "asked": {share: true, card: "7"}}[set["view"]]
	var reply answer.Reply
	switch {
	case set["question"] != "":
		q.Words = text.New(set["question"])
		reply = bot.Ask(q).Reply
	case set["entry"] != "":
		out, ok := bot.Entry(set["entry"], q)
		if !ok {
			t.Fatalf("no entry %q", set["entry"])
		}
		reply = out.Reply
	case set["card"] != "":
		card, ok := bot.Fixed(set["card"], q)
		if !ok {
			t.Fatalf("no card %q", set["card"])
		}
		reply = answer.NoAnswer{Card: card}
	default:
		return plainMessage(answer.Static())
	}
	m, err := render(reply, v, bot.Countries())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// readable writes a message as a person sees it, from top to bottom.
func readable(m api.Body) string {
	parts := []string{m.Content}
	for _, e := range m.Embeds {
		lines := []string{"# " + e.Title, "", e.Description}
		for _, f := range e.Fields {
			lines = append(lines, "", "## "+f.Name, f.Value)
		}
		lines = append(lines, "", "("+e.Footer.Text+")")
		parts = append(parts, "| "+strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\n| "))
	}
	for _, row := range m.Components {
		var labels []string
		r, _ := row.(discordgo.ActionsRow)
		for _, c := range r.Components {
			switch c := c.(type) {
			case discordgo.Button:
				labels = append(labels, "["+strings.TrimSpace(c.Label+" "+c.URL)+"]")
			case discordgo.SelectMenu:
				labels = append(labels, "<"+c.Placeholder+">")
				for _, o := range c.Options {
					labels = append(labels, "\n  "+o.Label)
				}
			}
		}
		parts = append(parts, strings.Join(labels, " "))
	}
	return strings.ReplaceAll(strings.Join(parts, "\n\n"), " \n", "\n") + "\n"
}

// TestRenderNothing: what has no card is not drawn.
func TestRenderNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []answer.Reply{
		answer.Urgent{}, answer.Answer{}, answer.Choose{}, answer.Decline{}, answer.CheckIn{}, answer.NoAnswer{}, answer.Silence{}, nil,
	} {
		if _, err := render(r, view{}, nil); err == nil {
			t.Errorf("%T was drawn", r)
		}
		if r != nil && CheckReply(r, nil) == nil {
			t.Errorf("%T was checked", r)
		}
	}
	card, _ := fixtureBot(t).Fixed(content.CardHelp, answer.Question{})
	if _, err := Payload(answer.NoAnswer{Card: card}, nil); err != nil {
		t.Error(err)
	}
}
