// Package store is the one door to the databases: SQLite in a file by default, PostgreSQL by URL for several replicas.
//
// It keeps what moderators set, which messages are pinned, how often something happened on a day, and what members gave on purpose. It
// knows ids, days and figures; it must not know a platform, a card or a question, and no method takes the words of a question but
// Donate. Every instant is handed in: the package has no clock.
//
// Ids of servers, channels, roles, messages and users are Discord's snowflakes as strings. An empty guild stands for direct messages
// where something is counted. Entries, cards, kinds and other names are such as "sleep/insomnia": lower case, no blanks. Everything else
// is refused, so that no free text can get in by mistake. Instants are kept to the millisecond and come back in UTC.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// The kinds of databases.
const (
	KindSQLite     = "sqlite"
	KindPostgreSQL = "postgresql"
)

// Store is a database. It is safe for concurrent use, also by several processes. Every change is one transaction. Until it is open, what
// reads or changes something fails at once.
type Store struct {
	address  string
	waiting  atomic.Bool // until it is open
	database             // set before that is false, and not touched until then
}

// database is what there is of an open one.
type database struct {
	kind   string
	place  string  // for errors: a path, or server and name without the password
	writer *sql.DB // one connection where the kind is SQLite
	reader *sql.DB // the writer itself where the kind is PostgreSQL
	file   os.FileInfo
}

// errWaiting is what callers get before the store is open.
var errWaiting = errors.New("the database could not be opened yet")

// New returns the store at an address, a file's path or a postgres:// URL, which is not open yet.
func New(address string) *Store {
	s := &Store{address: address}
	s.waiting.Store(true)
	return s
}

// Open returns the store at an address, open.
func Open(ctx context.Context, address string) (*Store, error) {
	s := New(address)
	if err := s.Open(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Open opens the database, and brings its schema up to date, each step wholly or not at all. Of several processes that open at once, one does
// this and the others wait. It fails for a schema newer than the program, and for a database that cannot be written. It may be called, by one
// goroutine, until it has not failed.
func (s *Store) Open(ctx context.Context) error {
	found, err := connect(s.address)
	if err != nil {
		return err
	}
	err = found.explain("open database", found.migrate(ctx, latest))
	if err == nil {
		err = found.Ping(ctx)
	}
	if err != nil {
		return errors.Join(err, found.Close())
	}
	s.database = found.database
	s.waiting.Store(false)
	return nil
}

// Close ends all connections. A store in a file then is that one file.
func (s *Store) Close() error {
	if s.waiting.Load() {
		return nil
	}
	if err := errors.Join(s.reader.Close(), s.writer.Close()); err != nil { // one pool can be closed twice
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Kind is KindSQLite or KindPostgreSQL, once the store is open.
func (s *Store) Kind() string { return s.kind }

// Ping fails unless the database can be written. It commits a tiny change: a change that is rolled back reaches no disk, and so finds
// none that is full.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.commit(ctx, "ping database", nil,
		to(`INSERT INTO pulse (id, beats) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET beats = pulse.beats + 1`))
	return err
}

// write runs f in a transaction. The verb begins the error.
func (s *Store) write(ctx context.Context, verb string, f func(*sql.Tx) error) error {
	if s.waiting.Load() {
		return fmt.Errorf("%s: %w", verb, errWaiting)
	}
	if err := s.missing(); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(verb, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := f(tx); err != nil {
		return s.explain(verb, err)
	}
	return s.explain(verb, tx.Commit())
}

// change is a statement and what goes into its places.
type change struct {
	statement string
	args      []any
}

func to(statement string, args ...any) change { return change{statement, args} }

// commit makes changes in one transaction, unless one of the problems is one, and returns how many rows they touched.
func (s *Store) commit(ctx context.Context, verb string, problems []error, changes ...change) (n int64, err error) {
	if err := errors.Join(problems...); err != nil {
		return 0, fmt.Errorf("%s: %w", verb, err)
	}
	err = s.write(ctx, verb, func(tx *sql.Tx) error {
		n, err = run(ctx, tx, changes...)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// run makes changes within a transaction, and returns how many rows they touched.
func run(ctx context.Context, tx *sql.Tx, changes ...change) (n int64, err error) {
	for _, c := range changes {
		result, err := tx.ExecContext(ctx, c.statement, c.args...)
		if err != nil {
			return 0, err //nolint:wrapcheck // write says what it was for
		}
		touched, _ := result.RowsAffected() // both databases know it
		n += touched
	}
	return n, nil
}

// source is a pool or a transaction.
type source interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rows is where rows are read from.
func (s *Store) rows() source {
	if s.waiting.Load() {
		return nothing{}
	}
	return s.reader
}

// nothing is a source before the store is open.
type nothing struct{}

// QueryContext fails.
func (nothing) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errWaiting
}

// list returns what scan makes of each row.
func list[T any](ctx context.Context, from source, scan func(*sql.Rows, *T) error, query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says what it was for
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err() //nolint:wrapcheck // as above
}
