package suggest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"faqbot/internal/answer"
	"faqbot/internal/content"
	"faqbot/internal/discord"
	"faqbot/internal/discord/api"
	"faqbot/internal/discord/interact"
	"faqbot/internal/discord/local"
	"faqbot/internal/guard"
)

// maxOptions is how many entries a preview offers.
const maxOptions = 3

// preview is what a moderator sees.
type preview struct {
	about

	card    string   // what can be sent, by the names that replyOf knows; empty for nothing
	options []string // ids of entries to pick from
	note    string   // the first line
}

// chosen makes a preview of how words were read. Danger and doubt leave no choice.
func chosen(bot *answer.Bot, out answer.Outcome, a about) preview {
	if r, urgent := out.Reply.(answer.Urgent); urgent {
		note := textDanger
		if r.Immediate {
			note = textDangerNow
		}
		return preview{about: a, card: r.Key, note: note}
	}
	if out.Assessment.Has(guard.CheckIn) {
		return preview{about: a, card: content.CardCheckIn, note: textDoubt}
	}
	a.doctor = a.doctor || out.Assessment.Has(guard.SeeDoctor)
	p := preview{about: a}
	switch r := out.Reply.(type) {
	case answer.Decline:
		return preview{about: a, card: r.Card.ID(), note: textDeclined}
	case answer.Answer:
		p.options, p.note = []string{r.Card.ID()}, textPreview
	case answer.Choose, answer.NoAnswer, answer.CheckIn, answer.Urgent, answer.Silence:
		p.note = textUnsure
	}
	for _, h := range out.Ranked {
		if _, entry := bot.Entry(h.Label, answer.Question{}); entry && len(p.options) < maxOptions && !slices.Contains(p.options, h.Label) {
			p.options = append(p.options, h.Label)
		}
	}
	if len(p.options) == 0 {
		p.note = textNothing
		return p
	}
	p.card = p.options[0]
	return p
}

// replyOf finds what a card's name stands for: the id of an entry or a declined class, that of the check-in card, or the key of an urgent
// card. ok is false for what the content no longer has.
func (s *Suggest) replyOf(card string, doctor bool, q answer.Question) (r answer.Reply, ok bool) {
	if card == content.CardCheckIn {
		c, ok := s.Bot.Fixed(card, q)
		return answer.CheckIn{Card: c}, ok
	}
	notice := answer.NoticeNone
	if doctor {
		notice = answer.NoticeSeeDoctor
	}
	if r, ok = s.Bot.Below(notice, card, q); ok {
		return r, true
	}
	return s.Bot.Urgent(card, q)
}

// show draws a preview for its moderator.
func (s *Suggest) show(ctx context.Context, r interact.Request, p preview) (interact.Response, error) {
	return s.draw(r, p, s.Local(ctx, r.Guild, ""))
}

// draw draws a preview: the note, the card as everybody would see it, an urgent one in full, and the controls.
func (s *Suggest) draw(r interact.Request, p preview, set local.Set) (interact.Response, error) {
	reply, ok := s.replyOf(p.card, p.doctor, question(r, set))
	if !ok {
		if p.card != "" {
			p.note = textStale
		}
		return interact.Response{Body: api.Body{Content: p.note, Components: p.controls(s.Bot, nil)}}, nil
	}
	_, urgent := reply.(answer.Urgent)
	body, err := discord.Render(s.Bot, reply, discord.View{Public: !urgent})
	if err != nil {
		return interact.Response{}, fmt.Errorf("draw a preview: %w", err)
	}
	if p.doctor {
		p.note = textDoctor + "\n" + p.note
	}
	body.Content, body.Components = p.note+"\n\n"+body.Content, p.controls(s.Bot, reply)
	return interact.Response{Body: body}, nil
}

// controls are a menu of the options, and what can be done with the card; with no reply, nothing can.
func (p preview) controls(bot *answer.Bot, reply answer.Reply) api.Components {
	var menu []api.MenuOption
	for _, id := range p.options {
		if out, ok := bot.Entry(id, answer.Question{}); ok {
			menu = append(menu, api.MenuOption{Label: out.Reply.Shown().Title(), Value: id, Chosen: id == p.card})
		}
	}
	path := func(verb string) string { return pathSuggest + "/" + verb + "/" + p.String() }
	_, urgent := reply.(answer.Urgent)
	_, doubt := reply.(answer.CheckIn)
	var buttons api.Components
	if reply != nil {
		const primary = 1
		buttons = append(buttons, api.Button(labelSend, path(verbSend)+"/"+p.card, primary))
	}
	if reply != nil && !urgent && p.author != 0 { // the line that stands for an urgent card has a button of its own
		buttons = append(buttons, api.Quiet(labelOffer, path(verbOffer)+"/"+p.card))
	}
	if !urgent && !doubt {
		buttons = append(buttons, api.Quiet(labelSearch, path(verbSearch)))
	}
	buttons = append(buttons, api.Quiet(labelCancel, pathSuggest+"/"+verbCancel))
	return api.Rows(api.Menu(path(verbPick), labelPick, menu), buttons)
}

// offered reads the options from the components of a preview that was sent.
func offered(sent json.RawMessage) []string {
	var rows []struct {
		Components []struct {
			Options []struct {
				Value string `json:"value"`
			} `json:"options"`
		} `json:"components"`
	}
	_ = json.Unmarshal(sent, &rows) // what cannot be read offers nothing
	var out []string
	for _, row := range rows {
		for _, c := range row.Components {
			for _, o := range c.Options {
				out = append(out, o.Value)
			}
		}
	}
	return out[:min(len(out), maxOptions)]
}
