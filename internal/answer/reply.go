package answer

import (
	"time"

	"faqbot/internal/guard"
	"faqbot/internal/match"
	"faqbot/internal/text"
)

// Question is what a member asks, with what a platform knows of the asking.
type Question struct {
	Words   text.Words
	Locale  string    // BCP 47, from the platform
	Country string    // ISO 3166-1 alpha-2, chosen by the member; empty when unknown
	Heard   Heard     // whether it was said to the bot
	At      time.Time // from the platform's event: what review dates are judged against
	// Replaced is what is shown in place of help lines, by Line.ID; nil for nothing.
	Replaced map[string]Replacement
}

// Heard says how a question reached the bot.
type Heard int

// A question is addressed to the bot, or overheard in a channel where it may answer unasked.
const (
	Addressed Heard = iota
	Overheard
)

// Notice says which lines stand above a card.
type Notice string

// The notices.
const (
	NoticeNone      Notice = ""
	NoticeCheckIn   Notice = "checkin"
	NoticeSeeDoctor Notice = "see-doctor"
)

// Reply is one of the kinds below; surfaces switch over all of them.
//
//sumtype:decl
type Reply interface {
	// Shown returns the card to draw. Only Silence has none.
	Shown() Card
	reply()
}

type (
	// Urgent stands in place of any answer and is never rate-limited.
	Urgent struct {
		Card Card
		// Key rebuilds the card for another country (Bot.Urgent).
		Key string
		// Immediate is set where seconds count: the card is shown in full even in public.
		Immediate bool
	}
	// Answer is the reviewed text of one entry.
	Answer struct {
		Card   Card
		Notice Notice
	}
	// Choose asks which of at most three entries was meant.
	Choose struct {
		Card    Card
		Notice  Notice
		Options []Option // best first
	}
	// Decline is the fixed text for what the bot must not answer.
	Decline struct {
		Card   Card
		Notice Notice
	}
	// CheckIn is a soft question and the way to help, with no answer under it.
	CheckIn struct{ Card Card }
	// NoAnswer says that there is no reviewed answer, and what to do next.
	NoAnswer struct {
		Card   Card
		Notice Notice
	}
	// Silence is for what was overheard and needs no reply.
	Silence struct{ Why Reason }
)

// Reason says why the bot keeps silent.
type Reason string

// ReasonUnsure is silence because no answer is certain enough to be given unasked.
const ReasonUnsure Reason = "unsure"

// Shown returns the card.
func (r Urgent) Shown() Card { return r.Card }

// Shown returns the card.
func (r Answer) Shown() Card { return r.Card }

// Shown returns the card.
func (r Choose) Shown() Card { return r.Card }

// Shown returns the card.
func (r Decline) Shown() Card { return r.Card }

// Shown returns the card.
func (r CheckIn) Shown() Card { return r.Card }

// Shown returns the card.
func (r NoAnswer) Shown() Card { return r.Card }

// Shown returns the zero card.
func (r Silence) Shown() Card { return Card{} }

func (Urgent) reply()   {}
func (Answer) reply()   {}
func (Choose) reply()   {}
func (Decline) reply()  {}
func (CheckIn) reply()  {}
func (NoAnswer) reply() {}
func (Silence) reply()  {}

// Outcome is a reply and how it came about: all that --json and --explain print.
type Outcome struct {
	Reply      Reply
	Assessment guard.Assessment
	Danger     guard.Danger
	Ranked     []match.Hit // all labels, best first; nil where nothing was matched
	Options    []Option    // the entries that were considered, best first, at most three
	Category   string      // first category of the assessment, or of the decline; may be empty
}
