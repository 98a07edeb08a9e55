package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
)

func TestMenus(t *testing.T) {
	t.Parallel()
	ids := []string{"1", "2", "3"}
	for _, test := range []struct {
		name, want string
		menu       []discordgo.MessageComponent
	}{
		{
			"choices", `{"custom_id":"p","placeholder":"Pick","options":[{"label":"A","value":"a","description":"","default":true}],"disabled":false,"type":3}`,
			Menu("p", "Pick", []MenuOption{{"A", "a", true}}),
		},
		{
			"roles", `{"custom_id":"p","placeholder":"Pick","min_values":0,"max_values":2,"default_values":[{"id":"1","type":"role"},` +
				`{"id":"2","type":"role"}],"disabled":false,"type":6}`,
			RoleMenu("p", "Pick", ids, 2),
		},
		{
			"channels", `{"custom_id":"p","placeholder":"Pick","min_values":0,"max_values":25,"default_values":[{"id":"1","type":"channel"}],` +
				`"disabled":false,"channel_types":[0,15],"type":8}`,
			ChannelMenu("p", "Pick", ids[:1], 100, discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildForum),
		},
	} {
		got, err := json.Marshal(test.menu)
		if want := "[" + test.want + "]"; err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", test.name, err, got, want)
		}
	}
}

// TestMenusHoldLimits: what is too long or too much is cut.
func TestMenusHoldLimits(t *testing.T) {
	t.Parallel()
	var options []MenuOption
	for i := range 30 {
		options = append(options, MenuOption{Label: strings.Repeat("x", 200), Value: strconv.Itoa(i)})
	}
	menu := Menu("p", strings.Repeat("x", 200), options)[0].(discordgo.SelectMenu)
	if len(menu.Options) != MaxSelectOptions || len([]rune(menu.Options[0].Label)) != MaxSelectLabelRunes ||
		len([]rune(menu.Placeholder)) != MaxSelectPlaceholderRunes {
		t.Errorf("%+v", menu)
	}
	roles := RoleMenu("p", "", slices.Repeat([]string{"1"}, 30), 30)[0].(discordgo.SelectMenu)
	if len(roles.DefaultValues) != MaxPicked || roles.MaxValues != MaxPicked {
		t.Errorf("%+v", roles)
	}
	e := TextEmbed(strings.Repeat("x", 300), strings.Repeat("x", 5000))[0]
	if len([]rune(e.Title)) != MaxEmbedTitleRunes || len([]rune(e.Description)) != MaxEmbedTextRunes {
		t.Errorf("an embed of %d and %d letters", len(e.Title), len(e.Description))
	}
}
