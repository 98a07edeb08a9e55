// Package answer is the core: a question goes in, a reply comes out.
//
// It builds matcher and guard from a content library, holds the order of checks, and makes every card. A reply is a value: there is
// no error, no I/O and no clock in here, and no word of any platform. Surfaces draw replies; they never make text of their own
// beyond labels of buttons.
package answer

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"faqbot/internal/complete"
	"faqbot/internal/content"
	"faqbot/internal/encoder"
	"faqbot/internal/guard"
	"faqbot/internal/match"
	"faqbot/internal/parallel"
	"faqbot/internal/text"
)

// Bot answers questions from the content it currently holds. It is safe for concurrent use.
type Bot struct {
	guard   *guard.Guard
	encoder *encoder.Encoder // nil: words alone
	current atomic.Pointer[snapshot]
}

// snapshot is one content with all that is built from it; it is replaced as a whole.
type snapshot struct {
	lib       *content.Library
	matcher   *match.Matcher
	completer *complete.Completer
	titles    map[string]string // by entry id
	subject   subject
}

// New builds a bot from content and the model that was learnt from it with the same encoder (match.ErrStale when it was learnt from other
// content or otherwise). Without an encoder it matches by words alone.
func New(lib *content.Library, model *match.Model, enc *encoder.Encoder) (*Bot, error) {
	b := &Bot{encoder: enc}
	var guardErr error
	var building sync.WaitGroup // guard and matcher at a time: a start should be fast
	building.Go(func() { b.guard, guardErr = guard.New(enc) })
	err := b.Swap(lib, model)
	building.Wait()
	if guardErr != nil {
		return nil, fmt.Errorf("build guard: %w", guardErr)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// NewCards builds a bot that has every card and matches nothing, without a model and at once: for commands that only show cards. It
// has no guard either, so that Ask must not be called; it would give the card of last resort.
func NewCards(lib *content.Library) *Bot {
	b := &Bot{}
	b.current.Store(newSnapshot(lib))
	return b
}

// Swap replaces the content at once for all questions that come after; on an error the old content keeps serving.
func (b *Bot) Swap(lib *content.Library, model *match.Model) error {
	examples, options := b.Examples(lib)
	matcher, err := match.New(examples, options, model)
	if err != nil {
		return fmt.Errorf("build matcher: %w", err)
	}
	s := newSnapshot(lib)
	s.matcher = matcher
	b.current.Store(s)
	return nil
}

// newSnapshot builds all but the matcher.
func newSnapshot(lib *content.Library) *snapshot {
	s := &snapshot{lib: lib, titles: make(map[string]string), subject: newSubject(lib)}
	var titles []complete.Title
	for _, e := range lib.Entries() {
		s.titles[e.ID] = e.Title
		titles = append(titles, complete.Title{ID: e.ID, Title: e.Title, Aliases: e.Aliases})
	}
	s.completer = complete.New(titles)
	return s
}

// Examples returns what a content's model must be learnt from for Swap.
func (b *Bot) Examples(lib *content.Library) ([]match.Example, match.Options) {
	return Examples(lib, b.encoder)
}

// Library returns the content that is currently served.
func (b *Bot) Library() *content.Library { return b.current.Load().lib }

// Ask answers a question. It always replies: a panic anywhere below becomes the card of last resort.
func (b *Bot) Ask(q Question) (out Outcome) {
	defer func() {
		if recover() != nil {
			out = Outcome{Reply: NoAnswer{Card: Static()}}
		}
	}()
	tokens := text.Normalize(q.Words)
	s := b.current.Load()
	out.Assessment = b.guard.Assess(tokens)
	out.Category = category(out.Assessment)
	if out.Assessment.Explicit() {
		out.Danger = guard.Certain()
		out.Reply = s.urgent(out.Assessment, q)
		return out
	}
	ranked, opinions, ok := b.read(s, tokens)
	v := judge(ranked)
	out.Ranked = ranked
	if ok && len(v.opinion) > 0 { // the content has examples of its own, which alone may lower no hint
		opinions = append(opinions, v.opinion)
	}
	out.Danger = guard.Most(opinions...)
	out.Assessment = out.Assessment.With(opinions...)
	out.Category = category(out.Assessment)
	switch {
	case out.Assessment.Level() == guard.LevelUrgent && q.Heard == Overheard && out.Danger.Urgent < overheardAt:
		out.Reply = Silence{ReasonUnsure}
		return out
	case out.Assessment.Level() == guard.LevelUrgent:
		out.Reply = s.urgent(out.Assessment, q)
		return out
	case !ok:
		out.Reply = NoAnswer{Card: Static()}
		return out
	}
	for _, h := range v.entries[:min(maxOptions, len(v.entries))] {
		out.Options = append(out.Options, Option{h.Label, s.titles[h.Label], h.Confidence})
	}
	if q.Heard == Overheard && !s.subject.isIn(tokens) {
		v.band = bandNone // and so silence
	}
	s.reply(&out, v, q)
	return out
}

// read ranks the labels and asks the guard's classifier, at a time. What breaks gives nothing, and ok is false then: what phrases and the
// other reader found still holds.
func (b *Bot) read(s *snapshot, t text.Tokens) (hits []match.Hit, opinions []guard.Opinion, ok bool) {
	meaning := b.encode(t)
	readers := [...]func(){
		func() { opinions = b.guard.Opinions(t, meaning) },
		func() { hits = s.matcher.Rank(t, meaning, allLabels) },
	}
	var whole [len(readers)]bool
	parallel.Each(len(readers), func(i int) {
		defer func() { whole[i] = recover() == nil }()
		readers[i]()
	})
	return hits, opinions, whole[0] && whole[1]
}

// urgent replies to danger.
func (s *snapshot) urgent(a guard.Assessment, q Question) Urgent {
	r := urgent(s.lib, a, q)
	r.Card = s.note(r.Card, q)
	return r
}

// encode returns what finds out what a question means, once for all who ask; nil without an encoder.
func (b *Bot) encode(t text.Tokens) match.Meaning {
	if b.encoder == nil {
		return nil
	}
	return sync.OnceValue(func() encoder.Embedding { return b.encoder.Encode(match.Sentence(t)) })
}

// category returns the first category of the safety taxonomy. A check-in is none: it is doubt, and the notice says it; nor is a topic.
func category(a guard.Assessment) string {
	for _, h := range a.Hits {
		if h.Category != guard.CheckIn && h.Category != guard.Topic {
			return string(h.Category)
		}
	}
	return ""
}

// allLabels asks the matcher for every label.
const allLabels = 1 << 20

// reply turns the bands into a reply, notices included.
func (s *snapshot) reply(out *Outcome, v verdict, q Question) {
	notice := noticeOf(out.Assessment)
	if q.Heard == Overheard && (v.band != bandAnswer || notice != NoticeNone) {
		out.Reply = Silence{ReasonUnsure}
		return
	}
	switch v.band {
	case bandDecline:
		d, _ := s.lib.Decline(v.decline)
		if out.Category == "" || notice == NoticeNone {
			out.Category = d.Category
		}
		out.Options = nil
		out.Reply = Decline{s.note(s.above(s.declineCard(d, q), notice, q), q), notice}
	case bandAnswer:
		e, _ := s.lib.Entry(v.entries[0].Label)
		out.Reply = Answer{s.note(s.above(s.entryCard(e, q), notice, q), q), notice}
	case bandChoose:
		out.Options = worthOffering(out.Options)
		out.Reply = Choose{s.note(s.above(s.chooseCard(out.Options, q), notice, q), q), notice, out.Options}
	case bandNone:
		s.replyNone(out, notice, q)
	}
}

// replyNone answers a question that no entry fits.
func (s *snapshot) replyNone(out *Outcome, notice Notice, q Question) {
	switch notice {
	case NoticeNone:
	case NoticeCheckIn:
		out.Reply = CheckIn{s.note(s.fixedCard(content.CardCheckIn, q), q)}
		return
	case NoticeSeeDoctor:
		if e, ok := s.lib.Entry(entryMedical); ok {
			out.Options = append([]Option{{e.ID, e.Title, 0}}, without(out.Options, e.ID)...)
			out.Options = out.Options[:min(maxOptions, len(out.Options))]
			out.Reply = Answer{s.note(s.above(s.entryCard(e, q), notice, q), q), notice}
			return
		}
	}
	id := content.CardNoAnswer
	if out.Assessment.Has(guard.Venting) {
		id = content.CardNoAnswerVenting
	}
	card := s.above(s.fixedCard(id, q), notice, q)
	if out.Assessment.Has(guard.Topic) {
		card.notices = append([]string{noticeEmergency}, card.notices...)
		card = newCard(card)
	}
	out.Reply = NoAnswer{s.note(card, q), notice}
}

// noticeOf says which lines stand above the reply.
func noticeOf(a guard.Assessment) Notice {
	switch {
	case a.Has(guard.SeeDoctor):
		return NoticeSeeDoctor
	case a.Has(guard.CheckIn):
		return NoticeCheckIn
	}
	return NoticeNone
}

// worthOffering drops the options that are too unlikely for a button; the first always stays.
func worthOffering(options []Option) []Option {
	for i, o := range options {
		if i > 0 && o.Confidence < optionAt {
			return options[:i]
		}
	}
	return options
}

func without(options []Option, id string) []Option {
	var out []Option
	for _, o := range options {
		if o.ID != id {
			out = append(out, o)
		}
	}
	return out
}

// Entry returns the card of a chosen entry, by its id or a further id, without matching; ok is false for any other text. The guard
// does not run: an id is not a member's words.
func (b *Bot) Entry(id string, q Question) (out Outcome, ok bool) {
	s := b.current.Load()
	e, ok := s.lib.Entry(id)
	if !ok {
		return Outcome{}, false
	}
	return Outcome{Reply: Answer{Card: s.entryCard(e, q)}, Options: []Option{{e.ID, e.Title, 0}}}, true
}

// Below returns the card of a chosen entry or of a declined class below the lines of a notice, for what was chosen as an answer to a
// message that needs them; ok is false for any other id.
func (b *Bot) Below(n Notice, id string, q Question) (r Reply, ok bool) {
	s := b.current.Load()
	if e, ok := s.lib.Entry(id); ok {
		return Answer{s.above(s.entryCard(e, q), n, q), n}, true
	}
	if d, ok := s.lib.Decline(id); ok {
		return Decline{s.above(s.declineCard(d, q), n, q), n}, true
	}
	return nil, false
}

// Urgent rebuilds an urgent card for a question's country from its key; ok is false for a key without an urgent category.
func (b *Bot) Urgent(key string, q Question) (r Urgent, ok bool) {
	a := assessmentOf(key)
	if len(a.Hits) == 0 {
		return Urgent{}, false
	}
	return urgent(b.current.Load().lib, a, q), true
}

// UrgentCard returns an urgent card by its id, such as crisis/medical, for a country; ok is false for any other id. Where several
// categories share an id it is the card of the most pressing.
func (b *Bot) UrgentCard(id, country string) (r Urgent, ok bool) {
	for _, c := range guard.Urgent() {
		if urgentTexts(c).id == id {
			return b.Urgent(string(c), Question{Country: country})
		}
	}
	return Urgent{}, false
}

// Topics returns the entries whose id begins with a prefix such as "coping/", in the order of the content.
func (b *Bot) Topics(prefix string) []Option {
	var out []Option
	for _, e := range b.Library().Entries() {
		if strings.HasPrefix(e.ID, prefix) {
			out = append(out, Option{ID: e.ID, Title: e.Title})
		}
	}
	return out
}

// Members returns the entries of a group card, in the order of the content; none for any other id.
func (b *Bot) Members(group string) []Option {
	var out []Option
	for _, e := range b.Library().Entries() {
		if e.Group == group {
			out = append(out, Option{ID: e.ID, Title: e.Title})
		}
	}
	return out
}

// Countries returns the countries with help lines, as code and name, by name.
func (b *Bot) Countries() []Option {
	lib := b.Library()
	var out []Option
	for _, code := range lib.Countries() {
		h, _ := lib.Helplines(code)
		out = append(out, Option{ID: code, Title: h.Name})
	}
	return out
}

// Fixed returns one of the cards that content names (content.CardHelp and so on); ok is false for an unknown id.
func (b *Bot) Fixed(id string, q Question) (card Card, ok bool) {
	s := b.current.Load()
	if _, ok := s.lib.Card(id); !ok {
		return Card{}, false
	}
	return s.fixedCard(id, q), true
}

// Declined returns the card of a declined class; ok is false for an unknown id.
func (b *Bot) Declined(id string, q Question) (card Card, ok bool) {
	s := b.current.Load()
	d, ok := s.lib.Decline(id)
	if !ok {
		return Card{}, false
	}
	return s.declineCard(d, q), true
}

// Help returns where to turn: the lines of a country, or the international directories.
func (b *Bot) Help(country string, q Question) Card {
	q.Country = country
	s := b.current.Load()
	if e, ok := s.lib.Entry(EntryHelplines); ok {
		return s.entryCard(e, q)
	}
	card := s.fixedCard(content.CardHelp, q)
	card.contacts, _ = contactsFor(s.lib, q, helpRoles(), maxHelpContacts)
	return card
}

// Complete returns entries whose title or alias a prefix may mean, best first; all in order for an empty prefix.
func (b *Bot) Complete(prefix string, limit int) []Option {
	var out []Option
	for _, t := range b.current.Load().completer.Complete(prefix, limit) {
		out = append(out, Option{ID: t.ID, Title: t.Title})
	}
	return out
}

// Explain says why a label was ranked where it was.
func (b *Bot) Explain(w text.Words, label string, terms int) (match.Reason, bool) {
	tokens := text.Normalize(w)
	return b.current.Load().matcher.Explain(tokens, b.encode(tokens), label, terms)
}

// Replies yields every kind of reply that the content can produce, for checks that draw each: all entries with every notice, all
// choices' shapes, declines, fixed cards, urgent cards for every country.
func (b *Bot) Replies(yield func(Reply) bool) {
	for _, r := range b.current.Load().replies() {
		if !yield(r) {
			return
		}
	}
}
