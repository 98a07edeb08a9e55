package main

import (
	"context"
	"strings"
	"testing"

	"faqbot/internal/discord/discordtest"
)

// sender sends interactions and returns the data of the first responses.
func sender(ctx context.Context, t *testing.T, fake *discordtest.Server) func(discordtest.Interaction) string {
	return func(in discordtest.Interaction) string {
		t.Helper()
		got, err := fake.Send(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		return string(got.Data)
	}
}

// TestRunDonateDanger: who speaks of danger in the form for giving a question away gets the card with the country that they had remembered.
func TestRunDonateDanger(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	runAgainst(t, fake, nil, func(ctx context.Context, _ *lines) {
		send := sender(ctx, t, fake)
		send(fake.Button(discordtest.From{}, nil, "country-keep/GB"))
		words := discordtest.Field{CustomID: "words", Value: "I'm going to kill myself"}
		if card := send(fake.ModalSubmit(discordtest.From{}, "donate/1", false, words)); !strings.Contains(card, "Samaritans") {
			t.Errorf("shown %s", card)
		}
	})
}

// TestRunPrivacyDelete: who has everything deleted has the questions forgotten that they could have given away, and nobody else's.
func TestRunPrivacyDelete(t *testing.T) {
	t.Parallel()
	fake := discordtest.New(discordtest.Options{})
	defer fake.Close()
	runAgainst(t, fake, nil, func(ctx context.Context, _ *lines) {
		const question = "who won the football on sunday"
		send := sender(ctx, t, fake)
		form := func(from discordtest.From, card string) string { return send(fake.Button(from, nil, "donate/"+card)) }
		unanswered := func(from discordtest.From) string {
			in := fake.Command(from, "ask", discordtest.Arg{Name: "question", Value: question})
			send(in)
			for !strings.Contains(form(from, in.ID), question) { // it is kept once the answer is out
				if ctx.Err() != nil {
					t.Fatal("the question is not kept")
				}
			}
			return in.ID
		}
		me, you := discordtest.From{}, discordtest.From{UserID: fake.NewID()}
		mine, yours := unanswered(me), unanswered(you)
		send(fake.Command(me, "privacy", discordtest.Arg{Name: "delete"}))
		send(fake.Button(me, nil, "privacy/delete"))
		if got := form(me, mine); strings.Contains(got, question) {
			t.Errorf("it is still kept: %s", got)
		}
		if got := form(you, yours); !strings.Contains(got, question) {
			t.Errorf("another's is gone: %s", got)
		}
	})
}
