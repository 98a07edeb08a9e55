package guard

import (
	"maps"
	"slices"
)

// automaton finds every phrase of a list of words in one pass.
//
// It is a nondeterministic automaton whose phrases share their beginnings, so that only the beginnings that the words make true
// are alive at a time. A pass costs the number of words times the number of living states.
type automaton struct {
	ids    map[string]int32 // words that phrases use; 0 is any other
	states []state          // the first two are root and opening
}

const (
	root    = iota // where phrases start that may stand anywhere
	opening        // where phrases start that open a sentence
)

type state struct {
	words   []int32   // the words that lead on, in order
	next    [][]int32 // by word: where to
	any     []int32   // where a gap leads
	accepts []accept
}

// accept says that a part of a phrase is complete.
type accept struct {
	phrase, part int32
	end          bool // only at the end of a sentence
}

// stop is the word of a boundary between sentences; no phrase contains it.
const stop = "."

// occurrence is a part of a phrase found in the words from up to to.
type occurrence struct {
	phrase, part int32
	from, to     int32
}

// thread is a living state and where it began.
type thread struct{ state, from int32 }

// scratch is the working memory of one pass.
type scratch struct {
	now, then []thread
	seen      []int32 // by state: 1 + its place in then, valid where then agrees
	found     []occurrence
}

// scan returns what it finds in words, in the order of its end. gap reports the words that a gap may swallow.
func (a *automaton) scan(words []int32, isStop, inGap func(i int) bool, s *scratch) []occurrence {
	if len(s.seen) < len(a.states) {
		s.seen = make([]int32, len(a.states))
	}
	s.now, s.found = s.now[:0], s.found[:0]
	first := true // of its sentence
	for i, id := range words {
		if isStop(i) {
			// Words may go on past a full stop ("i want to... die"); gaps may not.
			first = true
			continue
		}
		s.then = s.then[:0]
		a.step(s, root, int32(i), id)
		if first {
			a.step(s, opening, int32(i), id)
		}
		a.advance(s, id, inGap(i) && (i == 0 || !isStop(i-1)))
		first = false
		s.now, s.then = s.then, s.now
		a.harvest(s, int32(i)+1, i+1 == len(words) || isStop(i+1))
	}
	return s.found
}

// advance follows the word id from every living state; a word that may be swallowed goes through gaps too.
func (a *automaton) advance(s *scratch, id int32, swallow bool) {
	for _, t := range s.now {
		a.step(s, t.state, t.from, id)
		if !swallow {
			continue
		}
		for _, to := range a.states[t.state].any {
			s.enter(to, t.from)
		}
	}
}

// harvest keeps what is found at the word before to, the last of its sentence or not.
func (a *automaton) harvest(s *scratch, to int32, last bool) {
	for _, t := range s.now {
		for _, acc := range a.states[t.state].accepts {
			if last || !acc.end {
				s.found = append(s.found, occurrence{acc.phrase, acc.part, t.from, to})
			}
		}
	}
}

// step follows the word id from a state.
func (a *automaton) step(s *scratch, from, start, id int32) {
	st := &a.states[from]
	if k, ok := slices.BinarySearch(st.words, id); ok {
		for _, to := range st.next[k] {
			s.enter(to, start)
		}
	}
}

// enter makes a state alive; of two ways to it the earlier start counts, which holds a negation of its own.
func (s *scratch) enter(st, from int32) {
	if k := s.seen[st]; int(k) < len(s.then) && s.then[k].state == st {
		s.then[k].from = min(s.then[k].from, from)
		return
	}
	s.seen[st] = int32(len(s.then))
	s.then = append(s.then, thread{st, from})
}

// builder makes an automaton.
type builder struct {
	a     *automaton
	edges []map[int32][]int32 // by state and word: where to
	empty [][]int32           // by state: where one may go without a word
	memo  map[piece]int32
}

// piece is an element after a state: it is built once, however many phrases share it.
type piece struct {
	from int32
	kind elemKind
	key  string
}

func newBuilder() *builder {
	b := &builder{a: &automaton{ids: map[string]int32{}}, memo: map[piece]int32{}}
	b.state() // root
	b.state() // opening
	return b
}

func (b *builder) state() int32 {
	b.a.states = append(b.a.states, state{})
	b.edges = append(b.edges, nil)
	b.empty = append(b.empty, nil)
	return int32(len(b.a.states) - 1)
}

func (b *builder) id(w string) int32 {
	id, ok := b.a.ids[w]
	if !ok {
		id = int32(len(b.a.ids) + 1)
		b.a.ids[w] = id
	}
	return id
}

// add takes in one part of a phrase.
func (b *builder) add(q part, acc accept) {
	at := int32(root)
	if q.start {
		at = opening
	}
	acc.end = q.end
	at = b.sequence(at, q.seq)
	b.a.states[at].accepts = append(b.a.states[at].accepts, acc)
}

func (b *builder) sequence(at int32, seq []elem) int32 {
	for _, e := range seq {
		at = b.piece(at, e)
	}
	return at
}

// piece returns the state after e.
func (b *builder) piece(from int32, e elem) int32 {
	p := piece{from, e.kind, e.key}
	if at, ok := b.memo[p]; ok {
		return at
	}
	at := b.state()
	b.memo[p] = at
	switch e.kind {
	case wordElem:
		if b.edges[from] == nil {
			b.edges[from] = map[int32][]int32{}
		}
		id := b.id(e.word)
		b.edges[from][id] = append(b.edges[from][id], at)
	case gapElem:
		b.empty[from] = append(b.empty[from], at)
		for cur := from; e.gap > 0; e.gap-- {
			n := b.state()
			b.a.states[cur].any = append(b.a.states[cur].any, n)
			b.empty[n] = append(b.empty[n], at)
			cur = n
		}
	case groupElem:
		if e.optional {
			b.empty[from] = append(b.empty[from], at)
		}
		for _, alt := range e.alts {
			end := b.sequence(from, alt)
			b.empty[end] = append(b.empty[end], at)
		}
	}
	return at
}

// finish resolves the ways without a word: whoever enters a state enters all that it leads to.
func (b *builder) finish() *automaton {
	reach := make([][]int32, len(b.a.states)) // leaving out the states that lead nowhere by themselves
	for i := range reach {
		reach[i] = slices.DeleteFunc(b.closure(int32(i)), func(st int32) bool {
			return len(b.edges[st]) == 0 && len(b.a.states[st].any) == 0 && len(b.a.states[st].accepts) == 0
		})
	}
	spread := func(to []int32) []int32 {
		var out []int32
		for _, t := range to {
			out = append(out, reach[t]...)
		}
		slices.Sort(out)
		return slices.Clip(slices.Compact(out))
	}
	anys := make([][]int32, len(b.a.states))
	for i := range b.a.states {
		anys[i] = spread(b.a.states[i].any)
	}
	for i := range b.a.states {
		st := &b.a.states[i]
		st.any = anys[i]
		edges := b.edges[i]
		if i == root || i == opening {
			// A beginning that may be absent: the start itself takes the words that come after it.
			edges = b.merged(reach[i])
		}
		st.words = slices.Sorted(maps.Keys(edges))
		for _, id := range st.words {
			st.next = append(st.next, spread(edges[id]))
		}
	}
	return b.a
}

// merged joins the edges of several states.
func (b *builder) merged(states []int32) map[int32][]int32 {
	out := map[int32][]int32{}
	for _, st := range states {
		for id, to := range b.edges[st] {
			out[id] = append(out[id], to...)
		}
	}
	return out
}

// closure lists the states reached from st without a word, st among them.
func (b *builder) closure(st int32) []int32 {
	out := []int32{st}
	for i := 0; i < len(out); i++ {
		for _, to := range b.empty[out[i]] {
			if !slices.Contains(out, to) {
				out = append(out, to)
			}
		}
	}
	return out
}
