package discord

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
)

// largestBot has the cards of the fixture and one entry, decline, country and card as long as content allows. change edits its YAML.
func largestBot(t *testing.T, change func(string) string) *answer.Bot {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"bot.yaml", "entries.yaml", "physical.yaml", "symptoms.yaml"} {
		raw, err := fs.ReadFile(os.DirFS("testdata/content/en"), name)
		if err != nil {
			t.Fatal(err)
		}
		files["en/"+name] = &fstest.MapFile{Data: raw}
	}
	wide := func(n int) string { return strings.Repeat("ä", n) }
	large := fmt.Sprintf(`reminders: {long: %[1]s}
sources: {long: {title: %[2]s}}
entries:
  - {id: %[3]s, title: %[4]s, question: %[5]s, aliases: [], answer: %[6]s, get_help: %[7]s, reminder: long, sources: [long], review: {state: draft},
     related: [symptom/insomnia, symptom/vivid-dreams, faq/duration, coping/medical, coping/breathing], phrasings: []}
declines:
  - {id: decline/large, title: %[4]s, text: %[8]s, reminder: long, sources: [long], review: {state: draft},
     related: [symptom/insomnia, symptom/vivid-dreams, faq/duration, coping/medical, coping/breathing], examples: [one thing that is declined]}
cards: [{id: card/large, title: %[4]s, text: %[8]s, reminder: long, sources: [long], review: {state: draft}}]
helplines:
  FR: {name: %[4]s, lines: [%[9]s]}
`, wide(300), wide(300), "symptoms/"+strings.Repeat("x", 51), wide(60), wide(100), wide(1500), wide(700), wide(1200),
		strings.TrimSuffix(strings.Repeat(fmt.Sprintf(
			`{role: emergency, name: %[1]s, call: ["112"], text: %[1]s, chat: "https://example.org/%[2]s", for: %[1]s, hours: %[1]s, checked_on: 2026-11-01, evidence: seen},`,
			wide(100), strings.Repeat("a", 400)), 3), ","))
	files["en/large.yaml"] = &fstest.MapFile{Data: []byte(change(large))}
	lib, err := content.Load(files, "en")
	if err != nil {
		t.Fatal(err)
	}
	return answer.NewCards(lib)
}

// broken lists what CheckReply says of every reply.
func broken(bot *answer.Bot) []string {
	var out []string
	for r := range bot.Replies {
		if err := CheckReply(r, bot.Countries()); err != nil {
			out = append(out, fmt.Sprintf("%T %s: %v", r, r.Shown().ID(), err))
		}
	}
	return out
}

// TestLargestContent: content at its own limits keeps those of Discord, and what content does not bound is reported.
func TestLargestContent(t *testing.T) {
	t.Parallel()
	if found := broken(largestBot(t, func(s string) string { return s })); found != nil {
		t.Error(strings.Join(found, "\n"))
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"long source": {
			"sources: {long: {title: ä", "sources: {long: {title: " + strings.Repeat("ö", 2000),
			"characters of an embed's footer",
		},
		"many numbers": {`call: ["112"]`, `call: ["` + strings.Repeat("0123 ", 400) + `9"]`, "characters of the message"},
		"long address": {"https://example.org/", "https://example.org/" + strings.Repeat("b", 200), "characters of a button's address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := broken(largestBot(t, func(s string) string {
				changed := strings.ReplaceAll(s, c.from, c.to)
				if changed == s {
					t.Fatalf("%q is not in the content", c.from)
				}
				return changed
			}))
			if !strings.Contains(strings.Join(found, "\n"), c.want) {
				t.Errorf("%q is not reported, but: %q", c.want, found)
			}
		})
	}
}

// TestCheckMessage breaks every limit by one, and meets each.
func TestCheckMessage(t *testing.T) {
	t.Parallel()
	s := func(n int) string { return strings.Repeat("é", n) }
	row := func(c ...discordgo.MessageComponent) []discordgo.MessageComponent { return api.Rows(c) }
	repeat := func(n int, f func(i int) discordgo.MessageComponent) []discordgo.MessageComponent {
		var out []discordgo.MessageComponent
		for i := range n {
			out = append(out, f(i))
		}
		return out
	}
	numbered := func(i int) discordgo.MessageComponent {
		return api.Button("b", fmt.Sprint("b", i), discordgo.PrimaryButton)
	}
	menu := func(n int) discordgo.SelectMenu {
		m := discordgo.SelectMenu{CustomID: "m"}
		for i := range n {
			m.Options = append(m.Options, discordgo.SelectMenuOption{Label: "l", Value: fmt.Sprint(i)})
		}
		return m
	}
	embed := func(e discordgo.MessageEmbed) api.Body {
		return api.Body{Content: "c", Embeds: []*discordgo.MessageEmbed{&e}}
	}
	components := func(c ...discordgo.MessageComponent) api.Body { return api.Body{Content: "c", Components: c} }
	field := func(name, value int) []*discordgo.MessageEmbedField {
		return []*discordgo.MessageEmbedField{{Name: s(name), Value: s(value)}}
	}
	for name, c := range map[string]struct {
		good, bad api.Body
		want      string
	}{
		"content":     {api.Body{Content: s(2000)}, api.Body{Content: s(2001)}, "characters of the message: 2001"},
		"no content":  {api.Body{Content: s(1)}, api.Body{}, "characters of the message: 0, fewer"},
		"title":       {embed(discordgo.MessageEmbed{Title: s(256)}), embed(discordgo.MessageEmbed{Title: s(257)}), "title: 257"},
		"text":        {embed(discordgo.MessageEmbed{Description: s(4096)}), embed(discordgo.MessageEmbed{Description: s(4097)}), "text: 4097"},
		"field":       {embed(discordgo.MessageEmbed{Fields: field(256, 1024)}), embed(discordgo.MessageEmbed{Fields: field(256, 1025)}), "field's text: 1025"},
		"field name":  {embed(discordgo.MessageEmbed{Fields: field(1, 1)}), embed(discordgo.MessageEmbed{Fields: field(0, 1)}), "field's name: 0"},
		"all embeds":  {embed(discordgo.MessageEmbed{Description: s(4000)}), api.Body{Content: "c", Embeds: []*discordgo.MessageEmbed{{Description: s(4000)}, {Description: s(2001)}}}, "all embeds: 6001"},
		"rows":        {components(repeat(5, func(i int) discordgo.MessageComponent { return row(numbered(i))[0] })...), components(repeat(6, func(i int) discordgo.MessageComponent { return row(numbered(i))[0] })...), "rows: 6"},
		"buttons":     {components(row(repeat(5, numbered)...)...), components(row(repeat(6, numbered)...)...), "buttons of a row: 6"},
		"empty row":   {components(), components(discordgo.ActionsRow{}), "buttons of a row: 0"},
		"no row":      {components(), components(menu(1)), "is no row"},
		"custom id":   {components(row(api.Button("b", s(100), 1))...), components(row(api.Button("b", s(101), 1))...), "custom id: 101"},
		"no id":       {components(), components(row(api.Button("b", "", 1))...), "custom id: 0"},
		"same id":     {components(), components(row(numbered(1), numbered(1))...), `the id "b1"`},
		"label":       {components(row(discordgo.Button{Label: s(80), CustomID: "b", Style: 1})...), components(row(discordgo.Button{Label: s(81), CustomID: "b", Style: 1})...), "label: 81"},
		"options":     {components(row(menu(25))...), components(row(menu(26))...), "options of a menu: 26"},
		"no options":  {components(row(menu(1))...), components(row(menu(0))...), "options of a menu: 0"},
		"menu beside": {components(), components(row(menu(1), numbered(1))...), "beside a menu"},
	} {
		if found := api.Check(c.good); len(found) > 0 && c.good.Content != "" {
			t.Errorf("%s: %v", name, found)
		}
		if found := fmt.Sprint(api.Check(c.bad)); !strings.Contains(found, c.want) {
			t.Errorf("%s: %s, want %q", name, found, c.want)
		}
	}
}

// pages draws what members reach by commands beside single replies, and collects what stands in menus.
type pages struct {
	*testing.T
	a       *adapter
	in      input
	reached map[string]bool
}

func (p *pages) check(what string, r response, err error) {
	p.Helper()
	for _, err := range append(api.Check(r.message), err) {
		if err != nil {
			p.Errorf("%s: %v", what, err)
		}
	}
	for _, row := range r.message.Components {
		r, _ := row.(discordgo.ActionsRow)
		for _, c := range r.Components {
			menu, _ := c.(discordgo.SelectMenu)
			for _, o := range menu.Options {
				p.reached[o.Value] = true
			}
		}
	}
}

// TestShippedPages draws the shipped lists page by page, the questions around sharing, and where to turn in every country. Every entry
// stands in a list.
func TestShippedPages(t *testing.T) {
	t.Parallel()
	bot := shippedBot(t)
	config := Config{Bot: bot, Token: "token", ProjectURL: "https://example.org/bot", Version: "test", Log: slog.New(slog.DiscardHandler)}
	p := &pages{t, newAdapter(config, nil, "1", "2"), input{share: true, private: true}, map[string]bool{}}
	lists := []string{"", prefixSymptoms, prefixCoping}
	for _, g := range groups(bot) {
		lists = append(lists, g.ID)
	}
	for _, list := range lists {
		for page := range 10 {
			r, err := p.a.topics(list, page, p.in)
			p.check(fmt.Sprintf("list %q, page %d", list, page), r, err)
		}
	}
	for _, e := range bot.Library().Entries() {
		if !p.reached[e.ID] {
			t.Errorf("%s stands in no list", e.ID)
		}
		p.in.arg = e.ID
		r, err := askShare(t.Context(), p.a, p.in)
		p.check("share "+e.ID, r, err)
		r, err = publish(t.Context(), p.a, p.in)
		p.check("publish "+e.ID, r, err)
		p.check("published "+e.ID, response{message: r.publish.Body}, nil)
		p.check("not published "+e.ID, response{message: r.publish.failed}, nil)
		p.check("forbidden "+e.ID, response{message: r.publish.forbidden}, nil)
	}
	for _, c := range append(bot.Countries(), answer.Option{}) {
		p.in.options = map[string]string{optionCountry: c.ID}
		r, err := showHelp(t.Context(), p.a, p.in)
		p.check("help in "+c.ID, r, err)
	}
}
