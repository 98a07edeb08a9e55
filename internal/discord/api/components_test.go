package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
)

func marshalled(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestReplaced: one button that cannot be pressed stands where those were, and the rest stays, menus and links too.
func TestReplaced(t *testing.T) {
	t.Parallel()
	before := Rows(
		Buttons(Quiet("Yes", "vote/yes/a"), Quiet("No", "vote/no/a"), Quiet("Wrong?", "wrong/a")),
		Menu("pick", "Pick", []MenuOption{{Label: "N", Value: "v"}}), Buttons(discordgo.Button{Label: "L", Style: discordgo.LinkButton, URL: "https://x"}),
		Buttons(Quiet("Last", "vote/last")),
	)
	got := marshalled(t, Replaced([]byte(marshalled(t, before)), "Thanks", "vote"))
	want := marshalled(t, Rows(
		Buttons(discordgo.Button{Label: "Thanks", Style: discordgo.SecondaryButton, Disabled: true, CustomID: "vote/yes/a"}, Quiet("Wrong?", "wrong/a")),
		Menu("pick", "Pick", []MenuOption{{Label: "N", Value: "v"}}), Buttons(discordgo.Button{Label: "L", Style: discordgo.LinkButton, URL: "https://x"}),
	))
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, bad := range []string{``, `{}`, `[{"type":1,"components":[{"type":99}]}]`, `null`} {
		if out := Replaced([]byte(bad), "x", "vote"); len(out) > 0 {
			t.Errorf("%s became %v", bad, out)
		}
	}
}

// TestMenu: what is too long is cut, and nothing has no menu.
func TestMenu(t *testing.T) {
	t.Parallel()
	many := make([]MenuOption, MaxSelectOptions+1)
	many[0].Label = strings.Repeat("x", MaxSelectLabelRunes+1)
	menu, ok := Menu("p", strings.Repeat("x", 200), many)[0].(discordgo.SelectMenu)
	if !ok || len(menu.Options) != MaxSelectOptions || len([]rune(menu.Options[0].Label)) != MaxSelectLabelRunes || len([]rune(menu.Placeholder)) != MaxSelectPlaceholderRunes {
		t.Errorf("%+v", menu)
	}
	if Menu("p", "x", nil) != nil {
		t.Error("nothing has a menu")
	}
	if e := Embed("t", "x", "a.png")[0]; e.Image.URL != "attachment://a.png" || Embed("t", "x", "")[0].Image != nil {
		t.Errorf("%+v", e)
	}
}

// TestKeep: a change of the components alone sends nothing else, and as a new message the words alone.
func TestKeep(t *testing.T) {
	t.Parallel()
	m := Body{Keep: true, Content: "Thanks", Components: Rows(Buttons(Quiet("Q", "q")))}
	if got := marshalled(t, m.change()); strings.Contains(got, "content") || strings.Contains(got, "embeds") || strings.Contains(got, "attachments") {
		t.Error(got)
	}
	if got := marshalled(t, Body{Content: "x", Pictures: []Picture{{"a.png", "Alt", nil}}, Files: []File{{"b.csv", "text/csv", nil}}}.Create()); !strings.Contains(
		got, `"attachments":[{"id":"0","filename":"a.png","description":"Alt"},{"id":"1","filename":"b.csv"}]`) {
		t.Error(got)
	}
	form := marshalled(t, RespondModal(Modal{Path: "p", Title: "T", Fields: []Field{{ID: "f", Label: "L", Hint: strings.Repeat("h", 101)}}}))
	if !strings.Contains(form, strings.Repeat("h", MaxModalHintRunes-1)+"…") {
		t.Error(form)
	}
}

// TestWith: a button joins the last row where that is one of buttons with room, or, where no row can be added, any such row; else it gets a row
// of its own. What has it, or has no room, stays; and what was there before is not changed.
func TestWith(t *testing.T) {
	t.Parallel()
	b := discordgo.Button{Label: "Hide", Style: discordgo.SecondaryButton, CustomID: "hide"}
	menu := Menu("pick", "Pick", []MenuOption{{Label: "N", Value: "v"}})
	one, two := Buttons(Quiet("A", "a")), Buttons(Quiet("A", "a"), b)
	five := Buttons(Quiet("A", "a"), Quiet("B", "b"), Quiet("C", "c"), Quiet("D", "d"), Quiet("E", "e"))
	link := discordgo.Button{Label: "L", Style: discordgo.LinkButton, URL: "https://x"}
	for name, c := range map[string]struct{ before, want []discordgo.MessageComponent }{
		"nothing":           {nil, Rows(Buttons(b))},
		"a button":          {Rows(one), Rows(two)},
		"a link":            {Rows(Buttons(link)), Rows(Buttons(link, b))},
		"a menu":            {Rows(one, menu), Rows(one, menu, Buttons(b))},
		"five buttons":      {Rows(five), Rows(five, Buttons(b))},
		"there already":     {Rows(two, menu), Rows(two, menu)},
		"read":              {Rows(Buttons(&b), menu), Rows(Buttons(&b), menu)},
		"five rows":         {Rows(menu, menu, one, menu, menu), Rows(menu, menu, two, menu, menu)},
		"five rows of full": {Rows(menu, menu, five, menu, menu), Rows(menu, menu, five, menu, menu)},
	} {
		before := marshalled(t, c.before)
		if got, want := marshalled(t, With(c.before, b)), marshalled(t, c.want); got != want {
			t.Errorf("%s: got  %s\nwant %s", name, got, want)
		}
		if after := marshalled(t, c.before); after != before {
			t.Errorf("%s: changed to %s", name, after)
		}
	}
}
