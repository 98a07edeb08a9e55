package author

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// schemaLine tells editors where the schema of a content file stands.
const schemaLine = "# yaml-language-server: $schema=../schema.json\n"

// maxFileBytes is where a new file begins: an editor still opens it, and the loader takes four times as much.
const maxFileBytes = 2 << 20

// The keys of what every imported entry has the same.
const (
	importedSource   = "imported"
	importedReminder = "general"
)

// yamlFile is one file of entries.
type yamlFile struct {
	name    string
	raw     []byte
	entries []*entry
}

// entryFiles writes entries, in their order, to as many files as they need. The first also names the source.
func entryFiles(entries []*entry, sourceTitle string) ([]yamlFile, error) {
	head := schemaLine + "#\n# Imported. Every entry is a draft until a person has read it.\n\n"
	source, err := block(mapping("sources", mapping(importedSource, mapping("title", quoted(sourceTitle)))), "")
	if err != nil {
		return nil, err
	}
	var files []yamlFile
	var b bytes.Buffer
	for _, e := range entries {
		if len(files) == 0 || b.Len() > maxFileBytes {
			name := "entries.yaml"
			if len(files) > 0 {
				files[len(files)-1].raw = slices.Clone(b.Bytes())
				name = fmt.Sprintf("entries-%02d.yaml", len(files)+1)
				source = ""
			}
			b.Reset()
			b.WriteString(head + source + "entries:\n")
			files = append(files, yamlFile{name: name})
		}
		written, err := block(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{e.node()}}, "  ")
		if err != nil {
			return nil, err
		}
		b.WriteString(written)
		last := &files[len(files)-1]
		last.entries = append(last.entries, e)
	}
	if len(files) > 0 {
		files[len(files)-1].raw = b.Bytes()
	}
	return files, nil
}

// node is an entry as content has it, the keys in the order of the shipped files.
func (e *entry) node() *yaml.Node {
	n := mapping("id", plain(e.id))
	if group := e.texts[columnGroup].text; group != "" {
		add(n, "group", plain(group))
	}
	add(n, "title", plain(e.title.text))
	add(n, "question", plain(e.question.text))
	add(n, "aliases", flow())
	add(n, "answer", literal(e.texts[columnAnswer].text))
	if help := e.texts[columnGetHelp].text; help != "" {
		add(n, "get_help", literal(help))
	}
	add(n, "related", flow())
	add(n, "reminder", plain(importedReminder))
	add(n, "sources", flow(importedSource))
	review := mapping("state", plain("draft"))
	review.Style = yaml.FlowStyle
	add(n, "review", review)
	phrasings := &yaml.Node{Kind: yaml.SequenceNode}
	if len(e.phrasings) == 0 {
		phrasings.Style = yaml.FlowStyle
	}
	for _, p := range e.phrasings {
		phrasings.Content = append(phrasings.Content, quoted(p.text))
	}
	add(n, "phrasings", phrasings)
	return n
}

func scalar(s string, style yaml.Style) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: style}
}

func plain(s string) *yaml.Node { return scalar(s, 0) }

func quoted(s string) *yaml.Node { return scalar(s, yaml.DoubleQuotedStyle) }

// literal is a text as it stands, line by line.
func literal(s string) *yaml.Node { return scalar(s+"\n", yaml.LiteralStyle) }

// flow is a list on one line.
func flow(items ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, s := range items {
		n.Content = append(n.Content, plain(s))
	}
	return n
}

func mapping(key string, v *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	add(n, key, v)
	return n
}

func add(n *yaml.Node, key string, v *yaml.Node) { n.Content = append(n.Content, plain(key), v) }

// block writes a node with each line indented, and an empty line behind it.
func block(n *yaml.Node, indent string) (string, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(n); err != nil {
		return "", fmt.Errorf("write YAML: %w", err)
	}
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		if strings.TrimSpace(line) != "" {
			out.WriteString(indent)
		}
		out.WriteString(line)
	}
	return out.String() + "\n", nil
}

// origins tells from which cell each line of a file of entries came.
type origins struct {
	lines []int
	cells []cell
}

// newOrigins reads a file back, so that the lines are those that the loader sees.
func newOrigins(f yamlFile) origins {
	var o origins
	var file struct {
		Entries []yaml.Node `yaml:"entries"`
	}
	if yaml.Unmarshal(f.raw, &file) != nil || len(file.Entries) != len(f.entries) {
		return o
	}
	for i, n := range file.Entries {
		e := f.entries[i]
		for j := 0; j+1 < len(n.Content); j += 2 {
			key, v := n.Content[j], n.Content[j+1]
			o.add(key.Line, e.cellOf(key.Value))
			if key.Value == "phrasings" {
				for k, p := range v.Content {
					o.add(p.Line, e.phrasings[k].at)
				}
			}
		}
	}
	return o
}

func (o *origins) add(line int, c cell) {
	o.lines, o.cells = append(o.lines, line), append(o.cells, c)
}

// at returns the cell that a line came from; ok is false for what came from none.
func (o *origins) at(line int) (c cell, ok bool) {
	i, exact := slices.BinarySearch(o.lines, line)
	if !exact {
		i--
	}
	if i < 0 {
		return cell{}, false
	}
	return o.cells[i], true
}

// cellOf returns where a field of the entry came from.
func (e *entry) cellOf(field string) cell {
	switch field {
	case columnQuestion:
		return e.question.at
	case columnTitle:
		return e.title.at
	}
	if v, ok := e.texts[field]; ok {
		return v.at
	}
	return e.at
}
