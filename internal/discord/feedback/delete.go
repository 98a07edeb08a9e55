package feedback

import (
	"context"
	"time"

	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/store"
)

// deletePath is behind pathStats: stats/delete asks, and stats/delete/yes deletes all that was given in the server.
const deletePath = "delete"

const (
	textAskDelete = "Delete all questions that members of this server have sent to the team? It cannot be undone. Files that somebody has taken " +
		"of them stay. The other moderators can see in /audit that you did it."
	textDeleted    = "Done: all donated questions of this server are deleted."
	textKept       = "Nothing was deleted."
	textNotDeleted = "The bot's database did not answer just now, so it is not certain that the questions are deleted. Please try again in a minute."

	labelDelete    = "Delete donated questions"
	labelDeleteYes = "Yes, delete them"
	labelDeleteNo  = "No, keep them"
)

// deleteWithin bounds the deletion: of the 2 s for an answer, something must be left to say that it failed.
const deleteWithin = 1500 * time.Millisecond

// deleteDonations asks whether to delete what was given in the server, and does as it is told.
func (f *Feedback) deleteDonations(ctx context.Context, r interact.Request, told string) (interact.Response, error) {
	switch {
	case !r.IsAdmin():
		return plain(textAdmins)
	case told == "":
		const danger = 4
		const path = pathStats + "/" + deletePath
		return interact.Response{Body: api.Body{Content: textAskDelete, Components: api.Rows(api.Buttons(
			api.Button(labelDeleteYes, path+"/yes", danger), api.Quiet(labelDeleteNo, path+"/no"),
		))}}, nil
	case told != "yes":
		return plain(textKept)
	}
	ctx, cancel := context.WithTimeout(ctx, deleteWithin)
	defer cancel()
	note := store.Audit{Actor: r.User, Action: store.ActionDeleteDonations, At: r.At}
	if err := f.Store.DeleteDonations(ctx, r.Guild, note); err != nil {
		f.Log.WarnContext(ctx, "donations were not deleted", "guild_id", r.Guild, "error", err)
		return plain(textNotDeleted)
	}
	return plain(textDeleted)
}
