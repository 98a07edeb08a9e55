package discordtest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits of commands; see "Commands" in the platform brief.
const (
	maxName         = 32
	maxDescription  = 100
	maxCommandTotal = 8000
	maxChoiceValue  = 100
	maxSlash        = 100 // commands of type 1 in a scope
	maxContextMenu  = 15  // commands of type 2 or of type 3 in a scope
)

// Types of options that hold others.
const optionSubcommand, optionGroup, maxOptionType = 1, 2, 11

var (
	commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)
	locales     = regexp.MustCompile(`^(id|da|de|en-GB|en-US|es-ES|es-419|fr|hr|it|lt|hu|nl|no|pl|pt-BR|ro|fi|sv-SE|vi|tr|cs|el|bg|ru|uk|hi|th|zh-CN|ja|zh-TW|ko)$`)
)

// named is what commands, options and choices have in common.
type named struct {
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations"`
}

// longest counts the longest of the name's and of the description's translations, which is what the total is made of.
func (n named) longest() int {
	name, description := utf8.RuneCountInString(n.Name), utf8.RuneCountInString(n.Description)
	for _, s := range n.Names {
		name = max(name, utf8.RuneCountInString(s))
	}
	for _, s := range n.Descriptions {
		description = max(description, utf8.RuneCountInString(s))
	}
	return name + description
}

type commandBody struct {
	named
	Type             *int            `json:"type"`
	Options          []option        `json:"options"`
	Contexts         json.RawMessage `json:"contexts"`
	IntegrationTypes json.RawMessage `json:"integration_types"`
}

type option struct {
	named
	Type         int      `json:"type"`
	Required     bool     `json:"required"`
	Autocomplete bool     `json:"autocomplete"`
	Choices      []choice `json:"choices"`
	Options      []option `json:"options"`
}

type choice struct {
	named
	Value any `json:"value"`
}

func checkCommand(f *checker, c *call) {
	var cmd commandBody
	f.decode("command", c.Body, &cmd)
	f.command(cmd, strings.Contains(c.Path, "/guilds/"))
}

// checkCommandEdit checks what an edit sets; the rest is as it was.
func checkCommandEdit(f *checker, c *call) {
	var cmd commandBody
	f.decode("command", c.Body, &cmd)
	cmd.Name = orDefault(cmd.Name, "name")
	if cmd.Type == nil {
		cmd.Description = orDefault(cmd.Description, "description")
	}
	f.command(cmd, strings.Contains(c.Path, "/guilds/"))
}

func checkCommands(f *checker, c *call) {
	var all []commandBody
	f.decode("commands", c.Body, &all)
	counts, seen := map[int]int{}, map[string]bool{}
	for _, cmd := range all {
		f.command(cmd, strings.Contains(c.Path, "/guilds/"))
		kind := cmd.kind()
		counts[kind]++
		if key := fmt.Sprint(kind, " ", cmd.Name); seen[key] {
			f.bad("command %q of type %d twice", cmd.Name, kind)
		} else {
			seen[key] = true
		}
	}
	f.count("slash commands", counts[1], 0, maxSlash)
	f.count("user commands", counts[2], 0, maxContextMenu)
	f.count("message commands", counts[3], 0, maxContextMenu)
}

func (b commandBody) kind() int {
	if b.Type == nil {
		return 1
	}
	return *b.Type
}

func (c *checker) command(cmd commandBody, guild bool) {
	at := fmt.Sprintf("command %q", cmd.Name)
	if guild && (present(cmd.Contexts) || present(cmd.IntegrationTypes)) {
		c.bad("%s: contexts and integration_types are for global commands only", at)
	}
	switch cmd.kind() {
	case 1:
		c.name(at, cmd.named)
		c.options(at, cmd.Options, 0)
	case 2, 3:
		c.length(at, cmd.Name, 1, maxName)
		if cmd.Description != "" || len(cmd.Options) > 0 {
			c.bad("%s: a context-menu command has no description and no options", at)
		}
	default:
		c.bad("%s: unknown type %d", at, cmd.kind())
	}
	c.count(at+": characters in total", cmd.longest()+total(cmd.Options), 0, maxCommandTotal)
}

func present(v json.RawMessage) bool { return len(v) > 0 && string(v) != "null" }

// total is the characters of options, their choices and what they hold.
func total(options []option) int {
	n := 0
	for _, o := range options {
		n += o.longest() + total(o.Options)
		for _, ch := range o.Choices {
			n += ch.longest()
			if s, ok := ch.Value.(string); ok {
				n += utf8.RuneCountInString(s)
			}
		}
	}
	return n
}

func (c *checker) name(at string, n named) {
	for _, name := range append(values(n.Names), n.Name) {
		if !commandName.MatchString(name) || strings.ToLower(name) != name {
			c.bad("%s: name %q is not allowed", at, name)
		}
	}
	for _, d := range append(values(n.Descriptions), n.Description) {
		c.length(at+": description", d, 1, maxDescription)
	}
	c.localeCodes(at, n)
}

func (c *checker) localeCodes(at string, n named) {
	for _, m := range []map[string]string{n.Names, n.Descriptions} {
		for code := range m {
			if !locales.MatchString(code) {
				c.bad("%s: unknown locale %q", at, code)
			}
		}
	}
}

// options checks one level of options; parent is the type of the option that holds them, 0 for the command itself.
func (c *checker) options(at string, all []option, parent int) {
	c.count(at+": options", len(all), 0, maxOptions)
	seen, optional := map[string]bool{}, false
	for _, o := range all {
		here := fmt.Sprintf("%s option %q", at, o.Name)
		c.name(here, o.named)
		c.count(here+": type", o.Type, optionSubcommand, maxOptionType)
		if seen[o.Name] {
			c.bad("%s: twice", here)
		}
		seen[o.Name] = true
		if o.Required && optional {
			c.bad("%s: required after an optional one", here)
		}
		optional = optional || !o.Required
		if !nests(parent, o, all[0]) {
			c.bad("%s: type %d is not allowed here", here, o.Type)
		}
		if o.Type <= optionGroup {
			c.options(here, o.Options, o.Type)
		} else {
			c.value(here, o)
		}
	}
}

// nests tells whether an option may be where it is: command, group, subcommand, value is the deepest there is, and a level does
// not mix values with what holds them.
func nests(parent int, o, first option) bool {
	holds := o.Type <= optionGroup
	switch parent {
	case optionSubcommand:
		return !holds
	case optionGroup:
		return o.Type == optionSubcommand
	default:
		return holds == (first.Type <= optionGroup) && !(holds && o.Required)
	}
}

// value checks an option that holds a value.
func (c *checker) value(at string, o option) {
	if len(o.Options) > 0 {
		c.bad("%s: options below a value", at)
	}
	if o.Autocomplete && len(o.Choices) > 0 {
		c.bad("%s: autocomplete excludes choices", at)
	}
	c.choiceList(o.Choices)
}

// choiceList checks the choices of an option, or of an autocomplete.
func (c *checker) choiceList(all []choice) {
	c.count("choices", len(all), 0, maxOptions)
	for _, ch := range all {
		for _, name := range append(values(ch.Names), ch.Name) {
			c.length("choice's name", name, 1, maxOptionText)
		}
		c.localeCodes("choice", ch.named)
		switch v := ch.Value.(type) {
		case string:
			c.length("choice's value", v, 0, maxChoiceValue)
		case nil:
			c.bad("choice %q has no value", ch.Name)
		}
	}
}

func values(m map[string]string) []string {
	var all []string
	for _, v := range m {
		all = append(all, v)
	}
	return all
}
