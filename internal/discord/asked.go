package discord

import (
	"context"
	"time"

	"github.com/bwmarrin/discordgo"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord/api"
	"faqbot/internal/text"
)

// The paths of the buttons that ask members about an answer. They are drawn where a tool brings PathVote, which then brings them all.
const (
	PathVote   = "vote"   // vote/yes/{entry} or vote/no/{entry}: whether a card helped
	PathWrong  = "wrong"  // wrong/{entry}: something in it is not right
	PathDonate = "donate" // donate/{card}: the question, which has no answer, is given away
)

// Asked is an answer that has gone out.
type Asked struct {
	Guild, Channel, User string // ids; Guild is empty in direct messages and in servers without the bot
	Card                 string // the id of the interaction or message that was answered
	Outcome              answer.Outcome
	// Words are the question. They are empty where an entry was opened; where a member took none of the options of another answer, Card
	// is that one's and Outcome holds a NoAnswer alone.
	Words text.Words
	At    time.Time
}

const (
	// askedWithin bounds Config.Asked for one answer, maxAsked how many it gets at a time: a slow database must not pile up work.
	askedWithin = 2 * time.Second
	maxAsked    = 32
)

// report hands an answer to Config.Asked. Nobody waits for that.
func (a *adapter) report(ctx context.Context, q *Asked) {
	if q == nil || a.asked == nil {
		return
	}
	select {
	case a.reporting <- struct{}{}:
	default:
		a.log.WarnContext(ctx, "too many answers at once, one was not reported", "unreported", a.unreported.Add(1))
		return
	}
	a.working.Go(func() {
		defer func() { <-a.reporting }()
		defer a.recovered(ctx, "asked")
		ctx, cancel := context.WithTimeout(ctx, askedWithin)
		defer cancel()
		a.asked(ctx, *q)
	})
}

// askedAs returns the id of what is answered where members are asked about answers; else nothing.
func (a *adapter) askedAs(id string) string {
	if a.toolPaths[PathVote] == nil {
		return ""
	}
	return id
}

// opinions are the buttons that ask about a card, by the id of what it is about; none where nobody asks.
func opinions(id string, v view) []discordgo.MessageComponent {
	if v.card == "" || id == "" {
		return nil
	}
	return api.Buttons(
		api.Button(labelHelpful, PathVote+"/yes/"+id, discordgo.SecondaryButton),
		api.Button(labelUnhelpful, PathVote+"/no/"+id, discordgo.SecondaryButton),
		api.Button(labelWrong, PathWrong+"/"+id, discordgo.SecondaryButton),
	)
}

// opinionsNone are those under a no-answer. Where the guard is in doubt nobody is asked for more words.
func opinionsNone(r answer.NoAnswer, v view) []discordgo.MessageComponent {
	out := opinions(content.CardNoAnswer, v)
	if len(out) > 0 && r.Notice == answer.NoticeNone {
		out = append(out, api.Button(labelDonate, PathDonate+"/"+v.card, discordgo.SecondaryButton))
	}
	return out
}
