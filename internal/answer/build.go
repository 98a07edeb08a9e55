package answer

import (
	"strings"

	"faqbot/internal/content"
	"faqbot/internal/guard"
)

// EntryHelplines is the entry that says where to get help; the core puts the lines on its card.
const EntryHelplines = "support/helplines"

// entryMedical is an entry that the core itself sends people to.
const entryMedical = "coping/medical"

// Neutral first lines: they show in notifications, so that they name no drug and no symptom.
const (
	leadAnswer  = "Here is what I found."
	leadChoose  = "I am not sure which of these you mean."
	leadNone    = "I do not have an answer for that."
	leadFixed   = "Here is what you asked for."
	leadCheckIn = "First, a question for you."
	// noticeEmergency stands first where a message speaks of danger in general and no entry answers.
	noticeEmergency = "If anyone may be in danger now, call " + localEmergency + "."
	noteCut         = "Your message was longer than 2,000 characters: only the first 2,000 were read."
)

// helpRoles returns the help lines of the where-to-turn card, in their order.
func helpRoles() []string {
	return []string{
		content.RoleCrisis, content.RoleCrisis, content.RoleCrisis, content.RoleDrugs, content.RoleHealth, content.RoleChild, content.RolePoison,
	}
}

// maxHelpContacts is how many contacts the where-to-turn card lists; it is no emergency card.
const maxHelpContacts = 8

// entryCard builds the card of an entry.
func (s *snapshot) entryCard(e *content.Entry, q Question) Card {
	c := Card{
		id: e.ID, title: e.Title, lead: leadAnswer, body: e.Answer, getHelp: e.GetHelp, reminder: s.lib.Reminder(e.Reminder),
		sources: s.sources(e.Sources), review: reviewState(e.Review, q.At), reviewed: e.Review.On, hash: e.Hash(),
	}
	for _, id := range e.Related {
		if title, ok := s.titles[id]; ok {
			c.related = append(c.related, Option{ID: id, Title: title})
		}
	}
	if e.ID == EntryHelplines {
		c.contacts, _ = contactsFor(s.lib, q, helpRoles(), maxHelpContacts)
	}
	return newCard(c)
}

// declineCard builds the card of a declined class, with the drugs line of the member's country where there is one.
func (s *snapshot) declineCard(d *content.Decline, q Question) Card {
	c := Card{
		id: d.ID, title: d.Title, lead: leadNone, body: d.Text, reminder: s.lib.Reminder(d.Reminder), sources: s.sources(d.Sources),
		review: reviewState(d.Review, q.At), reviewed: d.Review.On, hash: d.Hash(),
	}
	for _, l := range linesOf(s.lib, q.Country) {
		if l.Role == content.RoleDrugs {
			c.contacts = append(c.contacts, q.contact(l))
		}
	}
	for _, id := range d.Related {
		if title, ok := s.titles[id]; ok {
			c.related = append(c.related, Option{ID: id, Title: title})
		}
	}
	return newCard(c)
}

// fixedCard builds one of the bot's own cards; content is checked to have those that this package names.
func (s *snapshot) fixedCard(id string, q Question) Card {
	f, ok := s.lib.Card(id)
	if !ok {
		panic("answer: no card " + id)
	}
	c := Card{
		title: f.Title, lead: leadFixed, body: f.Text, reminder: s.lib.Reminder(f.Reminder), sources: s.sources(f.Sources),
		review: reviewState(f.Review, q.At), reviewed: f.Review.On, hash: f.Hash(),
	}
	switch id {
	case content.CardNoAnswer, content.CardNoAnswerVenting:
		c.lead = leadNone
	case content.CardCheckIn:
		c.lead = leadCheckIn
		c.contacts, _ = contactsFor(s.lib, q, []string{content.RoleCrisis, content.RoleCrisis}, maxContacts)
	}
	return newCard(c)
}

// chooseCard builds the did-you-mean card; its text lists the options.
func (s *snapshot) chooseCard(options []Option, q Question) Card {
	c := s.fixedCard(content.CardChoose, q)
	c.lead = leadChoose
	var lines []string
	for _, o := range options {
		lines = append(lines, "- "+o.Title)
	}
	c.body += "\n\n" + strings.Join(lines, "\n")
	return newCard(c)
}

// above puts the lines of a notice over a card.
func (s *snapshot) above(c Card, n Notice, q Question) Card {
	id := ""
	switch n {
	case NoticeCheckIn:
		id = content.CardCheckIn
	case NoticeSeeDoctor:
		id = content.CardSeeDoctor
	case NoticeNone:
		return c
	}
	fixed := s.fixedCard(id, q)
	c.notices = append(c.notices, fixed.body)
	return c
}

// note adds what the member should know about how the question was read.
func (s *snapshot) note(c Card, q Question) Card {
	if q.Words.Cut() {
		c.note = noteCut
	}
	return c
}

func (s *snapshot) sources(keys []string) []content.Source {
	out := make([]content.Source, len(keys))
	for i, k := range keys {
		out[i] = s.lib.Source(k)
	}
	return out
}

// replies lists every reply for the checks of all surfaces.
func (s *snapshot) replies() []Reply {
	var out []Reply
	var q Question
	notices := []Notice{NoticeNone, NoticeCheckIn, NoticeSeeDoctor}
	for i := range s.lib.Entries() {
		e := &s.lib.Entries()[i]
		for _, n := range notices {
			out = append(out, Answer{s.above(s.entryCard(e, q), n, q), n})
		}
	}
	for i := range s.lib.Declines() {
		for _, n := range notices {
			out = append(out, Decline{s.above(s.declineCard(&s.lib.Declines()[i], q), n, q), n})
		}
	}
	longest := s.longestTitles()
	for _, n := range notices {
		out = append(out, Choose{s.above(s.chooseCard(longest, q), n, q), n, longest})
		out = append(out, NoAnswer{s.above(s.fixedCard(content.CardNoAnswer, q), n, q), n})
		out = append(out, NoAnswer{s.above(s.fixedCard(content.CardNoAnswerVenting, q), n, q), n})
	}
	for _, f := range s.lib.Cards() {
		if f.ID != content.CardCheckIn { // a check-in is a reply of its own, below
			out = append(out, NoAnswer{Card: s.fixedCard(f.ID, q)})
		}
	}
	for _, country := range append([]string{""}, s.lib.Countries()...) {
		q.Country, q.Replaced = country, nil
		out = append(out, s.contactReplies(q)...)
		if q.Replaced = longestReplacements(s.lib, country); len(q.Replaced) > 0 {
			out = append(out, s.contactReplies(q)...)
		}
	}
	return append(out, NoAnswer{Card: Static()})
}

// contactReplies lists the replies that name the help lines of a question's country.
func (s *snapshot) contactReplies(q Question) []Reply {
	var out []Reply
	for _, c := range guard.Urgent() {
		out = append(out, urgent(s.lib, guard.Assessment{Hits: []guard.Hit{{Category: c}}}, q))
	}
	out = append(out, CheckIn{s.fixedCard(content.CardCheckIn, q)})
	if e, ok := s.lib.Entry(EntryHelplines); ok {
		out = append(out, Answer{Card: s.entryCard(e, q)})
	}
	for i := range s.lib.Declines() {
		if q.Country != "" { // without one they have no line, and are listed by themselves
			out = append(out, Decline{Card: s.declineCard(&s.lib.Declines()[i], q)})
		}
	}
	return out
}

// longestTitles returns the three options that need the most room.
func (s *snapshot) longestTitles() []Option {
	var out []Option
	for _, e := range s.lib.Entries() {
		out = append(out, Option{ID: e.ID, Title: e.Title})
		for i := len(out) - 1; i > 0 && len(out[i].Title) > len(out[i-1].Title); i-- {
			out[i], out[i-1] = out[i-1], out[i]
		}
		out = out[:min(maxOptions, len(out))]
	}
	return out
}
