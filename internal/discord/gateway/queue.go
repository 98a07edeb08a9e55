package gateway

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
)

// eventQueue takes events from the socket without ever waiting, and gives them to the handler one by one. Interactions and direct
// messages have a queue of their own, which goes first: a busy server cannot push out a member who waits for an answer.
type eventQueue struct {
	log    *slog.Logger
	closed chan struct{}
	first  chan Event
	other  chan Event

	mu         sync.Mutex
	dropped    int
	duplicates int
}

func newEventQueue(length int, log *slog.Logger) *eventQueue {
	return &eventQueue{
		log: log, closed: make(chan struct{}), first: make(chan Event, length), other: make(chan Event, length),
	}
}

// handedOn reports whether an event asks something of the bot; all others are read and dropped.
func handedOn(event string) bool {
	switch event {
	case "INTERACTION_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK", "GUILD_DELETE":
		return true
	}
	return false
}

// add queues an event, or counts and logs its loss. One goroutine calls it.
func (q *eventQueue) add(ctx context.Context, e Event) {
	var ids struct {
		ID      string `json:"id"`
		GuildID string `json:"guild_id"`
	}
	_ = json.Unmarshal(e.Data, &ids) // what cannot be read has no id, and the handler says so
	queue := q.other
	if e.Type == "INTERACTION_CREATE" || ids.GuildID == "" {
		queue = q.first
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	select {
	case queue <- e:
	default:
		q.dropped++
		q.log.ErrorContext(ctx, "event dropped, the queue is full", "event", e.Type, "id", onlyID(ids.ID), "guild_id", onlyID(ids.GuildID), "dropped", q.dropped)
	}
}

// onlyID returns s if it is an id, and nothing else: it goes into the log.
func onlyID(s string) string {
	const digits, longest = "0123456789", 20
	if len(s) > longest || strings.Trim(s, digits) != "" {
		return ""
	}
	return s
}

// duplicate counts an event that was recognised before it came here.
func (q *eventQueue) duplicate() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.duplicates++
}

func (q *eventQueue) figures() (dropped, duplicates, queued int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped, q.duplicates, len(q.first) + len(q.other)
}

// close makes run return once the queue is empty. add must not be called any more.
func (q *eventQueue) close() { close(q.closed) }

// run gives events to the handler until the queue is closed and empty, or the context ends.
func (q *eventQueue) run(ctx context.Context, handler func(context.Context, Event)) {
	for ctx.Err() == nil {
		e, ok := q.next()
		if !ok {
			break
		}
		handler(ctx, e)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if lost := len(q.first) + len(q.other); lost > 0 {
		q.dropped += lost
		q.log.ErrorContext(ctx, "events dropped at the end of the program", "dropped", lost)
	}
}

// next waits for an event, those of the first queue before others. It returns false when the queue is closed and empty.
func (q *eventQueue) next() (Event, bool) {
	select {
	case e := <-q.first:
		return e, true
	default:
	}
	select {
	case e := <-q.first:
		return e, true
	case e := <-q.other:
		return e, true
	case <-q.closed:
	}
	select {
	case e := <-q.first:
		return e, true
	default:
	}
	select {
	case e := <-q.other:
		return e, true
	default:
		return Event{}, false
	}
}
