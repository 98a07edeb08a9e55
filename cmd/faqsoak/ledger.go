package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"faqbot/internal/discord/discordtest"
)

// kind is what was sent.
type kind int

const (
	command kind = iota
	completion
	button
	menu
	form
	mention
	direct
	kinds // how many there are
)

// String names a kind in the table.
func (k kind) String() string {
	return [kinds]string{"commands", "autocompletes", "buttons", "menus", "forms", "mentions", "direct messages"}[k]
}

// message reports whether it is answered by a message, which may come late, and not within an interaction's window.
func (k kind) message() bool { return k == mention || k == direct }

const (
	window = 3 * time.Second // of a first response
	// An item is judged once nothing more can come of it: a second answer would come soon after the first, and a message that waits in a
	// session for a resume comes with that, after a minute of backing off at worst.
	settleAfter      = 8 * time.Second
	giveUpOnMessages = 150 * time.Second
)

// item is one thing that a member sent.
type item struct {
	kind      kind
	urgent    bool
	channel   string // of messages
	at        time.Time
	undone    bool // no session was there to hear of it
	tried     int
	spoilt    int             // tries that a fault answered without carrying them out
	nonces    map[string]bool // of replies that were posted
	delivered bool            // an answer was carried out, and the bot was told so
	answered  time.Duration
	doubled   bool
	promised  bool // a deferred response went out, and what it promises has not
	wrong     bool // an urgent one got another card
	settled   chan struct{}
	response  int // type of the first response
}

// tally counts the items of a kind.
type tally struct {
	sent, answered, late, impossible, lost, doubled int
}

// ledger holds what is open and counts what is done. It is safe for concurrent use.
type ledger struct {
	urgentTitle string // stands on every urgent card

	mu         sync.Mutex
	open       map[string]*item // by the id of the interaction or message
	tokens     map[string]*item // by an interaction's token
	kinds      [kinds]tally
	urgent     tally
	wrong      int // urgent ones with another card
	broken     int // promises
	took       []time.Duration
	spans      []*span
	recovered  int // answered though a fault hit a try
	unpromised int // promises that a fault kept
}

func newLedger(urgentTitle string) *ledger {
	return &ledger{urgentTitle: urgentTitle, open: map[string]*item{}, tokens: map[string]*item{}}
}

// send enters an item, before it is sent. Token is empty for messages.
func (l *ledger) send(id, token string, it *item) {
	it.at, it.settled = time.Now(), make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[id] = it
	if token != "" {
		l.tokens[token] = it
	}
}

// unheard says that an item reached nobody.
func (l *ledger) unheard(it *item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	it.undone = true
}

// observe hears of every call of the bot.
func (l *ledger) observe(r discordtest.Request) {
	parts := strings.Split(strings.TrimPrefix(r.Path, "/"), "/")
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(parts) == 4 && parts[0] == "interactions":
		if it := l.open[parts[1]]; it != nil {
			l.responded(it, r)
		}
	case len(parts) >= 3 && parts[0] == "webhooks" && r.Done && r.Method != http.MethodGet:
		if it := l.tokens[parts[2]]; it != nil {
			it.promised = false
		}
	case len(parts) >= 3 && parts[0] == "webhooks" && r.Ruled && l.tokens[parts[2]] != nil:
		l.tokens[parts[2]].spoilt++
	case r.Method == http.MethodPost && len(parts) == 3 && parts[0] == "channels" && parts[2] == "messages":
		l.replied(r)
	}
}

// responded takes a try of a first response.
func (l *ledger) responded(it *item, r discordtest.Request) {
	it.tried++
	switch {
	case r.Done:
		var body struct{ Type int }
		_ = json.Unmarshal(r.Body, &body) // the fake has read it
		const deferred = 5
		it.response, it.promised = body.Type, body.Type == deferred
		l.answer(it, r)
	case r.Ruled:
		it.spoilt++
	case it.delivered && r.Status == http.StatusBadRequest:
		it.doubled = true // the bot knew that it had answered, and tried again
	}
}

// replied takes a try of a message that replies to one of ours.
func (l *ledger) replied(r discordtest.Request) {
	var body struct {
		Reference struct {
			ID string `json:"message_id"`
		} `json:"message_reference"`
		Nonce   any  `json:"nonce"`
		Enforce bool `json:"enforce_nonce"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return
	}
	it := l.open[body.Reference.ID]
	if it == nil {
		return
	}
	it.tried++
	if !r.Done {
		if r.Ruled {
			it.spoilt++
		}
		return
	}
	nonce, _ := body.Nonce.(string)
	if len(it.nonces) > 0 && (!body.Enforce || !it.nonces[nonce]) {
		it.doubled = true // the channel shows two replies
	}
	if it.nonces == nil {
		it.nonces = map[string]bool{}
	}
	it.nonces[nonce] = true
	l.answer(it, r)
}

// answer notes an answer that was carried out.
func (l *ledger) answer(it *item, r discordtest.Request) {
	it.delivered = it.delivered || !r.Ruled
	if it.answered > 0 {
		return
	}
	it.answered = max(1, time.Since(it.at))
	const leadsToCard = `"custom_id":"urgent/` // a channel gets a button, and the card is for the one who presses it
	it.wrong = it.urgent && !strings.Contains(string(r.Body), l.urgentTitle) && !strings.Contains(string(r.Body), leadsToCard)
	close(it.settled)
}

// judge counts what is over; all of it with final.
func (l *ledger) judge(final bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for id, it := range l.open {
		wait := settleAfter
		if it.kind.message() && it.answered == 0 && !it.undone {
			wait = giveUpOnMessages
		}
		if final || now.Sub(it.at.Add(it.answered)) >= wait {
			l.close(it)
			delete(l.open, id)
		}
	}
	for token, it := range l.tokens {
		if final || now.Sub(it.at) > giveUpOnMessages {
			l.broken += tell(it.promised && it.spoilt == 0)
			l.unpromised += tell(it.promised && it.spoilt > 0)
			delete(l.tokens, token)
		}
	}
}

// close counts an item that is over.
func (l *ledger) close(it *item) {
	l.count(&l.kinds[it.kind], it)
	if it.urgent {
		l.count(&l.urgent, it)
		l.wrong += tell(it.wrong)
	}
	if it.answered > 0 {
		l.took = append(l.took, it.answered)
		l.recovered += tell(it.spoilt > 0)
	}
}

func (l *ledger) count(t *tally, it *item) {
	t.sent++
	t.doubled += tell(it.doubled)
	switch {
	case it.answered > window:
		t.late++
	case it.answered > 0:
		t.answered++
	case l.explained(it):
		t.impossible++
	default:
		t.lost++
	}
}

// explained reports whether a fault made an answer impossible. A try that a fault spoilt explains it. Where no try was made, or only one
// after the window, something must have kept the bot from hearing or speaking in that window.
func (l *ledger) explained(it *item) bool {
	if it.undone || it.spoilt > 0 {
		return true
	}
	end := it.at.Add(window)
	for _, s := range l.spans {
		if s.blocks(it) && s.from.Before(end) && s.until.After(it.at) {
			return true
		}
	}
	return false
}

// waiting is how many items have no answer and are still to get one, whatever happened.
func (l *ledger) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, it := range l.open {
		n += tell(it.answered == 0 && (it.kind.message() || time.Since(it.at) < window) && !l.explained(it))
	}
	return n
}

// progress tells how many were sent and answered, and how many wait.
func (l *ledger) progress() (sent, answered, open int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.kinds {
		sent += t.sent
		answered += t.answered + t.late
	}
	for _, it := range l.open {
		sent++
		answered += tell(it.answered > 0)
		open += tell(it.answered == 0)
	}
	return sent, answered, open
}

// span is a time in which a fault lasted.
type span struct {
	from, until time.Time
	blocks      func(*item) bool
}

// begin notes that a fault begins; it lasts until end says so.
func (l *ledger) begin(blocks func(*item) bool) *span {
	l.mu.Lock()
	defer l.mu.Unlock()
	const ever = 24 * time.Hour
	s := &span{from: time.Now(), until: time.Now().Add(ever), blocks: blocks}
	l.spans = append(l.spans, s)
	return s
}

// end notes that a fault is over at a time, or will be.
func (l *ledger) end(s *span, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.until = at
}

func tell(b bool) int {
	if b {
		return 1
	}
	return 0
}
