package doctor

import (
	"fmt"
	"strings"
	"time"

	"faqbot/internal/content"
	"faqbot/internal/store"
)

const (
	// helplinesEvery is a quarter of a year: numbers change, and a dead one on an urgent card harms.
	helplinesEvery = 92 * 24 * time.Hour
	// shown is how many ids a finding lists.
	shown = 5
)

// Content judges content on a day. The library is nil where it does not load; problems are all that is wrong with it.
func Content(lib *content.Library, problems []error, today time.Time) []Finding {
	const subject = "content"
	var out []Finding
	for _, p := range problems {
		out = append(out, bad(subject, p.Error(), "Mend the file; faqbot check tells when all is well"))
	}
	if lib == nil || len(problems) > 0 {
		return out
	}
	out = append(out, good(subject, "%d entries, %d countries with help lines", len(lib.Entries()), len(lib.Countries())))
	var drafts, overdue []string
	for id, r := range reviews(lib) {
		next, reviewed := r.NextReview()
		switch {
		case !reviewed:
			drafts = append(drafts, id)
		case next.Before(today):
			overdue = append(overdue, id)
		}
	}
	if len(drafts) > 0 {
		out = append(out, doubtful("reviews", fmt.Sprintf("drafts that no clinician has signed: %d", len(drafts)),
			"Have them read before members do (docs/reviewers.md)"))
	}
	if len(overdue) > 0 {
		out = append(out, doubtful("reviews", fmt.Sprintf("past their review: %d (%s)", len(overdue), some(overdue)),
			"Have them read again (docs/reviewers.md)"))
	}
	if len(drafts)+len(overdue) == 0 {
		out = append(out, good("reviews", "all texts are reviewed"))
	}
	return append(out, helplines(lib, today))
}

// reviews yields the review of each text with its id.
func reviews(lib *content.Library) func(yield func(string, content.Review) bool) {
	return func(yield func(string, content.Review) bool) {
		for _, e := range lib.Entries() {
			if !yield(e.ID, e.Review) {
				return
			}
		}
		for _, d := range lib.Declines() {
			if !yield(d.ID, d.Review) {
				return
			}
		}
		for _, c := range lib.Cards() {
			if !yield(c.ID, c.Review) {
				return
			}
		}
	}
}

// helplines finds the lines that nobody has looked at for too long.
func helplines(lib *content.Library, today time.Time) Finding {
	var old []string
	lines, oldest := 0, ""
	look := func(name, checked string) {
		lines++
		if oldest == "" || checked < oldest {
			oldest = checked
		}
		if at, err := time.Parse(time.DateOnly, checked); err != nil || today.Sub(at) > helplinesEvery {
			old = append(old, name)
		}
	}
	for _, country := range lib.Countries() {
		all, _ := lib.Helplines(country)
		for _, l := range all.Lines {
			look(country+" "+l.Name, l.CheckedOn)
		}
	}
	for _, d := range lib.Directories() {
		look(d.Name, d.CheckedOn)
	}
	if len(old) > 0 {
		return doubtful("help lines", fmt.Sprintf("last checked more than %d days ago, the first on %s: %d of %d (%s)",
			int(helplinesEvery.Hours()/24), oldest, len(old), lines, some(old)), "Look each up at its own site, and set checked_on in helplines.yaml")
	}
	return good("help lines", "all %d were checked since %s", lines, oldest)
}

// some lists the first of many.
func some(all []string) string {
	if len(all) > shown {
		return strings.Join(all[:shown], ", ") + " and more"
	}
	return strings.Join(all, ", ")
}

// Database judges what was found of the database, and whether it could be opened where its schema is up to date.
func Database(found store.State, err error) Finding {
	const subject = "database"
	switch {
	case err != nil:
		return bad(subject, err.Error(), "Until then members are answered, and settings, pins and figures are off")
	case found.Version == 0:
		return good(subject, "%s, none yet: the first start makes it", found.Kind)
	case found.Version > found.Latest:
		return bad(subject, fmt.Sprintf("its schema has version %d, and this program knows %d", found.Version, found.Latest),
			"Start the newer faqbot it belongs to, or restore a backup into an empty database")
	case found.Version < found.Latest:
		return doubtful(subject, fmt.Sprintf("its schema has version %d, and the next start brings it to %d", found.Version, found.Latest),
			"Make a backup first, with the faqbot that ran on it last (docs/upgrade.md)")
	}
	return good(subject, "%s, schema %d, can be written", found.Kind, found.Version)
}
