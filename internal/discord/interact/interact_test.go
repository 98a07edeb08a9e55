package interact

import (
	"context"
	"strings"
	"testing"

	"faqbot/internal/discord/api"
	"faqbot/internal/text"
)

// TestFields: texts are found in both shapes of forms, and no depth does harm.
func TestFields(t *testing.T) {
	t.Parallel()
	got := Fields([]byte(`{"data":{"components":[{"type":18,"component":{"custom_id":"a","value":"x"}},{"type":1,"components":[{"custom_id":"b","value":"y z"}]},
		{"custom_id":"c"},{"value":"d"},7,null]}}`))
	if len(got) != 2 || text.ForDonation(got["a"]) != "x" || text.ForDonation(got["b"]) != "y z" {
		t.Errorf("%v", got)
	}
	deep := strings.Repeat(`{"components":[`, 5000) + strings.Repeat(`]}`, 5000)
	for _, bad := range []string{``, `[]`, `{"data":7}`, `{"data":` + deep + `}`} {
		if got := Fields([]byte(bad)); len(got) != 0 {
			t.Errorf("%.40s has %v", bad, got)
		}
	}
}

func TestComponents(t *testing.T) {
	t.Parallel()
	if got := Components([]byte(`{"message":{"components":[{"type":1}]}}`)); string(got) != `[{"type":1}]` {
		t.Errorf("%s", got)
	}
	if got := Components([]byte(`{"message":7}`)); got != nil {
		t.Errorf("%s", got)
	}
}

// TestWho: who may manage the server is a moderator, as is who has a role for it; who may delete others' messages is one in the channel
// alone, and nobody is one in direct messages.
func TestWho(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r               Request
		here, mod, boss bool
	}{
		{Request{Guild: "1", Permissions: PermissionManageMessages}, true, false, false},
		{Request{Guild: "1", Permissions: PermissionAdministrator}, true, true, true},
		{Request{Guild: "1", Permissions: PermissionManageGuild}, false, true, true},
		{Request{Guild: "1", Roles: []string{"2", "3"}}, false, true, false},
		{Request{Guild: "1", Roles: []string{"2"}}, false, false, false},
		{Request{Permissions: PermissionAdministrator | PermissionManageMessages, Roles: []string{"3"}}, false, false, false},
	} {
		if c.r.ModeratesHere() != c.here || c.r.IsModerator([]string{"3"}) != c.mod || c.r.IsAdmin() != c.boss {
			t.Errorf("%+v", c.r)
		}
	}
}

// TestBorrow: a borrowed subcommand is the lender's, and all others are the command's own.
func TestBorrow(t *testing.T) {
	t.Parallel()
	of := func(name string, subs ...string) Command {
		c := Command{
			Handle: func(context.Context, Request) (Response, error) {
				return Response{Body: api.Body{Content: name}}, nil
			},
			Complete: func(context.Context, Request, string, string) []api.Choice { return []api.Choice{{Name: name}} },
		}
		for _, sub := range subs {
			c.Options = append(c.Options, &api.Option{Name: sub})
		}
		return c
	}
	own, lender := of("own", "a"), of("lender", "b", "c")
	both := own.Borrow(lender, "b")
	if len(own.Options) != 1 || len(both.Options) != 2 || both.Options[1] != lender.Options[0] {
		t.Errorf("options: %v", both.Options)
	}
	for sub, want := range map[string]string{"a": "own", "b": "lender"} {
		r := Request{Sub: sub}
		got, err := both.Handle(t.Context(), r)
		if offers := both.Complete(t.Context(), r, "", ""); err != nil || got.Body.Content != want || offers[0].Name != want {
			t.Errorf("%s is %s's, %v, %v", sub, got.Body.Content, offers, err)
		}
	}
}
