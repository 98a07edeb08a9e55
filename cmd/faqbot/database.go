package main

import (
	"context"
	"log/slog"
	"time"

	"faqbot/internal/store"
)

// databaseFlags say where the database is.
type databaseFlags struct {
	Database string `default:"faqbot.db" placeholder:"ADDRESS" help:"Database: a file for SQLite, or a postgres:// URL. Where the URL holds a password, prefer the variable: a flag shows in the list of processes."`
}

// openWithin bounds how long a database that does not answer can hold up the start, and with it every answer.
const openWithin = 15 * time.Second

// openStore opens the database of a running bot. It returns nil where the database cannot be opened, after it has logged how to mend that:
// members are answered without one. The caller calls done once nothing uses it any more.
func (f databaseFlags) openStore(ctx context.Context, log *slog.Logger) (st *store.Store, done func()) {
	opening, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	st, err := store.Open(opening, f.Database)
	if err != nil {
		log.ErrorContext(ctx, "no database: answers and urgent cards go on, settings, pins and figures do not. Mend FAQBOT_DATABASE and start again",
			"error", err)
		return nil, func() {}
	}
	log.InfoContext(ctx, "database opened", "kind", st.Kind())
	return st, func() {
		if err := st.Close(); err != nil {
			log.ErrorContext(ctx, "the database was not closed cleanly", "error", err)
		}
	}
}
