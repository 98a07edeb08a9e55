package main

import (
	"context"
	"fmt"
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
	// openWithin bounds one try of opening a database that does not answer.
	openWithin = 15 * time.Second
	// openFirst is how long a start waits for the database, so that one that works is there before the first question.
	openFirst = 2 * time.Second
	// tryAfter is the first pause between two tries, each further one is twice as long, and tryEvery the longest.
	tryAfter, tryEvery = time.Second, 30 * time.Second
	// logEvery is how many tries there are to a line in the log: some ten minutes.
	logEvery = 20
)

// openStore opens the database of a running bot, and where that fails goes on trying until the context ends: members are answered meanwhile,
// and all else works once opened is closed. The caller calls done when nothing uses the store any more and the context has ended.
func (f databaseFlags) openStore(ctx context.Context, log *slog.Logger) (st *store.Store, opened <-chan struct{}, done func()) {
	st = store.New(f.Database)
	ready := make(chan struct{})
	var trying sync.WaitGroup
	trying.Go(func() {
		if tryToOpen(ctx, st.Open, log) {
			log.InfoContext(ctx, "database opened", "kind", st.Kind())
			close(ready)
		}
	})
	select {
	case <-ready:
	case <-time.After(openFirst):
	}
	return st, ready, func() {
		trying.Wait()
		if err := st.Close(); err != nil {
			log.ErrorContext(ctx, "the database was not closed cleanly", "error", err)
		}
	}
}

// tryToOpen tries until it works, which it reports, or the context ends.
func tryToOpen(ctx context.Context, open func(context.Context) error, log *slog.Logger) bool {
	pause := tryAfter
	for try := 1; ; try++ {
		err := openOnce(ctx, open)
		switch {
		case err == nil:
			return true
		case ctx.Err() != nil:
			return false
		case try%logEvery == 1:
			log.ErrorContext(ctx, "no database: answers and urgent cards go on; alerts, settings, pins and figures do not. It is tried again until it opens. "+
				"Mend it, or start again with another FAQBOT_DATABASE", "tries", try, "error", err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return false
		}
		pause = min(2*pause, tryEvery)
	}
}

// openOnce tries once. A database that panics must not end the bot.
func openOnce(ctx context.Context, open func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("open database: it panicked: %v", v)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	return open(ctx)
}
