// Package manners decides whether the bot speaks: where, to whom, how often, and when nobody asked it.
//
// It knows ids, times and whether a text is put as a question. It must not know what is answered: danger is answered always, and the caller
// sees to that. Nothing in it outlives the process.
package manners

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Rules are what a server's moderators have set. The zero Rules answer everybody everywhere, and nobody unasked.
type Rules struct {
	AskChannels, AskRoles []string // empty: everywhere, everybody
	UnaskedChannels       []string // empty: nowhere
	Cooldown              time.Duration
}

// Answers reports whether members with some roles are answered in a channel; parent is that of a thread, else empty.
func (r Rules) Answers(channel, parent string, roles []string) bool {
	return (len(r.AskChannels) == 0 || holds(r.AskChannels, channel, parent)) && r.Serves(roles)
}

// Serves reports whether members with some roles are answered, wherever that is.
func (r Rules) Serves(roles []string) bool {
	return len(r.AskRoles) == 0 || slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(r.AskRoles, role) })
}

// Overhears reports whether questions to nobody are answered in a channel; parent is that of a thread, else empty.
func (r Rules) Overhears(channel, parent string) bool {
	return holds(r.UnaskedChannels, channel, parent)
}

func holds(list []string, channel, parent string) bool {
	return slices.Contains(list, channel) || parent != "" && slices.Contains(list, parent)
}

// maxPaced bounds the members that Paces remembers.
const maxPaced = 10_000

// Paces remembers when members were last answered. It is safe for concurrent use.
type Paces struct {
	mu   sync.Mutex
	last map[string]time.Time // by server and member
}

// NewPaces returns one that remembers nobody.
func NewPaces() *Paces { return &Paces{last: make(map[string]time.Time)} }

// Wait returns for how long a member of a server has to wait still. Zero is for now; the pause begins anew then.
func (p *Paces) Wait(guild, member string, pause time.Duration, now time.Time) time.Duration {
	if pause <= 0 || guild == "" {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := guild + "/" + member
	if last, ok := p.last[key]; ok && now.Sub(last) < pause && !now.Before(last) {
		return pause - now.Sub(last)
	}
	if len(p.last) >= maxPaced {
		clear(p.last) // forgetting lets somebody ask twice
	}
	p.last[key] = now
	return 0
}

// maxReplies bounds the questions whose replies Replies remembers.
const maxReplies = 2000

// Reply is what the bot posted under a question.
type Reply struct {
	Channel, Message string
	Urgent           bool
}

// Replies remembers which replies belong to which question, for as long as there is room. It is safe for concurrent use.
type Replies struct {
	mu    sync.Mutex
	known map[string][]Reply
	order []string
}

// NewReplies returns one that remembers nothing.
func NewReplies() *Replies { return &Replies{known: make(map[string][]Reply)} }

// Add remembers a reply to a question; one that is known already stays one.
func (r *Replies) Add(question string, reply Reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[question]; !ok {
		r.order = append(r.order, question)
	}
	if !slices.Contains(r.known[question], reply) {
		r.known[question] = append(r.known[question], reply)
	}
	for len(r.order) > maxReplies {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
}

// Of returns the replies to a question.
func (r *Replies) Of(question string) []Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.known[question])
}

// Take returns the replies to a question and forgets them.
func (r *Replies) Take(question string) []Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	replies := r.known[question]
	delete(r.known, question)
	return replies
}

// maxParents bounds the channels whose parent Parents remembers.
const maxParents = 5000

// Parents remembers the parents of channels. It is safe for concurrent use.
type Parents struct {
	mu    sync.Mutex
	known map[string]string
}

// NewParents returns one that remembers nothing.
func NewParents() *Parents { return &Parents{known: make(map[string]string)} }

// Of returns a channel's parent, and asks for one that it does not know. What cannot be found out has none, for this time.
func (p *Parents) Of(channel string, ask func() (string, error)) string {
	p.mu.Lock()
	parent, ok := p.known[channel]
	p.mu.Unlock()
	if ok {
		return parent
	}
	parent, err := ask()
	if err != nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxParents {
		clear(p.known)
	}
	p.known[channel] = parent
	return parent
}

// IsQuestion reports whether a text is put as a question: with a question mark, or in the words that questions begin with.
func IsQuestion(s string) bool {
	if strings.Contains(s, "?") {
		return true
	}
	first, rest, _ := strings.Cut(strings.ToLower(strings.TrimLeft(s, " \t\r\n\"'*_>")), " ")
	for first == "hey" || first == "hi" || first == "so" || first == "ok" || first == "pls" || first == "please" || first == "guys" {
		first, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
	return rest != "" && slices.Contains([]string{
		"how", "what", "whats", "what's", "when", "why", "where", "who", "which", "is", "are", "does", "do", "did", "can", "could", "will", "would",
		"should", "has", "have", "any", "anyone", "anybody", "has", "hows", "how's", "wheres", "where's",
	}, strings.Trim(first, ",.:"))
}
