package content

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// numberPattern is a number as people dial it: groups of digits, apart by one blank or hyphen.
var numberPattern = regexp.MustCompile(`^\+?[0-9]+([ -][0-9]+)*$`)

// deadNumbers are help lines that ended and still go round: digits without the prefix, and what they were.
var deadNumbers = [...][2]string{
	{"8002738255", "the old US lifeline"},
	{"800776600", "a dead UK drugs line"},
	{"8334564566", "an old Canadian line"},
	{"8457909090", "an old UK line"},
}

// contacts checks help lines and directories.
func (c *checker) contacts(d *document) {
	for _, code := range keys(d.File.Helplines) {
		h, p := d.File.Helplines[code], "helplines."+code
		if !isCountry(code) {
			hint := ""
			if code == "UK" {
				hint = " (the United Kingdom is GB)"
			}
			d.atKey(p, "%q is no ISO 3166-1 country code%s", code, hint)
		}
		d.required(p+".name", "name", h.Name, maxTitle)
		if len(h.Lines) == 0 || h.Lines[0].Role != RoleEmergency {
			d.at(p+".lines.0.role", "the first line of %s must be the emergency number", code)
		}
		for i, l := range h.Lines {
			d.helpline(fmt.Sprintf("%s.lines.%d", p, i), l)
		}
	}
	for i, e := range d.File.Directories {
		p := fmt.Sprintf("directories.%d", i)
		d.contact(p, "name", e.Name)
		d.contact(p, "for", e.For)
		if e.Name == "" || e.Site == "" {
			d.at(p, "a directory has a name and a site")
		}
		d.https(p+".site", e.Site)
		d.date(p+".checked_on", "checked_on", e.CheckedOn)
		d.oneOf(p+".evidence", "evidence", e.Evidence, "seen", "partly")
	}
}

func (d *document) helpline(p string, l Helpline) {
	d.oneOf(p+".role", "role", l.Role, RoleEmergency, RoleCrisis, RoleDrugs, RolePoison, RoleChild, RoleHealth)
	if l.Name == "" {
		d.at(p+".name", "the help line has no name")
	}
	for _, f := range [][2]string{{"name", l.Name}, {"text", l.Text}, {"for", l.For}, {"hours", l.Hours}} {
		d.contact(p, f[0], f[1])
		for _, n := range digitRun.FindAllString(f[1], -1) {
			d.dead(p+"."+f[0], n)
		}
	}
	if len(l.Call) == 0 && l.Text == "" && l.Chat == "" {
		d.at(p, "the help line has no number, text or chat")
	}
	for j, n := range l.Call {
		at := fmt.Sprintf("%s.call.%d", p, j)
		if !numberPattern.MatchString(n) {
			d.at(at, "%q is no number as people dial it", n)
		}
		d.dead(at, n)
	}
	d.https(p+".chat", l.Chat)
	d.https(p+".site", l.Site)
	d.date(p+".checked_on", "checked_on", l.CheckedOn)
	d.oneOf(p+".evidence", "evidence", l.Evidence, "seen", "partly")
}

// contact checks the length of a short text of a help line.
func (d *document) contact(p, field, s string) {
	if n := utf8.RuneCountInString(s); n > maxContact {
		d.at(p+"."+field, "%s has %d characters, more than %d", field, n, maxContact)
	}
}

// dead reports a number that ended, however it is grouped and with whatever prefix of a country.
func (d *document) dead(path, number string) {
	for _, n := range deadNumbers {
		if strings.HasSuffix(digits(number), n[0]) {
			d.at(path, "%s is %s", number, n[1])
		}
	}
}

func (d *document) https(path, s string) {
	if s == "" {
		return
	}
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" {
		d.at(path, "%q is no https address", s)
	}
}
