package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"faqbot/internal/answer"
)

// object is one answer as scripts read it. Names and rules are a contract; fields may be added, none changed.
type object struct {
	Kind       string   `json:"kind"`
	ID         string   `json:"id"`
	Notice     string   `json:"notice"`
	Category   string   `json:"category"`
	Danger     danger   `json:"danger"`
	Confidence float64  `json:"confidence"`
	Options    []option `json:"options"`
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	Sources    []string `json:"sources"`
	ReviewedOn string   `json:"reviewed_on"`
	Micros     int64    `json:"micros"`
}

// danger is how sure the classifier of the guard is.
type danger struct {
	Urgent float64 `json:"urgent"`
	Any    float64 `json:"any"`
}

type option struct {
	ID         string  `json:"id"`
	Title      string  `json:"title"`
	Confidence float64 `json:"confidence"`
}

// kindEntry is the kind of an entry that was chosen rather than found.
const kindEntry = "entry"

// newObject describes an outcome that took a time in the core. A reply without a card cannot be described.
func newObject(o answer.Outcome, took time.Duration) (object, error) {
	kind, notice := kindOf(o.Reply)
	c := o.Reply.Shown()
	if c.IsZero() {
		return object{}, errNoCard
	}
	out := object{
		Kind: kind, ID: c.ID(), Notice: string(notice), Category: o.Category, Title: c.Title(), Text: c.Text(), ReviewedOn: c.ReviewedOn(),
		Danger: danger{probability(o.Danger.Urgent), probability(o.Danger.Any)}, Options: []option{}, Sources: []string{}, Micros: took.Microseconds(),
	}
	considered := o.Options
	if choose, ok := o.Reply.(answer.Choose); ok {
		considered = choose.Options
	}
	for _, x := range considered {
		out.Options = append(out.Options, option{x.ID, x.Title, probability(x.Confidence)})
	}
	if len(out.Options) > 0 {
		out.Confidence = out.Options[0].Confidence
	}
	for _, s := range c.Sources() {
		out.Sources = append(out.Sources, s.Title)
	}
	return out, nil
}

// Kind names the kind of a reply as the field kind of --json does.
func Kind(r answer.Reply) string {
	kind, _ := kindOf(r)
	return kind
}

// kindOf names the kind of a reply and the notice above it.
func kindOf(r answer.Reply) (kind string, notice answer.Notice) {
	switch r := r.(type) {
	case answer.Urgent:
		return "urgent", answer.NoticeNone
	case answer.Answer:
		return "answer", r.Notice
	case answer.Choose:
		return "choose", r.Notice
	case answer.Decline:
		return "decline", r.Notice
	case answer.CheckIn:
		return "checkin", answer.NoticeNone
	case answer.NoAnswer:
		return "noanswer", r.Notice
	case answer.Silence:
		return "silence", answer.NoticeNone // without a card: questions at a terminal are never overheard
	}
	return "", answer.NoticeNone
}

// probability rounds to four digits, and keeps what JSON cannot say out of it: a line must never be lost to a NaN.
func probability(p float64) float64 {
	if math.IsNaN(p) {
		return 0
	}
	return math.Round(min(max(p, 0), 1)*1e4) / 1e4
}

// writeObject writes one line.
func writeObject(w io.Writer, v object) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// WriteEntry writes an entry that was chosen by its id as one line of JSON.
func WriteEntry(w io.Writer, o answer.Outcome) error {
	v, err := newObject(o, 0)
	if err != nil {
		return err
	}
	v.Kind = kindEntry
	return writeObject(w, v)
}
