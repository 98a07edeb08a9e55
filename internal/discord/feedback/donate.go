package feedback

import (
	"context"

	"faqbot/internal/answer"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/guard"
	"faqbot/internal/store"
	"faqbot/internal/text"
)

// fieldWords is the form's one field.
const fieldWords = "words"

// donate opens the form where its button was pressed, and takes what is sent with it.
func (f *Feedback) donate(ctx context.Context, r interact.Request) (interact.Response, error) {
	if r.Guild == "" {
		return say(r, textDonateServer, discord.PathDonate), nil
	}
	if r.Fields != nil { // a form was sent; it may lack its field, and then there are no words
		return f.take(ctx, r, r.Fields[fieldWords])
	}
	return interact.Response{Modal: &api.Modal{
		Path: discord.PathDonate + "/" + r.Arg, Title: formTitle,
		Fields: []api.Field{{
			ID: fieldWords, Label: formLabel, Hint: formHint, Long: true, MaxLength: store.MaxDonation,
			Value: text.ForDonation(f.questions.of(r.Arg, r.User).words),
		}},
	}}, nil
}

// Forget drops a member's questions, which then cannot be given away. It is moderation.Config's Forget.
func (f *Feedback) Forget(user string) { f.questions.drop(user) }

// take stores what a member sent, unless it speaks of danger: then the card for that comes, and nothing is kept.
func (f *Feedback) take(ctx context.Context, r interact.Request, words text.Words) (interact.Response, error) {
	set := f.Local(ctx, r.Guild, r.User)
	out := f.Bot.Ask(answer.Question{
		Words: words, Locale: r.Locale, Country: set.Own, Replaced: set.Replaced, Heard: answer.Addressed, At: r.At,
	})
	if out.Assessment.Level() != guard.LevelNone {
		body, err := discord.Render(f.Bot, out.Reply, discord.View{First: set.First})
		return interact.Response{Body: body}, err //nolint:wrapcheck // the adapter says which tool and which interaction
	}
	said := func(words string) (interact.Response, error) { return say(r, words, discord.PathDonate), nil }
	given := text.ForDonation(words)
	switch {
	case given == "":
		return said(textNothingLeft)
	case len(out.Ranked) == 0: // no word of use is left, or something broke, and that may have been the guard
		return said(textNotRead)
	case !f.done.add(discord.PathDonate, r.User, r.Arg):
		return said(textDonatedAlready)
	}
	if err := f.Store.Donate(ctx, r.Guild, given, r.At); err != nil {
		f.done.forget(discord.PathDonate, r.User, r.Arg)
		f.Log.WarnContext(ctx, "a donation was not stored", "interaction_id", r.ID, "error", err)
		return said(textNotDonated)
	}
	return interact.Response{Body: api.Body{
		Content: textDonated, Embeds: api.Embed(titleDonated, given, ""),
		Components: api.Rows(api.Buttons(api.Quiet(labelHelp, "help"), api.Quiet(labelTopics, "topics/0"), api.Quiet(labelDismiss, "dismiss"))),
	}}, nil
}
