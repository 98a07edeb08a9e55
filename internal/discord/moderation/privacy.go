package moderation

import (
	"context"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
)

const (
	privacyAbout       = "What happens with what you type, and how to have it deleted."
	privacyAboutAbout  = "What happens with what you type."
	privacyDeleteAbout = "Delete what the bot keeps with your id."

	textAskDelete = "Delete everything that the bot keeps with your id, in every server? That is your country, if you asked the bot to " +
		"remember it, your id on what you did as a moderator, and in memory your last questions without an answer. It cannot be undone."
	textDeleted = "Done. Deleted, for every server: the country that you asked the bot to remember, and your id on what you did as a " +
		"moderator, if there was any. Your last questions without an answer, which the bot remembers for some minutes so that you can give them away, " +
		"are forgotten.\n\nNever stored, so there was nothing to delete: your other questions, the answers you got, your name, and which " +
		"servers you are in.\n\nWhat stays: how often something was asked on a day, which names nobody, and questions that were given on purpose " +
		"to make the bot better. Those have no name on them, so nobody can tell which are yours. Messages in channels are Discord's; you can " +
		"delete your own, and put away the bot's replies to you."
	textNotDeleted = "The bot's database did not answer just now, so it is not certain that everything was deleted. Please try again in a minute."
	textKept       = "Nothing was deleted."

	labelDelete = "Yes, delete it"
	labelKeep   = "No, keep it"
)

const (
	pathPrivacy = "privacy" // privacy/delete, privacy/keep
	privacyName = "privacy"
	subAbout    = "about"
	subDelete   = "delete"
	argKeep     = "keep"
)

func (d *Desk) privacyCommand() interact.Command {
	return interact.Command{
		Command: api.Command{
			Type: slashCommand, Name: privacyName, Description: privacyAbout,
			Options: []*api.Option{
				{Type: optionSub, Name: subAbout, Description: privacyAboutAbout},
				{Type: optionSub, Name: subDelete, Description: privacyDeleteAbout},
			},
			Contexts: []int{inServer, inDirectMessage, inPrivateChannel}, IntegrationTypes: []int{installedByServer, installedByMember},
		},
		Handle: d.privacy,
	}
}

// privacy shows the card, or asks before anything is deleted.
func (d *Desk) privacy(_ context.Context, r interact.Request) (interact.Response, error) {
	if r.Sub == subDelete {
		return interact.Response{Body: api.Body{Content: textAskDelete, Components: api.Rows(api.Buttons(
			api.Button(labelDelete, pathPrivacy+"/"+subDelete, danger), api.Button(labelKeep, pathPrivacy+"/"+argKeep, secondary),
		))}}, nil
	}
	card, _ := d.Bot.Fixed(content.CardPrivacy, answer.Question{Locale: r.Locale, Heard: answer.Addressed, At: r.At})
	body, err := discord.Render(d.Bot, answer.NoAnswer{Card: card}, discord.View{})
	return interact.Response{Body: local.WithPage(body, content.CardPrivacy, d.PrivacyURL)}, err //nolint:wrapcheck // it says that the card is empty
}

// pressPrivacy deletes what there is of the one who pressed.
func (d *Desk) pressPrivacy(ctx context.Context, r interact.Request) (interact.Response, error) {
	if r.Arg != subDelete {
		return say(textKept)
	}
	if d.Forget != nil {
		d.Forget(r.User) // whatever the database does
	}
	deleting, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	if err := d.Store.ForgetMember(deleting, r.User); err != nil {
		d.Log.ErrorContext(ctx, "a member was not forgotten", "interaction_id", r.ID, "error", err)
		return say(textNotDeleted)
	}
	return say(textDeleted)
}
