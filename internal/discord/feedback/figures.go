package feedback

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"faqbot/internal/store"
)

const (
	// days is how far back figures go.
	days = 30
	// few is where figures begin: a smaller one may be one person's evening.
	few = 5
	// soon is how long before the day of a review moderators hear of it.
	soon = 30 * 24 * time.Hour
)

// shown writes a figure, or that it is too small to be shown.
func shown(n int64) string {
	if n < few {
		return "<" + strconv.Itoa(few)
	}
	return strconv.FormatInt(n, 10)
}

// figures are what moderators see of their server.
type figures struct {
	from, to time.Time
	kinds    []tally // by kind
	asked    []tally // by entry
	votes    []votes
	topics   []store.Topic
	pins     []string
	// pinsAsked is set where pins are looked at, pinsSeen when that went well.
	pinsAsked, pinsSeen bool
	reviews             []review
	drafts              int
}

// tally is how often something was counted.
type tally struct {
	name string
	n    int64
}

// votes are what members made of an entry.
type votes struct {
	entry         string
	helpful, less int64
}

// review is an entry whose review is past or near.
type review struct {
	entry, due string
	past       bool
}

// figures reads them. What is wrong with pins is left out when it cannot be found out: that needs Discord, the rest does not.
func (f *Feedback) figures(ctx context.Context, guild string) (*figures, error) {
	to := f.Now().UTC()
	out := &figures{from: to.AddDate(0, 0, 1-days), to: to}
	counts, err := f.Store.Counts(ctx, guild, out.from, to)
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	cast, err := f.Store.Votes(ctx, guild, out.from, to)
	if err != nil {
		return nil, fmt.Errorf("read votes: %w", err)
	}
	if out.topics, err = f.Store.Topics(ctx, guild, out.from, to); err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	out.count(counts)
	out.vote(cast)
	out.review(f.reviews())
	if f.Pins != nil {
		out.pins, err = f.Pins(ctx, guild)
		out.pinsAsked, out.pinsSeen = true, err == nil
		if err != nil {
			f.Log.WarnContext(ctx, "pinned cards could not be checked", "guild_id", guild, "error", err)
		}
	}
	return out, nil
}

// count adds up the days, once by kind and once by the entry that was answered, opened or sent.
func (f *figures) count(counts []store.Count) {
	kinds, asked := map[string]int64{}, map[string]int64{}
	for _, c := range counts {
		kinds[c.Kind] += c.N
		if c.Entry != "" && (c.Kind == kindAnswer || c.Kind == kindEntry || c.Kind == kindSent) {
			asked[c.Entry] += c.N
		}
	}
	f.kinds, f.asked = tallies(kinds), tallies(asked)
}

// tallies sorts, the most frequent first.
func tallies(counted map[string]int64) []tally {
	out := make([]tally, 0, len(counted))
	for name, n := range counted {
		out = append(out, tally{name, n})
	}
	slices.SortFunc(out, func(a, b tally) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.name, b.name)) })
	return out
}

// vote adds up the days, those with the most votes first.
func (f *figures) vote(cast []store.Votes) {
	sums := map[string]votes{}
	for _, c := range cast {
		v := sums[c.Entry]
		sums[c.Entry] = votes{c.Entry, v.helpful + c.Helpful, v.less + c.Unhelpful}
	}
	f.votes = slices.SortedFunc(maps.Values(sums), func(a, b votes) int {
		return cmp.Or(cmp.Compare(b.helpful+b.less, a.helpful+a.less), cmp.Compare(a.entry, b.entry))
	})
}

// reviewed is what matters of an entry's review.
type reviewed struct {
	entry  string
	signed bool
	next   string // 2006-01-02, or empty
}

// review finds the entries whose review is past or near, the longest past first.
func (f *figures) review(all []reviewed) {
	today, near := f.to.Format(time.DateOnly), f.to.Add(soon).Format(time.DateOnly)
	for _, e := range all {
		switch {
		case !e.signed:
			f.drafts++
		case e.next != "" && e.next <= near:
			f.reviews = append(f.reviews, review{e.entry, e.next, e.next < today})
		}
	}
	slices.SortFunc(f.reviews, func(a, b review) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.entry, b.entry)) })
}

// reviews are those of the content.
func (f *Feedback) reviews() []reviewed {
	var out []reviewed
	for _, e := range f.Bot.Library().Entries() {
		out = append(out, reviewed{e.ID, e.Review.Reviewed(), e.Review.Next})
	}
	return out
}
