package feedback

import (
	"errors"
	"strings"
	"testing"

	"faqbot/internal/store"
)

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestWriteDrafts: lines stand by the nearest entry, whatever is in them; those of the content and those of danger are left out.
func TestWriteDrafts(t *testing.T) {
	t.Parallel()
	bot := fixtureBot(t)
	e, _ := bot.Library().Entry("faq/duration")
	given := []store.Donation{
		{Text: `how "long" does: the withdrawal last #1`},
		{Text: "tell me how long withdrawal lasts"},
		{Text: strings.ToUpper(e.Question) + "!"},
		{Text: danger},
		{Text: "how much ket should i take"},
	}
	var out strings.Builder
	dangers, err := WriteDrafts(&out, bot, given)
	want := "# " + e.Title + "\n- id: faq/duration\n  phrasings:\n" +
		`    - "how \"long\" does: the withdrawal last #1"` + "\n" + `    - "tell me how long withdrawal lasts"` + "\n\n" +
		"# No entry is near to these: a new one, or none.\n- phrasings:\n" + `    - "how much ket should i take"` + "\n\n"
	if err != nil || dangers != 1 || out.String() != want {
		t.Errorf("%v, %d of danger\n%s\nwant\n%s", err, dangers, out.String(), want)
	}
	if _, err := WriteDrafts(full{}, bot, given); err == nil {
		t.Error("a full disk is no error")
	}
}
