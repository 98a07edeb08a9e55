package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDoctorCalls(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line, answer string
		want         any
		call         func(context.Context, *Client) (any, error)
	}{
		{
			"GET /api/v10/guilds/5/roles", `[{"id":"5","name":"@everyone","permissions":"2251799813685248"}]`,
			[]Role{{"5", 1 << 51}},
			func(ctx context.Context, a *Client) (any, error) { return a.Roles(ctx, "5") },
		},
		{
			"GET /api/v10/guilds/5/members/6", `{"roles":["7","8"],"user":{"id":"6"}}`,
			[]string{"7", "8"},
			func(ctx context.Context, a *Client) (any, error) { return a.MemberRoles(ctx, "5", "6") },
		},
		{
			"GET /api/v10/guilds/5/channels", `[{"id":"9","type":4,"name":"c"},{"id":"3","name":"n","permission_overwrites":[{"id":"7","type":0,"allow":"0","deny":"1024"}]}]`,
			[]Channel{{ID: "9", Name: "c", Type: 4}, {ID: "3", Name: "n", Overwrites: []Overwrite{{"7", 0, 1 << 10}}}},
			func(ctx context.Context, a *Client) (any, error) { return a.Channels(ctx, "5") },
		},
		{
			"GET /api/v10/channels/8", `{"id":"8","type":11,"name":"t","parent_id":"3"}`,
			Channel{ID: "8", Name: "t", Type: 11, Parent: "3"},
			func(ctx context.Context, a *Client) (any, error) { return a.Channel(ctx, "8") },
		},
		{
			"GET /api/v10/users/@me/guilds?after=0&limit=200", `[{"id":"5","name":"n","permissions":"0"}]`,
			[]Guild{{"5", "n"}},
			func(ctx context.Context, a *Client) (any, error) { return a.Guilds(ctx) },
		},
		{
			"GET /api/v10/applications/@me", `{"id":"1","flags":524288,"interactions_endpoint_url":null}`,
			Application{ID: "1", Flags: FlagMessageContentLimited},
			func(ctx context.Context, a *Client) (any, error) { return a.Application(ctx) },
		},
	} {
		a, last := answering(t, http.StatusOK, test.answer)
		got, err := test.call(t.Context(), a)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" || last[0] != test.line {
			t.Errorf("%s: %v\n%s", last[0], err, diff)
		}
	}
}

// TestGuildsByPage: servers come two hundred at a time.
func TestGuildsByPage(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		after := r.URL.Query().Get("after")
		asked = append(asked, after)
		first, last := 1000, 1199
		if after != "0" {
			first, last = 1200, 1200
		}
		var all []string
		for id := first; id <= last; id++ {
			all = append(all, fmt.Sprintf(`{"id":"%d","name":""}`, id))
		}
		_, _ = io.WriteString(w, "["+strings.Join(all, ",")+"]")
	}))
	t.Cleanup(server.Close)
	got, err := newAPI(t, server.URL, "token", slog.New(slog.DiscardHandler)).Guilds(t.Context())
	if err != nil || len(got) != 201 || got[200].ID != "1200" || strings.Join(asked, " ") != "0 1199" {
		t.Error(len(got), asked, err)
	}
}
