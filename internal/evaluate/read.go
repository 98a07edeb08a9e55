package evaluate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"faqbot/internal/answer"
)

// Problem is one fault of a file of questions and where it stands.
type Problem struct {
	File string
	Line int // from 1
	Msg  string
}

// Error writes the problem as file:line: message.
func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg) }

// row is a line of a file of questions. Further fields are free.
type row struct {
	ID     string   `json:"id"`
	Text   *string  `json:"text"`
	Kind   Kind     `json:"kind"`
	Expect []string `json:"expect"`
	Style  string   `json:"style"`
}

// reader collects questions and problems of all files.
type reader struct {
	bot       *answer.Bot
	file      string
	line      int
	questions []Question
	problems  []error
	given     map[string]string // where an id of a file was given
	made      map[string]int    // how often an id was made
}

// Load reads files of labelled questions, an object a line, against what the content of a bot has; it only asks the bot for cards. All
// problems are returned at once, joined, each a *Problem; a file that cannot be read, or that holds no question, is an error as well.
// Entries may be named by a further id.
func Load(bot *answer.Bot, files []string) ([]Question, error) {
	r := &reader{bot: bot, given: make(map[string]string), made: make(map[string]int)}
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // the files are the command line's
		if err != nil {
			r.problems = append(r.problems, fmt.Errorf("read questions: %w", err))
			continue
		}
		before := len(r.questions) + len(r.problems)
		r.read(file, raw)
		if len(r.questions)+len(r.problems) == before {
			r.problems = append(r.problems, fmt.Errorf("%s holds no question", file))
		}
	}
	if len(r.problems) > 0 {
		return nil, errors.Join(r.problems...)
	}
	return r.questions, nil
}

// read reads one file. Empty lines are passed over.
func (r *reader) read(file string, raw []byte) {
	r.file, r.line = file, 0
	for line := range bytes.Lines(bytes.TrimPrefix(raw, []byte("\ufeff"))) {
		r.line++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var v row
		if err := json.Unmarshal(line, &v); err != nil {
			r.fault("not a question in JSON: %v", err)
			continue
		}
		if !utf8.Valid(line) {
			r.fault("the line is not UTF-8")
			continue
		}
		r.add(v)
	}
}

// fault notes a problem of the current line.
func (r *reader) fault(format string, args ...any) {
	r.problems = append(r.problems, &Problem{r.file, r.line, fmt.Sprintf(format, args...)})
}

// add checks a row and keeps it. The text may be empty, for that is a question too, but it must be there.
func (r *reader) add(v row) {
	faults := len(r.problems)
	if v.Text == nil {
		r.fault("there is no text")
	}
	switch {
	case v.Kind == "":
		r.fault("there is no kind")
	case !slices.Contains(Kinds(), v.Kind):
		r.fault("unknown kind %q: answer, none, decline or crisis", v.Kind)
	default:
		r.checkExpect(v)
	}
	r.checkID(v.ID)
	if len(r.problems) > faults {
		return
	}
	q := Question{v.ID, *v.Text, v.Kind, slices.Clone(v.Expect), v.Style}
	for i, id := range q.Expect {
		if e, ok := r.bot.Library().Entry(id); ok {
			q.Expect[i] = e.ID // what cards say
		}
	}
	if q.ID == "" {
		q.ID = r.makeID(q.Text)
	}
	r.questions = append(r.questions, q)
}

// checkID checks an id that the file gives.
func (r *reader) checkID(id string) {
	if id == "" {
		return
	}
	if at, ok := r.given[id]; ok {
		r.fault("the id %q is that of %s", id, at)
		return
	}
	r.given[id] = fmt.Sprintf("%s:%d", r.file, r.line)
}

// makeID makes an id from the text, so that it survives when lines are added or sorted. The same text again gets a number.
func (r *reader) makeID(s string) string {
	const digits = 10
	sum := sha256.Sum256([]byte(s))
	id := hex.EncodeToString(sum[:])[:digits]
	r.made[id]++
	if n := r.made[id]; n > 1 {
		id = fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

// checkExpect checks the ids of a row: the first fits the kind, each exists, none comes twice.
func (r *reader) checkExpect(v row) {
	if len(v.Expect) == 0 {
		r.fault("there is no id in expect")
	}
	for i, id := range v.Expect {
		kind, ok := r.kindOf(id)
		switch {
		case !ok:
			r.fault("the content has no %q", id)
		case slices.Contains(v.Expect[:i], id):
			r.fault("%q stands in expect twice", id)
		case i == 0 && kind != v.Kind:
			r.fault("%q fits the kind %s, not %s", id, kind, v.Kind)
		}
	}
}

// kindOf returns the kind of question that an id or label belongs to; ok is false for one that the content does not have.
func (r *reader) kindOf(id string) (kind Kind, ok bool) {
	switch {
	case id == labelNone:
		return KindNone, true
	case id == labelDecline:
		return KindDecline, true
	case strings.HasPrefix(id, "decline/"):
		_, ok = r.bot.Library().Decline(id)
		return KindDecline, ok
	case strings.HasPrefix(id, "crisis/"):
		_, ok = r.bot.UrgentCard(id, "")
		return KindCrisis, ok
	}
	_, ok = r.bot.Library().Entry(id)
	return KindAnswer, ok
}
