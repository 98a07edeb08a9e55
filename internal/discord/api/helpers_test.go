package api

import (
	"log/slog"
	"testing"

	"faqbot/internal/discord/rest"
)

func newAPI(t *testing.T, origin, token string, log *slog.Logger) *Client {
	t.Helper()
	c, err := rest.New(rest.Config{API: origin, Token: token, ProjectURL: "https://example.org/bot", Version: "1", Log: log, Jitter: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return &Client{c}
}
