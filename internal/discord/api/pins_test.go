package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

func TestPinCalls(t *testing.T) {
	t.Parallel()
	for _, test := range []callCase{
		{
			"edit", "PATCH /api/v10/channels/3/messages/4",
			`{"content":"hi","embeds":[],"components":[],` + pingsNobody + `,"attachments":[],"flags":0}`,
			func(ctx context.Context, a *Client) error { return a.EditMessage(ctx, "3", "4", Body{Content: "hi"}) },
		},
		{
			"message", "GET /api/v10/channels/3/messages/4", "",
			func(ctx context.Context, a *Client) error { _, err := a.Message(ctx, "3", "4"); return err },
		},
		{
			"pins", "GET /api/v10/channels/3/messages/pins?limit=50", "",
			func(ctx context.Context, a *Client) error { _, err := a.Pins(ctx, "3"); return err },
		},
		{
			"pin", "PUT /api/v10/channels/3/messages/pins/4", "",
			func(ctx context.Context, a *Client) error { return a.Pin(ctx, "3", "4", "") },
		},
		{
			"unpin", "DELETE /api/v10/channels/3/messages/pins/4", "",
			func(ctx context.Context, a *Client) error { return a.Unpin(ctx, "3", "4", "") },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, last := answering(t, http.StatusOK, `{"id":"4"}`)
			if err := test.call(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if last[0] != test.line || last[1] != test.body {
				t.Errorf("sent\n%s\n%s\nwant\n%s\n%s", last[0], last[1], test.line, test.body)
			}
		})
	}
}

// TestReason: blanks must not become plus signs, which Discord would show.
func TestReason(t *testing.T) {
	t.Parallel()
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, strings.Join(r.Header.Values("X-Audit-Log-Reason"), "|"))
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	a := newAPI(t, server.URL, "token", slog.New(slog.DiscardHandler))
	for _, reason := range []string{"a card of ours ü", ""} {
		if err := a.Pin(t.Context(), "3", "4", reason); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, []string{"a%20card%20of%20ours%20%C3%BC", ""}) {
		t.Errorf("%q", got)
	}
}

func TestPosted(t *testing.T) {
	t.Parallel()
	const row = `"components":[{"type":1,"components":[{"type":2,"custom_id":"entry/a"},{"type":2,"url":"https://example.org"}]}]`
	a, last := answering(t, http.StatusOK, `[
		{"id":"100","author":{"id":"7"},"flags":4,"embeds":[{}],`+row+`},
		{"id":"99","author":{"id":"8"},"pinned":true,"embeds":[{}],"components":[]}]`)
	got, more, err := a.MessagesAfter(t.Context(), "3", "98")
	if err != nil || more || len(got) != 2 || got[0].ID != "99" || got[1].ID != "100" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Embeds != 1 || !got[0].Pinned || got[0].Author != "8" {
		t.Errorf("%+v", got[0])
	}
	if got[1].Embeds != 0 || got[1].Pinned || !slices.Equal(got[1].Paths, []string{"entry/a"}) {
		t.Errorf("%+v, want closed embeds and a path", got[1])
	}
	if last[0] != "GET /api/v10/channels/3/messages?after=98&limit=100" {
		t.Error(last[0])
	}
}

func TestPinsPages(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("before"))
		answer := `{"items":[{"pinned_at":"2026-01-02T03:04:05.123456+00:00","message":{"id":"1"}}],"has_more":true}`
		if len(asked) > 1 {
			answer = `{"items":[{"pinned_at":"2026-01-01T00:00:00+00:00","message":{"id":"2"}}],"has_more":false}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	got, err := newAPI(t, server.URL, "token", slog.New(slog.DiscardHandler)).Pins(t.Context(), "3")
	if err != nil || len(got) != 2 || !got[0].Pinned || got[1].ID != "2" {
		t.Errorf("%+v, %v", got, err)
	}
	if !slices.Equal(asked, []string{"", "2026-01-02T03:04:05.123456+00:00"}) {
		t.Errorf("%q", asked)
	}
}

func TestIDAt(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Time]string{
		time.UnixMilli(1_462_015_105_796): "175928847298985984", // the example of Discord's reference
		time.UnixMilli(0):                 "0",
	} {
		if got := IDAt(at); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}

func TestTimeOf(t *testing.T) {
	t.Parallel()
	if got := TimeOf("175928847299117063"); !got.Equal(time.UnixMilli(1_462_015_105_796)) {
		t.Errorf("the example of Discord's reference is of %s", got)
	}
	for _, id := range []string{"", "words", "17592884729911706317592884729911706"} {
		if got := TimeOf(id); !got.IsZero() {
			t.Errorf("%q is of %s", id, got)
		}
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	button := func(path string) discordgo.MessageComponent { return Button("x", path, discordgo.SecondaryButton) }
	rows := Rows(
		Buttons(button("dismiss/"), button("entry/a")), Buttons(button("dismiss/")),
		Menu("dismiss/", "Pick", []MenuOption{{Label: "N", Value: "v"}}), Buttons(discordgo.Button{URL: "https://example.org"}),
	)
	got := Without(rows, func(path string) bool { return path == "dismiss/" })
	if len(got) != 3 || len(rows) != 4 {
		t.Fatalf("%+v", got)
	}
	if first, ok := got[0].(discordgo.ActionsRow); !ok || len(first.Components) != 1 {
		t.Errorf("%+v", got[0])
	}
}
