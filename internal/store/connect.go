package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
)

const (
	// busyMillis is how long SQLite waits for another process's write to end.
	busyMillis = "10000"
	// maxReaders bounds the connections that read a file at once.
	maxReaders = 4
	// fileMode keeps the database to its user. The files that SQLite puts beside it inherit the mode.
	fileMode = 0o600

	// maxConnections leaves room for many replicas on a server with PostgreSQL's default of 100.
	maxConnections = 8
	// connectionLife lets a replica find a server that has moved.
	connectionLife = time.Hour
)

// connect readies the pools. It reaches a file already, and a server not yet.
func connect(address string) (*Store, error) {
	scheme, _, isURL := strings.Cut(address, "://")
	switch {
	case isURL && (scheme == "postgres" || scheme == "postgresql"):
		return connectPostgres(address)
	case isURL:
		return nil, fmt.Errorf("open database: %q is no kind of database here: give a file's path or a postgres:// URL", scheme)
	case address == "" || address == ":memory:" || strings.HasPrefix(address, "file:") || strings.ContainsRune(address, 0):
		return nil, errors.New("open database: the address must be a file's path, such as faqbot.db, or a postgres:// URL")
	}
	return connectSQLite(address)
}

// lockByDescription keeps SQLite's locks on a file where this process, by whatever code, closes the file elsewhere. Not every system can.
// SQLite decides on its way of locking without a lock of its own, so two first calls at once could change it under a lock that is held.
var lockByDescription = sync.OnceFunc(func() { _, _ = sqlite.OFDLocking(true) }) //nolint:gochecknoglobals // the setting is the process's

// connectSQLite opens a file, or makes it. There is one connection that writes: several would only wait for each other, by polling.
func connectSQLite(path string) (*Store, error) {
	lockByDescription()
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	file, err := prepareFile(absolute)
	if err != nil {
		return nil, err
	}
	writer, err := sqlitePool(absolute, 1, url.Values{
		"_txlock": {"immediate"}, // a transaction that began by reading could not wait for its turn to write
		"_pragma": {
			"busy_timeout(" + busyMillis + ")", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"secure_delete(1)", // what is forgotten must not stay in free pages
		},
	})
	if err != nil {
		return nil, err
	}
	reader, err := sqlitePool(absolute, maxReaders, url.Values{"_pragma": {"busy_timeout(" + busyMillis + ")", "query_only(1)"}})
	if err != nil {
		return nil, err
	}
	return &Store{database: database{KindSQLite, absolute, writer, reader, file}}, nil
}

// sqlitePool is a pool of at most so many connections, which are not opened yet.
func sqlitePool(path string, connections int, options url.Values) (*sql.DB, error) {
	options.Set("mode", "rw")     // never make the file anew where it was taken away
	options.Set("_dqs", "0")      // a misspelt column is an error
	options.Set("_error_rc", "1") // no message of another failure
	options.Set("_defensive", "1")
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: options.Encode()}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

// prepareFile makes the file where there is none, and keeps others from reading it. It does not open one that is there.
func prepareFile(path string) (os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode) //nolint:gosec // the operator names the file
	if err == nil {
		err = f.Close()
	}
	info, missing := os.Stat(path) //nolint:gosec // the operator names the file
	switch {
	case missing != nil:
		return nil, fileError("open database", path, errors.Join(err, missing))
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open database %s: it is no file: give the path of one", path)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		beside, err := os.Stat(path + suffix) //nolint:gosec // the operator names the file
		if err == nil && beside.Mode().Perm()&^fileMode != 0 {
			err = os.Chmod(path+suffix, fileMode) //nolint:gosec // the operator names the file
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open database %s: let its user alone read it (chmod 600): %w", path, err)
		}
	}
	return info, nil
}

// missing says when the file has gone or is another since the store was opened. The system keeps such a file until it is closed, and
// everything that is written to it is lost then.
func (s *Store) missing() error {
	if s.kind != KindSQLite {
		return nil
	}
	info, err := os.Stat(s.place) //nolint:gosec // the operator names the file
	if err == nil && os.SameFile(info, s.file) {
		return nil
	}
	return fmt.Errorf("%s was deleted or replaced while it was open: stop the bot, put the file or a backup in place, start again", s.place)
}

// connectPostgres readies a pool. The URL takes PostgreSQL's own parameters, such as sslmode, search_path and connect_timeout.
func connectPostgres(address string) (*Store, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The error quotes the URL, and not every password in it can be told from the rest.
		return nil, errors.New("open database: the postgres URL is malformed: it must be such as " +
			"postgres://user:password@host:5432/name?sslmode=require, with signs such as @ and / of the password as %40 and %2F")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "faqbot"
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxConnections)
	pool.SetConnMaxLifetime(connectionLife)
	place := fmt.Sprintf("PostgreSQL database %q at %s:%d", config.Database, config.Host, config.Port)
	return &Store{database: database{KindPostgreSQL, place, pool, pool, nil}}, nil
}
