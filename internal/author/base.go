package author

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"faqbot/internal/text"
)

// fixedKeys are what every folder starts with: the bot's own cards, reminders, what these cite, and help lines.
func fixedKeys() []string {
	return []string{"locale", "reminders", "cards", "sources", "helplines", "directories"}
}

// KeyOffTopic is the key of off-topic lines. Of these a new folder gets no more than it has questions (but a few), from the beginning of the list,
// where the ordinary talk stands: the lines are many, and in a small folder they would make every question a doubtful one.
//
// Measured with BANKING77, draw 1, on folders of 10 intents with 3 questions each (400 test questions), 25 with 5 (1,000) and all 77 with
// 10 (3,080). Right questions that got no answer: 6, 3 and 53 without any off-topic line, 103, 86 and 128 with all 1,378, 8, 4 and 85 with
// as many as questions; right first options: 338, 791 and 2,156, then 330, 793 and 2,164, then 338, 793 and 2,167; and of 60 lines that are
// off topic, asked "are you safe": 17, 23 and 17, then 2, 2 and 4, then 13, 9 and 4.
const KeyOffTopic = "off_topic"

// A handful tells ordinary talk from nothing; one label of thousands takes longer to learn than hundreds of entries.
const leastOffTopic, mostOffTopic = 60, 1000

// schemaFile stands beside the folders of locales.
const schemaFile = "schema.json"

// baseFiles returns the files of the base that hold nothing but the given keys, changed as little as they must be: in another
// language, without links to entries that are not there, and without lines that are asked for an imported entry.
func (im *Import) baseFiles(keys []string, entries []*entry) (map[string][]byte, error) {
	names, err := fs.Glob(im.Base, path.Join(im.BaseLocale, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("there is no content in %s to start with", im.BaseLocale)
	}
	taken, questions := make(map[string]bool), 0
	for _, e := range entries {
		questions += len(e.questions)
		for _, q := range append(e.phrasings, e.question) {
			taken[normal(q.text)] = true
		}
	}
	files := make(map[string][]byte)
	for _, name := range names {
		raw, err := fs.ReadFile(im.Base, name)
		if err != nil {
			return nil, fmt.Errorf("read content: %w", err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(raw, &root); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		if len(root.Content) == 1 && holdsOnly(root.Content[0], keys) {
			files[path.Base(name)] = im.adapt(raw, root.Content[0], taken, questions)
		}
	}
	return files, nil
}

func normal(s string) string { return strings.Join(text.Plain(s), " ") }

// holdsOnly reports whether a mapping has no other keys.
func holdsOnly(n *yaml.Node, keys []string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			return false
		}
	}
	return true
}

// adapt changes lines of a file, so that its comments and order stay.
func (im *Import) adapt(raw []byte, root *yaml.Node, taken map[string]bool, questions int) []byte {
	lines := strings.SplitAfter(string(raw), "\n")
	drop := func(from, to int) { // lines, from 1, the last excluded
		for i := from; i < to; i++ {
			lines[i-1] = ""
		}
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, v := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "locale":
			if im.Locale != im.BaseLocale {
				drop(key.Line+1, after(root, i, len(lines)+1))
				lines[key.Line-1] = fmt.Sprintf("locale: {code: %s, name: %s}\n\n", im.Locale, im.Locale)
			}
		case "declines":
			for _, d := range v.Content {
				dropFromDecline(d, taken, drop)
			}
		case KeyOffTopic:
			dropTaken(v, taken, drop)
			for _, n := range v.Content[min(max(questions, leastOffTopic), mostOffTopic, len(v.Content)):] { // see KeyOffTopic
				drop(n.Line, n.Line+1)
			}
		}
	}
	return []byte(strings.Join(lines, ""))
}

// after returns the line behind the value of the key at index i, comments included.
func after(n *yaml.Node, i, end int) int {
	if i+2 < len(n.Content) {
		next := n.Content[i+2]
		return next.Line - strings.Count(next.HeadComment, "\n") - min(1, len(next.HeadComment))
	}
	return end
}

func dropFromDecline(d *yaml.Node, taken map[string]bool, drop func(from, to int)) {
	for i := 0; i+1 < len(d.Content); i += 2 {
		key, v := d.Content[i], d.Content[i+1]
		switch key.Value {
		case "related":
			drop(key.Line, after(d, i, key.Line+1))
		case "examples":
			dropTaken(v, taken, drop)
		}
	}
}

// dropTaken drops the lines of a list that are questions of an imported entry: whoever imports it wants it answered.
func dropTaken(list *yaml.Node, taken map[string]bool, drop func(from, to int)) {
	for _, n := range list.Content {
		if taken[normal(n.Value)] {
			drop(n.Line, n.Line+1)
		}
	}
}
