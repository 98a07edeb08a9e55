// Package content turns a folder of YAML into a validated, immutable Library.
//
// It knows what a knowledge base must hold and refuses anything odd, with every problem at its file, line and column. It knows
// nothing of matching, of chat platforms and of what is done with a card. It reads an fs.FS and never the network.
package content

import "time"

// File is what one YAML file may hold. The files of a locale's folder are read as one.
type File struct {
	Locale      *Locale              `yaml:"locale,omitempty" jsonschema_description:"Which language the folder is in. Exactly one file says it."`
	Entries     []Entry              `yaml:"entries,omitempty" jsonschema_description:"Reviewed answers."`
	Declines    []Decline            `yaml:"declines,omitempty" jsonschema_description:"What the bot must not answer, with the card it shows instead."`
	OffTopic    []string             `yaml:"off_topic,omitempty" jsonschema_description:"Lines that no entry should answer."`
	Cards       []FixedCard          `yaml:"cards,omitempty" jsonschema_description:"Fixed texts of the bot itself."`
	Reminders   map[string]string    `yaml:"reminders,omitempty" jsonschema_description:"The professional-support reminder in a few situations' words."`
	Sources     map[string]Source    `yaml:"sources,omitempty" jsonschema_description:"What answers may cite."`
	Helplines   map[string]Helplines `yaml:"helplines,omitempty" jsonschema_description:"Emergency numbers and lines by ISO 3166-1 alpha-2 country code; EU serves its member states."`
	Directories []Directory          `yaml:"directories,omitempty" jsonschema_description:"International directories of help lines, for all other countries."`
	Synonyms    [][]string           `yaml:"synonyms,omitempty" jsonschema_description:"Groups of equivalents; the first of each is what the matcher reads."`
	Unasked     []string             `yaml:"unasked,omitempty" jsonschema_description:"Words of which a message to nobody must have one to be answered. Without any, every message may be."`
	Safety      []SafetySet          `yaml:"safety,omitempty" jsonschema_description:"Sentences that hold the bot to its safety; faqbot check runs them."`
}

// Locale names the language of a folder.
type Locale struct {
	Code string `yaml:"code" jsonschema_description:"BCP 47 code, the same as the folder's name."`
	Name string `yaml:"name" jsonschema_description:"The language's name in itself."`
}

// Entry is one reviewed answer and the ways members ask for it.
type Entry struct {
	ID        string   `yaml:"id" jsonschema_description:"Permanent: votes, pins and links use it."`
	Title     string   `yaml:"title" jsonschema_description:"Shown on the card and on buttons."`
	Question  string   `yaml:"question" jsonschema_description:"The entry's own plain question; also a phrasing."`
	Group     string   `yaml:"group,omitempty" jsonschema_description:"The group card that a symptom belongs to."`
	Also      []string `yaml:"also,omitempty" jsonschema_description:"Other ids under which this card is found."`
	Aliases   []string `yaml:"aliases" jsonschema_description:"Short search words for autocomplete."`
	Answer    string   `yaml:"answer" jsonschema_description:"What the member reads, the most important line first."`
	GetHelp   string   `yaml:"get_help,omitempty" jsonschema_description:"When to get medical help. Required for every symptom."`
	Related   []string `yaml:"related" jsonschema_description:"Ids of entries offered below the card."`
	Reminder  string   `yaml:"reminder" jsonschema_description:"Key of the reminder that closes the card."`
	Sources   []string `yaml:"sources" jsonschema_description:"Keys of the sources."`
	Review    Review   `yaml:"review" jsonschema_description:"Who has read it, and when."`
	Phrasings []string `yaml:"phrasings" jsonschema_description:"How members ask for it, in their words."`
}

// Decline is a class of requests that get a fixed card in place of an answer.
type Decline struct {
	ID       string   `yaml:"id" jsonschema_description:"Permanent; begins with decline/."`
	Category string   `yaml:"category,omitempty" jsonschema:"enum=D1,enum=D2,enum=D3" jsonschema_description:"Category of the safety taxonomy, for reports."`
	Title    string   `yaml:"title" jsonschema_description:"Shown on the card."`
	Text     string   `yaml:"text" jsonschema_description:"What the member reads in place of an answer."`
	Related  []string `yaml:"related,omitempty" jsonschema_description:"Ids of entries offered below the card."`
	Reminder string   `yaml:"reminder" jsonschema_description:"Key of the reminder that closes the card."`
	Sources  []string `yaml:"sources" jsonschema_description:"Keys of the sources."`
	Review   Review   `yaml:"review" jsonschema_description:"Who has read it, and when."`
	Examples []string `yaml:"examples" jsonschema_description:"Requests that are declined."`
}

// FixedCard is a text of the bot itself, such as the no-answer card.
type FixedCard struct {
	ID       string   `yaml:"id" jsonschema_description:"One of the names that the bot knows; begins with card/."`
	Title    string   `yaml:"title" jsonschema_description:"Shown on the card."`
	Text     string   `yaml:"text" jsonschema_description:"What the member reads."`
	Reminder string   `yaml:"reminder" jsonschema_description:"Key of the reminder that closes the card."`
	Sources  []string `yaml:"sources" jsonschema_description:"Keys of the sources."`
	Review   Review   `yaml:"review" jsonschema_description:"Who has read it, and when."`
}

// Review says who has read a text and when. A draft has only its state.
type Review struct {
	State string `yaml:"state" jsonschema:"enum=draft,enum=reviewed" jsonschema_description:"draft until a person has read it."`
	Role  string `yaml:"role,omitempty" jsonschema_description:"The reviewer's role, not the name."`
	On    string `yaml:"on,omitempty" jsonschema_description:"Day of the review, YYYY-MM-DD."`
	Next  string `yaml:"next,omitempty" jsonschema_description:"Day by which it must be reviewed again, YYYY-MM-DD."`
	Hash  string `yaml:"hash,omitempty" jsonschema_description:"Hash of the text that was reviewed: a changed text is a draft again."`
}

// Reviewed reports whether a person has signed the text.
func (r Review) Reviewed() bool { return r.State == stateReviewed }

// Source is what an answer rests on.
type Source struct {
	Title string `yaml:"title" jsonschema_description:"Shown on the card."`
	URL   string `yaml:"url,omitempty" jsonschema_description:"https page."`
	Note  string `yaml:"note,omitempty" jsonschema_description:"Which part of it, such as a code or chapter."`
}

// Helplines are the contacts of one country, the emergency number first.
type Helplines struct {
	Name  string     `yaml:"name" jsonschema_description:"The country's name."`
	Lines []Helpline `yaml:"lines" jsonschema_description:"The emergency number first."`
}

// Helpline is one contact.
type Helpline struct {
	Role      string   `yaml:"role" jsonschema:"enum=emergency,enum=crisis,enum=drugs,enum=poison,enum=child,enum=health" jsonschema_description:"What it is, which decides when it is shown."`
	Name      string   `yaml:"name" jsonschema_description:"Its own name."`
	Call      []string `yaml:"call,omitempty" jsonschema_description:"Numbers as people dial them."`
	Text      string   `yaml:"text,omitempty" jsonschema_description:"How to reach it by text message."`
	Chat      string   `yaml:"chat,omitempty" jsonschema_description:"https page of its chat."`
	Site      string   `yaml:"site,omitempty" jsonschema_description:"https page."`
	For       string   `yaml:"for,omitempty" jsonschema_description:"What or whom it is for."`
	Hours     string   `yaml:"hours,omitempty" jsonschema_description:"When it is open; left out when nobody has confirmed it."`
	CheckedOn string   `yaml:"checked_on" jsonschema_description:"Day it was last checked, YYYY-MM-DD."`
	Evidence  string   `yaml:"evidence" jsonschema:"enum=seen,enum=partly" jsonschema_description:"seen: on a public page of that day; partly: in part, or on an old page."`
}

// Directory is an international list of help lines.
type Directory struct {
	Name      string `yaml:"name" jsonschema_description:"Its own name."`
	Site      string `yaml:"site" jsonschema_description:"https page."`
	For       string `yaml:"for,omitempty" jsonschema_description:"What it lists."`
	CheckedOn string `yaml:"checked_on" jsonschema_description:"Day it was last checked, YYYY-MM-DD."`
	Evidence  string `yaml:"evidence" jsonschema:"enum=seen,enum=partly" jsonschema_description:"seen: on a public page of that day; partly: in part, or on an old page."`
}

// The roles of help lines.
const (
	RoleEmergency = "emergency"
	RoleCrisis    = "crisis"
	RoleDrugs     = "drugs"
	RolePoison    = "poison"
	RoleChild     = "child"
	RoleHealth    = "health"
)

const (
	stateDraft    = "draft"
	stateReviewed = "reviewed"
)

// The cards of the bot itself that every locale must have.
const (
	CardNoAnswer        = "card/no-answer"
	CardNoAnswerVenting = "card/no-answer-venting"
	CardChoose          = "card/choose"
	CardHelp            = "card/help"
	CardAbout           = "card/about"
	CardPrivacy         = "card/privacy"
	CardCheckIn         = "card/check-in"
	CardSeeDoctor       = "card/see-doctor"
)

// day is the layout of dates in content.
const day = time.DateOnly
