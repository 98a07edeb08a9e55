package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"faqbot/internal/discord/discordtest"
)

// bot answers one interaction; a real test starts the real bot here.
func bot(ctx context.Context, s *discordtest.Server) error {
	ws, res, err := websocket.DefaultDialer.DialContext(ctx, s.GatewayURL()+"/?v=10&encoding=json", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	defer ws.Close()
	if err := ws.WriteJSON(map[string]any{"op": 2, "d": map[string]any{"token": s.Token, "intents": 0, "properties": struct{}{}}}); err != nil {
		return err
	}
	for {
		var event struct {
			T string
			D struct{ ID, Token string }
		}
		if err := ws.ReadJSON(&event); err != nil {
			return err
		}
		if event.T != "INTERACTION_CREATE" {
			continue
		}
		answer := []byte(`{"type":4,"data":{"content":"Hello!","flags":64,"allowed_mentions":{"parse":[]}}}`)
		url := s.URL() + "/api/v10/interactions/" + event.D.ID + "/" + event.D.Token + "/callback"
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(answer))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("User-Agent", "DiscordBot (https://example.org, 1)")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
}

func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	s := discordtest.New(discordtest.Options{})
	defer s.Close()

	stopped := make(chan error, 1)
	go func() { stopped <- bot(ctx, s) }()
	if err := s.Gateway.Ready(ctx); err != nil {
		fmt.Println(err)
		return
	}
	in := s.Command(discordtest.From{Locale: "de"}, "ask", discordtest.Arg{Name: "question", Value: "what is this?"})
	r, err := s.Send(ctx, in)
	if err != nil {
		fmt.Println(err)
		return
	}
	var message struct{ Content string }
	_ = json.Unmarshal(r.Data, &message)
	fmt.Println(r.Type, message.Content, <-stopped, s.Problems())
	// Output: 4 Hello! <nil> []
}
