package moderation

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"faqbot/faq"
	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// aLine is a helpline of the fixture that can be replaced.
func (b *bed) aLine() answer.Line {
	b.t.Helper()
	for _, l := range answer.Lines(b.Bot.Library()) {
		if l.Role != content.RoleEmergency {
			return l
		}
	}
	b.t.Fatal("the fixture has no helpline")
	return answer.Line{}
}

func overrideRequest(r interact.Request, options map[string]string) interact.Request {
	r.Sub, r.Options = subOverride, map[string]string{optionName: "New line", optionDays: "3", optionPhone: "0800 111"}
	maps.Copy(r.Options, options)
	return r
}

func TestOverride(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	line := b.aLine()
	now := func() string {
		var out []string
		for _, o := range b.Overrides(t.Context(), b.fake.GuildID) {
			out = append(out, fmt.Sprint(o.Line, "|", o.Name, "|", o.Phone, "|", o.URL, "|", o.By))
		}
		return strings.Join(out, ";")
	}
	if now() != "" || b.Overrides(t.Context(), "") != nil {
		t.Errorf("at first %q", now())
	}
	given := map[string]string{optionLine: line.ID, optionURL: "https://example.org/new"}
	said := b.use(helplineName, overrideRequest(b.request(), given)).Content
	until := b.clock.now().Add(72 * time.Hour)
	if !strings.HasPrefix(said, "Done: `"+line.ID+"`") || !strings.Contains(said, fmt.Sprintf("<t:%d:D>", until.Unix())) || !strings.Contains(said, line.Name) {
		t.Errorf("said %q", said)
	}
	if want := line.ID + "|New line|0800 111|https://example.org/new|"; now() != want {
		t.Errorf("in effect %q, want %q", now(), want)
	}
	list := b.request()
	list.Sub = subList
	wantLine := fmt.Sprintf("`%s`: New line, 0800 111, <https://example.org/new>, until <t:%d:D>, by <@%s>", line.ID, until.Unix(), b.fake.UserID)
	if said := b.use(helplineName, list).Content; !strings.Contains(said, wantLine) {
		t.Errorf("listed %q, want %q", said, wantLine)
	}
	b.clock.pass(71 * time.Hour)
	if now() == "" {
		t.Error("it ended too early")
	}
	b.clock.pass(time.Hour)
	if now() != "" || b.use(helplineName, list).Content != textNoOverrides {
		t.Errorf("it did not expire: %q", now())
	}
	if note := b.audits()[0]; note.Action != store.ActionOverride || note.Target != line.ID || note.Actor != b.fake.UserID {
		t.Errorf("noted %+v", note)
	}
}

func TestLift(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	line := b.aLine()
	lift := b.request()
	lift.Sub, lift.Options[optionLine] = subLift, line.ID
	if said := b.use(helplineName, lift).Content; said != textNotReplaced {
		t.Errorf("nothing to lift: %q", said)
	}
	b.use(helplineName, overrideRequest(b.request(), map[string]string{optionLine: line.ID}))
	choices := b.completeLine(t.Context(), lift, optionLine, "")
	if len(choices) != 1 || choices[0].Value != line.ID {
		t.Errorf("offered %v", choices)
	}
	b.clock.pass(time.Second)
	if said := b.use(helplineName, lift).Content; said != fmt.Sprintf(textLifted, line.ID) {
		t.Errorf("said %q", said)
	}
	if left := b.Overrides(t.Context(), b.fake.GuildID); left != nil {
		t.Errorf("left %v", left)
	}
	if note := b.audits()[0]; note.Action != store.ActionDeleteOverride || note.Target != line.ID {
		t.Errorf("noted %+v", note)
	}
}

func TestOverrideRefuses(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	line := b.aLine().ID
	emergency := ""
	for _, l := range answer.Lines(b.Bot.Library()) {
		if l.Role == content.RoleEmergency {
			emergency = l.ID
		}
	}
	for _, test := range []struct{ option, value, says string }{
		{optionLine, "no/such", textNoLine},
		{optionLine, "", textNoLine},
		{optionLine, emergency, textEmergency},
		{optionName, "  ", textBadName},
		{optionName, "a\nb", textBadName},
		{optionName, "<@1>", textBadName},
		{optionName, "[site](x", textBadName},
		{optionName, "x\u202ey", textBadName},
		{optionName, strings.Repeat("x", 101), textBadName},
		{optionPhone, "", textNoReach},
		{optionPhone, "call me", textBadPhone},
		{optionPhone, "116 123 <@&1>", textBadPhone},
		{optionPhone, strings.Repeat("1", 41), textBadPhone},
		{optionURL, "http://example.org", textBadURL},
		{optionURL, "https://user@example.org", textBadURL},
		{optionURL, "https://localhost", textBadURL},
		{optionURL, "https://example.org/a b", textBadURL},
		{optionURL, "https://example.org/>", textBadURL},
		{optionURL, "https://example.org/" + strings.Repeat("x", 300), textBadURL},
		{optionDays, "0", textBadDays},
		{optionDays, "31", textBadDays},
		{optionDays, "", textBadDays},
	} {
		given := map[string]string{optionLine: line}
		given[test.option] = test.value
		if said := b.use(helplineName, overrideRequest(b.request(), given)).Content; said != test.says {
			t.Errorf("%s %q: %q", test.option, test.value, said)
		}
	}
	if notes := b.audits(); len(notes) != 0 {
		t.Errorf("noted %v", notes)
	}
}

// TestModeratorsOnly: helplines and audit are for who may manage the server or has a moderators' role, and not for who may delete messages
// in a channel: they count for the whole server. That is enough for what stays in the channel.
func TestModeratorsOnly(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.set(func(s *store.Settings) { s.ModeratorRoles = []string{"5"} })
	direct := b.request()
	direct.Guild = ""
	for _, name := range []string{helplineName, auditName} {
		if said := b.use(name, b.memberRequest("4")).Content; said != textModeratorsOnly {
			t.Errorf("%s by a member: %q", name, said)
		}
		if said := b.use(name, direct).Content; said != textServerOnly {
			t.Errorf("%s in a direct message: %q", name, said)
		}
		byPermission := b.memberRequest()
		byPermission.Permissions = interact.PermissionManageGuild
		for _, r := range []interact.Request{b.memberRequest("4", "5"), byPermission} {
			if said := b.use(name, r).Content; said == textModeratorsOnly {
				t.Errorf("%s by a moderator: %q", name, said)
			}
		}
	}
	inChannel := b.memberRequest()
	inChannel.Permissions = interact.PermissionManageMessages
	for _, name := range []string{helplineName, auditName} {
		if said := b.use(name, inChannel).Content; said != textModeratorsOnly {
			t.Errorf("%s by who moderates a channel: %q", name, said)
		}
	}
	for _, r := range []interact.Request{inChannel, b.memberRequest()} {
		if n := len(b.completeLine(t.Context(), r, optionLine, "")); n != 0 {
			t.Errorf("%d lines are offered to a member", n)
		}
	}
	for _, c := range []struct {
		r    interact.Request
		says string
	}{{inChannel, ""}, {b.memberRequest("5"), ""}, {b.memberRequest("4"), textHereOnly}, {direct, textServerOnly}} {
		if said := b.ModeratorHere(t.Context(), c.r); said != c.says {
			t.Errorf("in the channel: %q, want %q", said, c.says)
		}
	}
	b.breakStore()
	unknown := b.memberRequest("5")
	unknown.Guild = b.fake.NewID()
	if said := b.use(auditName, unknown).Content; said != textTrouble {
		t.Errorf("without a database: %q", said)
	}
}

func TestCompleteLine(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	all := b.completeLine(t.Context(), b.request(), optionLine, "")
	if len(all) == 0 || len(b.completeLine(t.Context(), b.request(), optionName, "")) != 0 {
		t.Errorf("offered %v", all)
	}
	for _, c := range all {
		l, ok := findLine(b.Bot.Library(), c.Value)
		if !ok || l.Role == content.RoleEmergency {
			t.Errorf("offered %v", c)
		}
	}
	line := b.aLine()
	typed := strings.ToUpper(line.Land) + " " + strings.Fields(line.Name)[0]
	if got := b.completeLine(t.Context(), b.request(), optionLine, typed); len(got) == 0 || got[0].Value != line.ID {
		t.Errorf("%q offers %v", typed, got)
	}
	if got := b.completeLine(t.Context(), b.request(), optionLine, "zzz"); len(got) != 0 {
		t.Errorf("zzz offers %v", got)
	}
}

// TestLines: the ids of the shipped content are ones that the store takes, and no two are the same.
func TestLines(t *testing.T) {
	t.Parallel()
	lib, err := content.Load(faq.FS, "en")
	if err != nil {
		t.Fatal(err)
	}
	b := newBed(t)
	seen := map[string]bool{}
	for _, l := range answer.Lines(lib) {
		if seen[l.ID] {
			t.Errorf("twice %s", l.ID)
		}
		seen[l.ID] = true
		o := store.Override{Guild: "1", Line: l.ID, Name: l.Name, Phone: "1", Expires: b.clock.now()}
		err := b.Store.SetOverride(t.Context(), o, store.Audit{Action: store.ActionOverride, Target: l.ID, At: b.clock.now()})
		if err != nil {
			t.Errorf("%s: %v", l.ID, err)
		}
	}
	if !seen["gb/samaritans"] {
		t.Errorf("ids %v", seen)
	}
}

func TestManyOverridesFit(t *testing.T) {
	t.Parallel()
	var all []store.Override
	for range 100 {
		all = append(all, store.Override{Line: strings.Repeat("l", 60), Name: strings.Repeat("ü", 100), Phone: "1", URL: "https://" + strings.Repeat("x", 290), By: "1"})
	}
	text := overridesText(all)
	if n := len([]rune(text)); n > 2000 || n < 1000 || !strings.HasSuffix(text, " more") {
		t.Errorf("%d letters, %q", n, text[max(0, len(text)-20):])
	}
}

// TestOverridesWithoutDatabase: what was last known holds until it expires.
func TestOverridesWithoutDatabase(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.use(helplineName, overrideRequest(b.request(), map[string]string{optionLine: b.aLine().ID}))
	b.Overrides(t.Context(), b.fake.GuildID)
	b.breakStore()
	b.clock.pass(time.Hour)
	if n := len(b.Overrides(t.Context(), b.fake.GuildID)); n != 1 {
		t.Errorf("%d overrides", n)
	}
	want := answer.Replacement{Name: "New line", Phone: "0800 111", Until: b.clock.now().Add(71 * time.Hour)}
	if got := b.Replaced(t.Context(), b.fake.GuildID); len(got) != 1 || got[b.aLine().ID] != want || want.Check() != nil {
		t.Errorf("replaced %+v, want %+v", got, want)
	}
	if b.Replaced(t.Context(), "") != nil || b.Replaced(t.Context(), b.fake.NewID()) != nil {
		t.Error("where nothing is known, something is replaced")
	}
	b.clock.pass(72 * time.Hour)
	if n := len(b.Overrides(t.Context(), b.fake.GuildID)); n != 0 {
		t.Errorf("%d overrides after they expired", n)
	}
	if said := b.use(helplineName, overrideRequest(b.request(), map[string]string{optionLine: b.aLine().ID})).Content; said != textTrouble {
		t.Errorf("said %q", said)
	}
}

func TestCacheKeepsWhatIsNewer(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Unix(1, 0)}
	var k *cache[int]
	k = newCache(c.now, func(context.Context, string) (int, error) {
		k.put("g", 2) // somebody saves while it is being read
		return 1, nil
	})
	for range 2 {
		if got, known, err := k.get(t.Context(), "g"); got != 2 || !known || err != nil {
			t.Errorf("got %d, %t, %v", got, known, err)
		}
	}
	for i := range maxCached + 1 {
		k.put(fmt.Sprint(i), i)
	}
	if len(k.kept) > maxCached {
		t.Errorf("%d are kept", len(k.kept))
	}
}
