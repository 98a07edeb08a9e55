package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"faqbot/internal/discord/feedback"
	"faqbot/internal/store"
)

type donationsCmd struct {
	contentFlags
	modelFlags
	Database string `required:"" placeholder:"FILE|URL" help:"The bot's database: a file, or a postgres:// URL."`
	Guild    string `placeholder:"ID" help:"Only what was given in this server."`
}

// Help is shown by --help.
func (donationsCmd) Help() string {
	return `Prints the questions that members have sent to the team, as fragments of YAML grouped by the entry that is nearest to each, in the order of the content: drafts of phrasings. Read every line before it goes into a content folder such as faq/en; nobody has. Names, addresses and long numbers were taken out when a line was given, but no program finds all that tells of a person.

What an entry already has is left out, and so is what the guard takes for a call for help, which is counted on standard error.

Examples:

    FAQBOT_DATABASE=/var/lib/faqbot/faqbot.db faqbot donations > drafts.yaml
    faqbot donations --database faqbot.db --faq ./faq`
}

// Run prints the drafts.
func (c *donationsCmd) Run(p *program) error {
	given, err := c.read(p)
	if err != nil {
		return err
	}
	if len(given) == 0 {
		p.warn("nobody has sent a question so far")
		return nil
	}
	bot, err := p.open(p, c.contentFlags, c.modelFlags)
	if err != nil {
		return err
	}
	dangers, err := feedback.WriteDrafts(p.stdout, bot, given)
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if dangers > 0 {
		p.warn("%d left out: the guard takes them for a call for help", dangers)
	}
	return nil
}

// read reads the donations. A file that is not there is an error: the store would make a new one.
func (c *donationsCmd) read(p *program) (given []store.Donation, err error) {
	if !strings.Contains(c.Database, "://") {
		if _, err := os.Stat(c.Database); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the database %s does not exist", c.Database)
		}
	}
	s, err := store.Open(p.ctx, c.Database)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Donations(p.ctx, c.Guild) //nolint:wrapcheck // it says what it was reading
}
