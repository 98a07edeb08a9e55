package main

import (
	"errors"
	"fmt"

	"faqbot/internal/store"
)

type backupCmd struct {
	databaseFlags
	File string `arg:"" help:"New file to write."`
}

// Help is shown by --help.
func (backupCmd) Help() string {
	return `Writes all of the database into a new file that only its user can read. The bot may run meanwhile. The file is the same for SQLite and PostgreSQL, so that a bot can move from one to the other. It may hold ids of members and questions that they gave: keep it as you keep the database.

Example:

    faqbot backup faqbot-2026-11-23.backup`
}

// Run backs up.
func (c *backupCmd) Run(p *program) error {
	found, err := store.Inspect(p.ctx, c.Database)
	switch {
	case err != nil:
		return err //nolint:wrapcheck // it names the database
	case found.Version == 0:
		return errors.New("there is no database of faqbot yet at FAQBOT_DATABASE: nothing to back up")
	case found.Version < found.Latest:
		// Opening it would change it: that is what people make a backup before.
		return fmt.Errorf("the database has schema %d and this program writes %d: back it up with the faqbot that ran on it last, "+
			"or stop the bot and copy the file", found.Version, found.Latest)
	}
	st, err := store.Open(p.ctx, c.Database)
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	if err := errors.Join(st.Backup(p.ctx, c.File), st.Close()); err != nil {
		return err
	}
	return p.say("wrote %s", c.File)
}

type restoreCmd struct {
	databaseFlags
	File string `arg:"" help:"Backup to read."`
}

// Help is shown by --help.
func (restoreCmd) Help() string {
	return `Fills an empty database from a backup, wholly or not at all. Stop the bot first. To go back to what a backup holds, move the database's file away, or name a new one.

Example:

    FAQBOT_DATABASE=new.db faqbot restore faqbot-2026-11-23.backup`
}

// Run restores.
func (c *restoreCmd) Run(p *program) error {
	if err := store.Restore(p.ctx, c.Database, c.File); err != nil {
		return err //nolint:wrapcheck // it names file and database
	}
	return p.say("restored %s", c.File)
}

// say prints a line.
func (p *program) say(format string, args ...any) error {
	if _, err := fmt.Fprintf(p.stdout, format+"\n", args...); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
