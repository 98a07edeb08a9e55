package main

import (
	"context"
	"strings"
	"testing"

	"faqbot/internal/discord/discordtest"
)

// TestRunDonateDanger: who speaks of danger in the form for giving a question away gets the card with the country that they had remembered.
func TestRunDonateDanger(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	runAgainst(t, fake, nil, func(ctx context.Context, _ *lines) {
		send := func(in discordtest.Interaction) string {
			got, err := fake.Send(ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			return string(got.Data)
		}
		send(fake.Button(discordtest.From{}, nil, "country-keep/GB"))
		words := discordtest.Field{CustomID: "words", Value: "I'm going to kill myself"}
		if card := send(fake.ModalSubmit(discordtest.From{}, "donate/1", false, words)); !strings.Contains(card, "Samaritans") {
			t.Errorf("shown %s", card)
		}
	})
}
