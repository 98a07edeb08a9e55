package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"faqbot/internal/store"
)

// databaseFlags say where the database is.
type databaseFlags struct {
	Database string `default:"faqbot.db" placeholder:"ADDRESS" help:"Database: a file for SQLite, or a postgres:// URL. Where the URL holds a password, prefer the variable: a flag shows in the list of processes."`
}

const (
	// openWithin bounds how long a database that does not answer can hold up the start, and with it every answer.
	openWithin = 15 * time.Second
	// pruneEvery fits what is pruned: retentions are days.
	pruneEvery = 24 * time.Hour
)

// openStore opens the database of a running bot, and prunes it once a day until ctx ends. It returns nil where the database cannot be
// opened, after it has logged how to mend that: members are answered without one. The caller calls done once ctx has ended.
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
	var pruning sync.WaitGroup
	pruning.Go(func() { pruneDaily(ctx, st.Prune, log) })
	return st, func() {
		pruning.Wait()
		if err := st.Close(); err != nil {
			log.ErrorContext(ctx, "the database was not closed cleanly", "error", err)
		}
	}
}

// pruneDaily prunes at once and then every day, until ctx ends. A failure is logged: the next day is another try.
func pruneDaily(ctx context.Context, prune func(context.Context, time.Time) (int64, error), log *slog.Logger) {
	day := time.NewTicker(pruneEvery)
	defer day.Stop()
	for ctx.Err() == nil {
		rows, err := prune(ctx, time.Now())
		switch {
		case err == nil:
			log.InfoContext(ctx, "what is too old was deleted", "rows", rows)
		case ctx.Err() == nil:
			log.ErrorContext(ctx, "what is too old was not deleted", "error", err)
		}
		select {
		case <-day.C:
		case <-ctx.Done():
		}
	}
}
