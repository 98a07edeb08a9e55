package feedback

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"faqbot/internal/chart"
	"faqbot/internal/discord/api"
)

const (
	// listed is how many lines a part of the card has; the file has all.
	listed = 10
	// maxBars is how many entries the picture shows.
	maxBars = 8
	// pictureName is that of the picture beside the card.
	pictureName = "asked.png"
)

// The words of the card.
const (
	titleCard    = "Figures from %s to %s (UTC)"
	headAll      = "What the bot did"
	headAsked    = "Entries that were shown most"
	headVotes    = "Did it help? (yes, not really)"
	headTopics   = "Questions without an answer, by the nearest entry"
	headPins     = "Pinned cards"
	headReviews  = "Reviews that are past or due within 30 days"
	lineNothing  = "Nothing so far."
	lineMore     = "and %d more in the file"
	linePinsGood = "All of them are as they should be."
	linePinsGone = "They could not be checked just now."
	lineDrafts   = "%d entries have not been clinically reviewed."
	linePast     = "past since %s"
	lineDue      = "due on %s"
	foot         = "Figures under 5 are shown as <5, so that nobody can be recognised by them."
	altBars      = "Bars of the entries that were shown most in 30 days: "
)

// card draws figures for people, with a picture of what was asked most.
func (f *Feedback) card(ctx context.Context, figures *figures) api.Body {
	body := api.Body{Content: textFigures}
	name := ""
	if picture, ok := f.picture(ctx, figures); ok {
		body.Pictures = []api.Picture{picture}
		name = picture.Name
	}
	title := fmt.Sprintf(titleCard, figures.from.Format(time.DateOnly), figures.to.Format(time.DateOnly))
	body.Embeds = api.Embed(title, strings.Join(figures.parts(), "\n\n"), name)
	return body
}

// parts are the parts of the card.
func (f *figures) parts() []string {
	var all, asked, votes, topics []string
	for _, t := range f.kinds {
		all = append(all, kindWords(t.name)+": "+shown(t.n))
	}
	for _, t := range f.asked {
		asked = append(asked, code(t.name)+" "+shown(t.n))
	}
	for _, v := range f.votes {
		votes = append(votes, fmt.Sprintf("%s %s, %s", code(v.entry), shown(v.helpful), shown(v.less)))
	}
	for _, t := range f.topics {
		topics = append(topics, fmt.Sprintf("%s %s (%s)", code(t.Entry), shown(t.Count), t.State))
	}
	out := []string{part(headAll, all), part(headAsked, asked), part(headVotes, votes), part(headTopics, topics)}
	out = append(out, f.upkeep()...)
	return append(out, foot)
}

// upkeep is what moderators and the content team have to look after.
func (f *figures) upkeep() []string {
	var out, reviews []string
	switch {
	case f.pinsSeen && len(f.pins) == 0:
		out = append(out, part(headPins, []string{linePinsGood}))
	case f.pinsSeen:
		out = append(out, part(headPins, f.pins))
	case f.pinsAsked:
		out = append(out, part(headPins, []string{linePinsGone}))
	}
	for _, r := range f.reviews {
		reviews = append(reviews, code(r.entry)+" "+fmt.Sprintf(map[bool]string{true: linePast, false: lineDue}[r.past], r.due))
	}
	if f.drafts > 0 {
		reviews = append(reviews[:min(len(reviews), listed-1)], fmt.Sprintf(lineDrafts, f.drafts))
	}
	return append(out, part(headReviews, reviews))
}

// part is a heading and its lines, the first of them.
func part(head string, lines []string) string {
	const maxLine = 90 // so that all parts fit
	out := []string{"**" + head + "**"}
	if len(lines) == 0 {
		out = append(out, lineNothing)
	}
	for i, line := range lines {
		if i == listed {
			out = append(out, fmt.Sprintf(lineMore, len(lines)-listed))
			break
		}
		out = append(out, "- "+api.Cut(line, maxLine))
	}
	return strings.Join(out, "\n")
}

func code(id string) string { return "`" + id + "`" }

// kindWords says for people what a kind is.
func kindWords(kind string) string {
	words, ok := map[string]string{
		kindAnswer: "Questions answered at once", kindEntry: "Cards opened from a list or a button", kindChoose: "Offered a choice of cards",
		kindDecline: "Requests declined", kindCheckIn: "Asked whether somebody is safe", kindNoAnswer: "Questions without an answer",
		kindNone: "None of the offered cards fitted", kindUrgent: "Showed how to get help now",
		kindSent: "Cards that moderators sent",
	}[kind]
	if !ok {
		return kind
	}
	return words
}

// picture draws what was asked most, as far as figures are not too small to be shown; false when none is left, or it cannot be drawn.
func (f *Feedback) picture(ctx context.Context, figures *figures) (api.Picture, bool) {
	var bars []chart.Tally
	var words []string
	for _, t := range figures.asked {
		if t.n >= few && len(bars) < maxBars {
			bars = append(bars, chart.Tally{Label: t.name, N: int(t.n)})
			words = append(words, t.name+" "+strconv.FormatInt(t.n, 10))
		}
	}
	if len(bars) == 0 {
		return api.Picture{}, false
	}
	alt := altBars + strings.Join(words, ", ") + "."
	png, err := chart.Tallies(chart.Frame{Alt: alt}, bars)
	if err != nil {
		f.Log.WarnContext(ctx, "the figures have no picture", "error", err)
		return api.Picture{}, false
	}
	return api.Picture{Name: pictureName, Alt: alt, PNG: png}, true
}
