package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/store"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal([]Finding{good("a", "%d", 1), doubtful("b", "t", "m"), bad("c", "t", "m")})
	want := `[{"level":"ok","subject":"a","text":"1","mend":""},{"level":"warn","subject":"b","text":"t","mend":"m"},{"level":"fail","subject":"c","text":"t","mend":"m"}]`
	if err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
	if got := bad("c", "t", "m").String(); got != "fail  c: t. m" {
		t.Error(got)
	}
	if Level(7).String() != "unknown" {
		t.Error("a level that there is not")
	}
}

// TestPermissions holds the rules of Discord's documentation, topic Permissions, page "Permission Overwrites".
func TestPermissions(t *testing.T) {
	t.Parallel()
	const g, me, first, second, other = "1", "2", "3", "4", "5"
	m := member{guild: g, id: me, roles: []string{first, second}, all: []api.Role{
		{ID: g, Permissions: viewChannel}, {ID: first, Permissions: sendMessages}, {ID: other, Permissions: pinMessages},
	}}
	for name, test := range map[string]struct {
		overwrites []api.Overwrite
		want       int64
	}{
		"roles":                     {nil, viewChannel | sendMessages},
		"denied to everyone":        {[]api.Overwrite{{ID: g, Deny: sendMessages}}, viewChannel},
		"a role's allowance wins":   {[]api.Overwrite{{ID: first, Allow: sendMessages}, {ID: g, Deny: sendMessages}}, viewChannel | sendMessages},
		"of two roles it wins":      {[]api.Overwrite{{ID: first, Allow: embedLinks}, {ID: second, Deny: embedLinks}}, viewChannel | sendMessages | embedLinks},
		"the member's word is last": {[]api.Overwrite{{ID: me, Deny: sendMessages}, {ID: first, Allow: sendMessages}}, viewChannel},
		"roles of others":           {[]api.Overwrite{{ID: other, Deny: sendMessages}, {ID: "9", Allow: pinMessages}}, viewChannel | sendMessages},
		"hidden":                    {[]api.Overwrite{{ID: me, Deny: viewChannel}}, 0},
	} {
		if got := m.in(api.Channel{Overwrites: test.overwrites}); got != test.want {
			t.Errorf("%s: %b, want %b", name, got, test.want)
		}
	}
	m.all[1].Permissions = administrator
	if got := m.in(api.Channel{Overwrites: []api.Overwrite{{ID: g, Deny: viewChannel}}}); got != ^0 {
		t.Errorf("an administrator: %b", got)
	}
}

// TestFaults: whatever cannot be looked at is a finding, and the rest is looked at all the same.
func TestFaults(t *testing.T) {
	t.Parallel()
	fault := errors.New("fault")
	whole := func() Discord {
		return Discord{
			Me:          func(context.Context) (string, error) { return "2", nil },
			Application: func(context.Context) (api.Application, error) { return api.Application{ID: "9"}, nil },
			Guilds:      func(context.Context) ([]api.Guild, error) { return []api.Guild{{ID: "1", Name: "n"}}, nil },
			Roles: func(context.Context, string) ([]api.Role, error) {
				return []api.Role{{ID: "1", Permissions: everyday}}, nil
			},
			MemberRoles: func(context.Context, string, string) ([]string, error) { return nil, nil },
			Channels:    func(context.Context, string) ([]api.Channel, error) { return []api.Channel{{ID: "21"}}, nil },
			Registered:  func(context.Context, string) (bool, error) { return true, nil },
			ClockAhead:  func() (time.Duration, bool) { return -6 * time.Second, true },
			Settings:    func(context.Context, string) (store.Settings, error) { return store.Settings{AlertChannel: "21"}, nil },
			Pins:        func(context.Context, string) ([]store.Pin, error) { return nil, nil },
		}
	}
	for name, test := range map[string]struct {
		hurt func(*Discord)
		want string
	}{
		"all is well": {func(*Discord) {}, "warn  clock: it is 6s behind Discord's"},
		"members": {func(d *Discord) {
			d.MemberRoles = func(context.Context, string, string) ([]string, error) { return nil, fault }
		}, `fail  server "n" (1): fault`},
		"channels": {func(d *Discord) {
			d.Channels = func(context.Context, string) ([]api.Channel, error) { return nil, fault }
		}, `fail  server "n" (1): fault`},
		"settings": {
			func(d *Discord) {
				d.Settings = func(context.Context, string) (store.Settings, error) { return store.Settings{}, fault }
			}, `fail  server "n" (1): fault. Mend the database`,
		},
		"pins":     {func(d *Discord) { d.Pins = func(context.Context, string) ([]store.Pin, error) { return nil, fault } }, `fail  server "n" (1): fault. Mend the database`},
		"commands": {func(d *Discord) { d.Registered = func(context.Context, string) (bool, error) { return false, fault } }, "fail  commands: fault"},
		"without a database": {
			func(d *Discord) {
				d.Settings, d.Pins = nil, nil
				d.Application = func(context.Context) (api.Application, error) {
					return api.Application{Flags: api.FlagMessageContent}, nil
				}
			}, "ok    Message Content Intent: it is on",
		},
	} {
		d := whole()
		test.hurt(&d)
		var all []string
		for _, f := range d.Check(t.Context()) {
			all = append(all, f.String())
		}
		said := "\n" + strings.Join(all, "\n")
		if !strings.Contains(said, "\n"+test.want) || !strings.Contains(said, "clock: it is 6s behind") || len(all) < 5 {
			t.Errorf("%s: said%s\nwant\n%s", name, said, test.want)
		}
	}
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	for want, state := range map[string]store.State{
		"fail  database: its schema has version 3, and this program knows 2. Start the newer": {Version: 3, Latest: 2},
		"warn  database: its schema has version 1, and the next start brings it to 2. Make a": {Version: 1, Latest: 2},
		"ok    database: sqlite, schema 2, can be written":                                    {Kind: "sqlite", Version: 2, Latest: 2},
	} {
		if got := Database(state, nil).String(); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
