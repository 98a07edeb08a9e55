package content

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"faqbot/internal/text"
)

// Limits of texts in code points. They keep every card within Discord's limits, which the rendering check proves, and within what
// a person reads on a phone.
const (
	maxID       = 60 // with the path before it, below the 100 of a custom id
	maxTitle    = 60
	maxQuestion = 100 // a choice of autocomplete
	maxAlias    = 40
	maxAnswer   = 1500
	maxGetHelp  = 700
	maxReminder = 300
	maxCard     = 1200
	maxContact  = 100
	maxRelated  = 5 // one row of buttons
)

// labelOffTopic stands for the class of off-topic lines where phrasings are compared.
const labelOffTopic = "off_topic"

var (
	idPattern   = regexp.MustCompile(`^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$`)
	keyPattern  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	digitRun    = regexp.MustCompile(`[+(]?\d(?:[ ().-]{0,2}\d)*`)
	yearPattern = regexp.MustCompile(`^(19|20)\d\d$`)
)

// checker collects problems over all files of a folder.
type checker struct {
	documents []*document
	all       File
	broken    bool              // a file could not be read, and may hold what seems to be missing
	ids       map[string]string // id -> where it was first given
	cards     map[string]string // id -> the id of the card that it finds: itself, but for further ids
	phrasings map[string]place  // normalised phrasing -> where it was first given
	aliases   map[string]string // in lower case -> where it was first given
	synonyms  map[string]string // normalised -> where it was first given
	problems  []*Problem        // of the folder as a whole
}

type place struct{ label, at string }

// check returns every problem of the decoded files. Rules run on what could be decoded, so that one run shows as much as possible.
func check(documents []*document, locale string) []*Problem {
	c := &checker{
		documents: documents, all: merge(documents),
		broken: slices.ContainsFunc(documents, func(d *document) bool { return len(d.nodes) == 0 }),
		ids:    map[string]string{}, cards: map[string]string{},
		phrasings: map[string]place{}, aliases: map[string]string{}, synonyms: map[string]string{},
	}
	for _, d := range documents {
		c.identifiers(d)
	}
	for _, d := range documents {
		c.entries(d)
		c.declines(d)
		c.fixed(d)
		c.shared(d)
		c.contacts(d)
		c.safety(d)
	}
	c.folder(locale)
	problems := c.problems
	for _, d := range documents {
		problems = append(problems, d.problems...)
	}
	return problems
}

// folder checks what the files must hold together.
func (c *checker) folder(locale string) {
	if c.broken {
		return
	}
	missing := func(msg string) {
		c.problems = append(c.problems, &Problem{File: path.Dir(c.documents[0].name), Msg: msg})
	}
	switch d := c.localeFile(); {
	case d == nil:
		missing("no file of the folder says its locale")
	case d.File.Locale.Code != "" && d.File.Locale.Code != locale:
		d.at("locale.code", "the locale is %q, but the folder is for %q", d.File.Locale.Code, locale)
	}
	if len(c.all.Entries) == 0 {
		missing("no file of the folder has an entry")
	}
	for _, id := range []string{
		CardNoAnswer, CardNoAnswerVenting, CardChoose, CardHelp, CardAbout, CardPrivacy, CardCheckIn, CardSeeDoctor,
	} {
		if _, ok := c.ids[id]; !ok {
			missing(fmt.Sprintf("the card %s is missing", id))
		}
	}
	if len(c.all.Directories) == 0 {
		missing("no directory of help lines for other countries")
	}
}

// localeFile returns the first file that says the locale, nil when none does.
func (c *checker) localeFile() *document {
	for _, d := range c.documents {
		if d.File.Locale != nil {
			return d
		}
	}
	return nil
}

// identifiers collects all ids first, so that links may point forward.
func (c *checker) identifiers(d *document) {
	add := func(path, id, namespace, card string) {
		switch {
		case id == "":
			d.at(path, "the id is missing")
		case !idPattern.MatchString(id) || len(id) > maxID:
			d.at(path, "%q is no id: lower-case letters, a slash, lower-case letters, digits and hyphens, at most %d", id, maxID)
		case namespace != "" && !strings.HasPrefix(id, namespace):
			d.at(path, "the id %q must begin with %q", id, namespace)
		case namespace == "" && (strings.HasPrefix(id, "decline/") || strings.HasPrefix(id, "card/") || strings.HasPrefix(id, "crisis/")):
			d.at(path, "the id %q begins like those of other kinds of cards", id)
		case c.ids[id] != "":
			d.at(path, "the id %q is taken, see %s", id, c.ids[id])
		default:
			c.ids[id], c.cards[id] = d.where(path), card
		}
	}
	for i, e := range d.File.Entries {
		p := fmt.Sprintf("entries.%d", i)
		add(p+".id", e.ID, "", e.ID)
		for j, id := range e.Also {
			add(fmt.Sprintf("%s.also.%d", p, j), id, "", e.ID)
		}
	}
	for i, e := range d.File.Declines {
		add(fmt.Sprintf("declines.%d.id", i), e.ID, "decline/", e.ID)
	}
	for i, e := range d.File.Cards {
		add(fmt.Sprintf("cards.%d.id", i), e.ID, "card/", e.ID)
	}
}

// where writes the place of a path for use in another place's message.
func (d *document) where(path string) string {
	if n, ok := d.nodes[path]; ok {
		return fmt.Sprintf("%s:%d:%d", d.name, n.Line, n.Column)
	}
	return d.name
}

func (c *checker) entries(d *document) {
	for i, e := range d.File.Entries {
		p := fmt.Sprintf("entries.%d", i)
		d.required(p+".title", "title", e.Title, maxTitle)
		d.required(p+".question", "question", e.Question, maxQuestion)
		d.required(p+".answer", "answer", e.Answer, maxAnswer)
		d.optional(p+".get_help", "get_help", e.GetHelp, maxGetHelp)
		if strings.HasPrefix(e.ID, "symptom/") {
			if e.GetHelp == "" {
				d.at(p+".get_help", "the symptom %s does not say when to get help (get_help)", e.ID)
			}
			if e.Group == "" {
				d.at(p+".group", "the symptom %s has no group", e.ID)
			}
		}
		if e.Group != "" && c.missing(c.ids[e.Group] != "") {
			d.at(p+".group", "the group %q does not exist", e.Group)
		}
		c.frame(d, p, e.Reminder, e.Sources, e.Review, e.Hash())
		c.related(d, p, e.ID, e.Related)
		c.aliasesOf(d, p, e)
		c.phrasing(d, p+".question", e.ID, e.Question)
		for j, s := range e.Phrasings {
			c.phrasing(d, fmt.Sprintf("%s.phrasings.%d", p, j), e.ID, s)
		}
	}
}

func (c *checker) declines(d *document) {
	for i, e := range d.File.Declines {
		p := fmt.Sprintf("declines.%d", i)
		d.required(p+".title", "title", e.Title, maxTitle)
		d.required(p+".text", "text", e.Text, maxCard)
		d.oneOf(p+".category", "category", e.Category, "", "D1", "D2", "D3")
		c.frame(d, p, e.Reminder, e.Sources, e.Review, e.Hash())
		c.related(d, p, e.ID, e.Related)
		if len(e.Examples) == 0 {
			d.at(p+".examples", "%s has no examples to be recognised by", e.ID)
		}
		for j, s := range e.Examples {
			c.phrasing(d, fmt.Sprintf("%s.examples.%d", p, j), e.ID, s)
		}
	}
	for i, s := range d.File.OffTopic {
		c.phrasing(d, fmt.Sprintf("off_topic.%d", i), labelOffTopic, s)
	}
}

func (c *checker) fixed(d *document) {
	for i, e := range d.File.Cards {
		p := fmt.Sprintf("cards.%d", i)
		d.required(p+".title", "title", e.Title, maxTitle)
		d.required(p+".text", "text", e.Text, maxCard)
		c.frame(d, p, e.Reminder, e.Sources, e.Review, e.Hash())
	}
	if d.File.Locale != nil {
		d.required("locale.code", "code", d.File.Locale.Code, maxID)
		d.required("locale.name", "name", d.File.Locale.Name, maxTitle)
		if first := c.localeFile(); first != d {
			d.at("locale", "the locale is said twice, first in %s", first.where("locale"))
		}
	}
}

// missing reports whether something that was not found cannot stand in a file that could not be read.
func (c *checker) missing(found bool) bool { return !found && !c.broken }

// frame checks what every card must have: reminder, sources, review state.
func (c *checker) frame(d *document, p, reminder string, sources []string, review Review, hash string) {
	if reminder == "" {
		d.at(p+".reminder", "there is no reminder")
	} else if _, ok := c.all.Reminders[reminder]; c.missing(ok) {
		d.at(p+".reminder", "the reminder %q does not exist", reminder)
	}
	if len(sources) == 0 {
		d.at(p+".sources", "there is no source")
	}
	for j, s := range sources {
		if _, ok := c.all.Sources[s]; c.missing(ok) {
			d.at(fmt.Sprintf("%s.sources.%d", p, j), "the source %q does not exist", s)
		}
	}
	p += ".review"
	switch review.State {
	case stateDraft:
		if review != (Review{State: stateDraft}) {
			d.at(p, "a draft has no reviewer, date or hash")
		}
	case stateReviewed:
		d.required(p+".role", "role", review.Role, maxTitle)
		on, next := d.date(p+".on", "on", review.On), d.date(p+".next", "next", review.Next)
		if !on.IsZero() && !next.IsZero() && !next.After(on) {
			d.at(p+".next", "the next review must come after %s", review.On)
		}
		if review.Hash != hash {
			d.at(p+".hash", "the text changed since its review: the hash is now %s", hash)
		}
	case "":
		d.at(p+".state", "the review state is missing: draft or reviewed")
	default:
		d.at(p+".state", "%q is no review state: draft or reviewed", review.State)
	}
}

func (c *checker) related(d *document, p, id string, related []string) {
	if len(related) > maxRelated {
		d.at(fmt.Sprintf("%s.related", p), "%d related entries are more than %d", len(related), maxRelated)
	}
	card := func(id string) string { return cmp.Or(c.cards[id], id) }
	for j, r := range related {
		at := fmt.Sprintf("%s.related.%d", p, j)
		switch {
		case card(r) == id:
			d.at(at, "%s is related to itself", id)
		case slices.ContainsFunc(related[:j], func(s string) bool { return card(s) == card(r) }):
			d.at(at, "%q stands twice among the related entries", r)
		case c.missing(c.ids[r] != "") || strings.HasPrefix(r, "card/"):
			d.at(at, "the related entry %q does not exist", r)
		}
	}
}

func (c *checker) aliasesOf(d *document, p string, e Entry) {
	for j, a := range e.Aliases {
		at := fmt.Sprintf("%s.aliases.%d", p, j)
		d.required(at, "alias", a, maxAlias)
		key := strings.ToLower(a)
		if first, ok := c.aliases[key]; ok && key != "" {
			d.at(at, "the alias %q is taken, see %s", a, first)
			continue
		}
		c.aliases[key] = d.where(at)
	}
}

// phrasing checks one line that the matcher learns from and that it stands nowhere else.
func (c *checker) phrasing(d *document, path, label, s string) {
	if s == "" {
		if !strings.HasSuffix(path, ".question") {
			d.at(path, "an empty phrasing")
		}
		return
	}
	if n := utf8.RuneCountInString(s); n > text.MaxRunes {
		d.at(path, "the phrasing has %d characters, more than the %d of a message", n, text.MaxRunes)
		return
	}
	const shortestNumber = 7 // amounts and dates in questions are shorter
	if n := longestNumber(s); n >= shortestNumber {
		d.at(path, "a phone number stands outside the help lines")
	}
	key := normal(s)
	if key == "" {
		d.at(path, "nothing is left of this phrasing after normalising")
		return
	}
	first, ok := c.phrasings[key]
	switch {
	case !ok:
		c.phrasings[key] = place{label, d.where(path)}
	case first.label == label:
		d.at(path, "the same phrasing stands in %s", first.at)
	default:
		d.at(path, "the same phrasing stands under %s in %s", first.label, first.at)
	}
}

// shared checks reminders, sources and synonyms.
func (c *checker) shared(d *document) {
	for _, key := range keys(d.File.Reminders) {
		d.key("reminders", key)
		d.required("reminders."+key, "reminder", d.File.Reminders[key], maxReminder)
	}
	for _, key := range keys(d.File.Sources) {
		s := d.File.Sources[key]
		d.key("sources", key)
		if s.Title == "" {
			d.at("sources."+key+".title", "the source has no title")
		}
		d.https("sources."+key+".url", s.URL)
	}
	for i, group := range d.File.Synonyms {
		if len(group) < 2 {
			d.at(fmt.Sprintf("synonyms.%d", i), "a group of synonyms has at least two words")
		}
	}
	for i, s := range d.File.Unasked {
		if normal(s) == "" {
			d.at(fmt.Sprintf("unasked.%d", i), "there is no word in it")
		}
	}
	for _, other := range c.documents {
		if other == d {
			break
		}
		d.repeated(other, "reminders", keys(d.File.Reminders), keys(other.File.Reminders))
		d.repeated(other, "sources", keys(d.File.Sources), keys(other.File.Sources))
		d.repeated(other, "helplines", keys(d.File.Helplines), keys(other.File.Helplines))
	}
	c.equivalents(d)
}

// equivalents checks that each synonym stands in one group only, and that no variant is the canonical form of another.
func (c *checker) equivalents(d *document) {
	canonical := map[string]bool{}
	for _, group := range c.all.Synonyms {
		if len(group) > 0 {
			canonical[normal(group[0])] = true
		}
	}
	for i, group := range d.File.Synonyms {
		for j, s := range group {
			at, key := fmt.Sprintf("synonyms.%d.%d", i, j), normal(s)
			switch {
			case key == "":
				d.at(at, "an empty synonym")
				continue
			case c.synonyms[key] != "":
				d.at(at, "the synonym %q stands twice, first in %s", s, c.synonyms[key])
				continue
			case j > 0 && canonical[key]:
				d.at(at, "%q is the first of another group of synonyms", s)
			}
			c.synonyms[key] = d.where(at)
		}
	}
}

func normal(s string) string { return strings.Join(text.Plain(s), " ") }

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// repeated reports the keys that stand in an earlier file too.
func (d *document) repeated(other *document, what string, mine, theirs []string) {
	for _, k := range mine {
		if slices.Contains(theirs, k) {
			d.atKey(what+"."+k, "%s.%s stands twice, see %s", what, k, other.name)
		}
	}
}

func (d *document) key(what, key string) {
	if !keyPattern.MatchString(key) {
		d.atKey(what+"."+key, "%q is no key: lower-case letters, digits and hyphens", key)
	}
}

func (d *document) required(path, field, s string, limit int) {
	if s == "" {
		d.at(path, "%s is missing or empty", field)
		return
	}
	d.optional(path, field, s, limit)
}

// optional checks a text that members read: its length, and that no phone number stands in it.
func (d *document) optional(path, field, s string, limit int) {
	if n := utf8.RuneCountInString(s); n > limit {
		d.at(path, "%s has %d characters, more than %d", field, n, limit)
	}
	const shortestNumber = 3 // 112, 911, 988
	if longestNumber(s) >= shortestNumber {
		d.at(path, "a phone number stands outside the help lines")
	}
}

// longestNumber returns the digits of the longest run that could be a phone number; years are not.
func longestNumber(s string) int {
	if !strings.ContainsAny(s, "0123456789") {
		return 0 // nearly all texts: the pattern is slow
	}
	longest := 0
	for _, run := range digitRun.FindAllString(s, -1) {
		if n := digits(run); !yearPattern.MatchString(n) {
			longest = max(longest, len(n))
		}
	}
	return longest
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (d *document) oneOf(path, field, s string, allowed ...string) {
	if !slices.Contains(allowed, s) {
		d.at(path, "%s is %q, not one of %s", field, s, strings.TrimPrefix(strings.Join(allowed, ", "), ", "))
	}
}

func (d *document) date(path, field, s string) time.Time {
	at, err := time.Parse(day, s)
	if err != nil {
		d.at(path, "%s is %q, not a day like 2026-11-23", field, s)
	}
	return at
}
